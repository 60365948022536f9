import type { CodeRecord } from './code-record.ts';

export const PLUGIN_CODES = {
  PLUGIN_FILE_UNREADABLE: {
    severity: 'error',
    title: 'the plugin file cannot be read',
    explanation: 'The file does not exist, is not a file, or may not be read.',
    hint: 'check `library_path`, or name a bundled plugin: `tiercel list plugins`',
  },
  PLUGIN_TOO_LARGE: {
    severity: 'error',
    title: 'the plugin file is too large',
    explanation: 'Files above the limit are refused before they are parsed.',
  },
  PLUGIN_NOT_A_COMPONENT: {
    severity: 'error',
    title: 'not a WebAssembly component',
    explanation:
      'A plugin is a component that contains a manifest. Core modules, damaged files and native libraries are refused.',
    hint: 'build the plugin as a component; see plugins-wasm/README.md',
  },
  PLUGIN_NO_MANIFEST: {
    severity: 'error',
    title: 'the component has no manifest',
    explanation: 'The custom section `tiercel:manifest` is missing, or there is more than one.',
    hint: 'append the manifest as custom section `tiercel:manifest`',
  },
  PLUGIN_WITHOUT_ATTACHMENT: {
    severity: 'error',
    title: 'the component lacks a file that its manifest names',
    explanation:
      'Files that a manifest names are in custom sections `tiercel:rules/…` and `tiercel:sample/…`.',
    hint: 'pack the plugin again: `tiercel plugin pack` includes them',
  },
  PLUGIN_CANNOT_PACK: {
    severity: 'error',
    title: 'the file cannot become a plugin',
    explanation:
      'A plugin is made from a component, or from a core module with the imports and exports of its world.',
  },
  PLUGIN_CANNOT_CREATE: {
    severity: 'error',
    title: 'the folder cannot be created',
    explanation: 'The name is not valid for a plugin, or the folder exists already.',
  },
  PLUGIN_CANNOT_BUILD: {
    severity: 'error',
    title: 'the plugin cannot be built',
    explanation: 'Its code or its fields have errors, or the compiler is missing.',
  },
  PLUGIN_BUILD_WARNING: {
    severity: 'warning',
    title: 'a warning of the compiler',
    explanation: 'The plugin was built; the warning may still point to a mistake.',
  },
  MANIFEST_SYNTAX: {
    severity: 'error',
    title: 'the manifest is not JSON',
    explanation: 'The section cannot be parsed.',
  },
  MANIFEST_SCHEMA: {
    severity: 'error',
    title: 'the manifest breaks its schema',
    explanation:
      'A key is unknown, missing or of the wrong type; see schemas/plugin-manifest.schema.json.',
  },
  MANIFEST_INCONSISTENT: {
    severity: 'error',
    title: 'the manifest contradicts itself',
    explanation:
      'The world asks for a source or an extractor that is not described, or a field occurs twice.',
  },
  PLUGIN_IMPORT_DENIED: {
    severity: 'error',
    title: 'the component imports a capability that its manifest does not list',
    explanation: 'Each import needs its entry in `capabilities` of the manifest.',
    hint: 'add it to `capabilities` in the manifest, or remove the import',
  },
  PLUGIN_WORLD_MISMATCH: {
    severity: 'error',
    title: 'the component does not match the world of its manifest',
    explanation:
      'Imports and exports must have the functions and types of schemas/wit, and no others; exports must have all.',
    hint: 'build the component for the `world` of its manifest, with the WIT of this release',
  },
  PLUGIN_CAPABILITY_DENIED: {
    severity: 'error',
    title: 'the plugin needs a permission that was not granted',
    explanation: 'Everything is denied unless the operator grants it.',
  },
  PLUGIN_CONFIG_SCHEMA: {
    severity: 'error',
    title: 'the init configuration breaks the plugin’s schema',
    explanation: 'The manifest of the plugin has the schema.',
  },
  PLUGIN_SCHEMA_UNUSABLE: {
    severity: 'error',
    title: 'the plugin’s schema for its init configuration cannot be used',
    explanation:
      'It is not a JSON Schema of draft 2020-12, has a pattern that is not RE2, or takes too long.',
    hint: 'ask the author of the plugin, or remove `init_config`',
  },
  PLUGIN_UNSAFE_NAME: {
    severity: 'error',
    title: 'a core module has a name that could carry code',
    explanation:
      'Names of imports and exports end up in generated code; only characters of canonical names are allowed.',
  },
  PLUGIN_UNCAPPABLE: {
    severity: 'error',
    title: 'the component cannot be limited',
    explanation:
      'A memory or table is too large, shared or of 64 bits; a function costs too much; an instruction is not allowed.',
  },
  PLUGIN_TRANSPILE_FAILED: {
    severity: 'error',
    title: 'the component cannot be prepared',
    explanation: 'It is malformed, or its preparation took too long.',
  },
  PLUGIN_CACHE_UNUSABLE: {
    severity: 'notice',
    title: 'the plugin cache cannot be used',
    explanation: 'Plugins are prepared again at each start until the folder can be written.',
  },
  PLUGIN_CACHE_UNSAFE: {
    severity: 'warning',
    title: 'other users may have written to the plugin cache',
    explanation:
      'The cache contains code: folder and files must belong to the user, and only the user may write to them.',
    hint: 'set `cache_dir` to a folder of the user with mode 0700, or remove the key',
  },
  PLUGIN_NAME_MISMATCH: {
    severity: 'error',
    title: 'the plugin has another name than in the configuration',
    explanation: 'The name in `plugins:` and the one in the manifest must be the same.',
  },
  PLUGIN_DUPLICATE: {
    severity: 'error',
    title: 'two plugins conflict',
    explanation: 'Two loaded plugins have the same name, or open the same event source.',
  },
  PLUGIN_FIELD_TAKEN: {
    severity: 'error',
    title: 'a plugin has a field of another plugin',
    explanation:
      'Each field of an event source comes from one plugin, or from the engine. It cannot be replaced.',
    hint: 'name the plugins to load: `load_plugins: [...]` in tiercel.yaml',
  },
  PLUGIN_NO_SOURCE: {
    severity: 'error',
    title: 'nothing to read',
    explanation: 'No loaded plugin is a source with open parameters.',
    hint: 'tiercel run cloudtrail ./AWSLogs',
  },
} as const satisfies Record<string, CodeRecord>;
