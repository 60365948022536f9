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
    explanation: 'Components above the limit are refused before they are looked at.',
  },
  PLUGIN_NOT_A_COMPONENT: {
    severity: 'error',
    title: 'not a WebAssembly component',
    explanation:
      'A plugin is a component with a manifest in it. Core modules, damaged files and native libraries are refused.',
    hint: 'build the plugin as a component; plugins-wasm/README.md says how',
  },
  PLUGIN_NO_MANIFEST: {
    severity: 'error',
    title: 'the component has no manifest',
    explanation: 'The custom section `tiercel:manifest` is missing, or there is more than one.',
    hint: 'append the manifest as custom section `tiercel:manifest`',
  },
  PLUGIN_WITHOUT_ATTACHMENT: {
    severity: 'error',
    title: 'the component lacks what its manifest names',
    explanation:
      'What a manifest names lies beside it, in custom sections `tiercel:rules/…` and `tiercel:sample/…`.',
    hint: 'pack it again: `tiercel plugin pack` puts them in',
  },
  PLUGIN_CANNOT_PACK: {
    severity: 'error',
    title: 'no plugin can be made of the file',
    explanation:
      'A plugin is made of a component, or of a core module whose imports and exports are those of its world.',
  },
  PLUGIN_CANNOT_CREATE: {
    severity: 'error',
    title: 'the folder cannot be made',
    explanation: 'Its name is none for a plugin, or something is in the way.',
  },
  PLUGIN_CANNOT_BUILD: {
    severity: 'error',
    title: 'the plugin cannot be built',
    explanation: 'Its code or its table of fields is wrong, or there is no compiler.',
  },
  PLUGIN_BUILD_WARNING: {
    severity: 'warning',
    title: 'the compiler warns',
    explanation: 'The plugin was built; what the compiler says may still be a mistake.',
  },
  MANIFEST_SYNTAX: {
    severity: 'error',
    title: 'the manifest is not JSON',
    explanation: 'The section holds something that cannot be parsed.',
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
    title: 'the component imports what its manifest does not ask for',
    explanation: 'Imports must be a subset of the capabilities in the manifest.',
    hint: 'ask for it under `capabilities` in the manifest, or do not import it',
  },
  PLUGIN_WORLD_MISMATCH: {
    severity: 'error',
    title: 'the component is not of the world that its manifest says',
    explanation:
      'Imports and exports must have the functions and types of schemas/wit, and no others; exports must have all.',
    hint: 'build the component for the `world` of its manifest, with the WIT of this release',
  },
  PLUGIN_CAPABILITY_DENIED: {
    severity: 'error',
    title: 'the plugin asks for what was not granted',
    explanation: 'Everything is denied unless the operator grants it.',
  },
  PLUGIN_CONFIG_SCHEMA: {
    severity: 'error',
    title: 'the init configuration breaks the plugin’s schema',
    explanation: 'The plugin says in its manifest what it accepts.',
  },
  PLUGIN_SCHEMA_UNUSABLE: {
    severity: 'error',
    title: 'the plugin’s schema for its init configuration cannot be used',
    explanation:
      'It is no JSON Schema of draft 2020-12, has a pattern that is not RE2, or takes too long.',
    hint: 'ask the author of the plugin, or remove `init_config`',
  },
  PLUGIN_UNSAFE_NAME: {
    severity: 'error',
    title: 'a core module has a name that could carry code',
    explanation:
      'Names of imports and exports end up in generated code; only the alphabet of canonical names is let through.',
  },
  PLUGIN_UNCAPPABLE: {
    severity: 'error',
    title: 'the component is beyond what can be limited',
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
    title: 'others may have written into the plugin cache',
    explanation:
      'The cache is evaluated as code: folder and files must be the user’s own, and nobody else’s to write.',
    hint: 'set `cache_dir:` to a folder of your own with mode 0700, or leave it out',
  },
  PLUGIN_NAME_MISMATCH: {
    severity: 'error',
    title: 'the plugin has another name than the configuration says',
    explanation: 'The name in `plugins:` and the one in the manifest must be the same.',
  },
  PLUGIN_DUPLICATE: {
    severity: 'error',
    title: 'two plugins offer the same',
    explanation: 'Two loaded plugins have the same name, or open the same event source.',
  },
  PLUGIN_FIELD_TAKEN: {
    severity: 'error',
    title: 'a plugin offers a field that is another’s',
    explanation:
      'A field of an event source comes from one plugin, one of the engine from none. Nobody replaces another’s.',
    hint: 'name the plugins to load: `load_plugins: [...]` in tiercel.yaml',
  },
  PLUGIN_NO_SOURCE: {
    severity: 'error',
    title: 'nothing to read',
    explanation: 'No loaded plugin is a source with open parameters.',
    hint: 'tiercel run cloudtrail ./AWSLogs',
  },
} as const satisfies Record<string, CodeRecord>;
