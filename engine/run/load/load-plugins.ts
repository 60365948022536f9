/* Plugins' files → judged components, the fields of each event source, and what has to be granted. */

import type { Config, PluginConfig } from '../../config/config.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import { readYamlDocument } from '../../diagnostic/schema/yaml-document.ts';
import { createTextDocument } from '../../diagnostic/text-document.ts';
import { engineFields } from '../../event/field/engine-fields.ts';
import type { Field } from '../../event/field/field.ts';
import { createFieldCatalog, type FieldCatalog } from '../../event/field/field-catalog.ts';
import type { ComponentFile } from '../../plugin/gate/component-file.ts';
import { exampleGrant, missingCapabilities } from '../../plugin/gate/grants.ts';
import { admitPlugin } from './admit-plugin.ts';

export interface LoadedPlugin {
  readonly config: PluginConfig;
  readonly file: ComponentFile;
}

export interface LoadedPlugins {
  readonly plugins: readonly LoadedPlugin[];
  /** By event source. */
  readonly catalogs: ReadonlyMap<string, FieldCatalog>;
  readonly diagnostics: readonly Diagnostic[];
}

export async function loadPlugins(config: Config): Promise<LoadedPlugins> {
  const diagnostics: Diagnostic[] = [];
  const plugins: LoadedPlugin[] = [];
  for (const plugin of config.plugins) {
    const { value: file, diagnostics: found } = admitPlugin(plugin, config.trust);
    diagnostics.push(...found);
    if (file === undefined) continue;
    if (plugin.name !== undefined && file.manifest.name !== plugin.name) {
      const message = `${plugin.libraryPath} is plugin \`${file.manifest.name}\`, expected \`${plugin.name}\``;
      diagnostics.push(createDiagnostic('PLUGIN_NAME_MISMATCH', { message }));
      continue;
    }
    diagnostics.push(...(await checkInitConfig(plugin, file)), ...checkGrants(plugin, file));
    plugins.push({ config: plugin, file });
  }
  const kept = withoutReplaced(plugins);
  diagnostics.push(...findDuplicates(kept), ...findTakenFields(kept, config));
  return { plugins: kept, catalogs: createCatalogs(kept, config), diagnostics };
}

/** Without the plugins that nobody named, if others replace them or they have nothing to add. */
function withoutReplaced(plugins: readonly LoadedPlugin[]): LoadedPlugin[] {
  const named = plugins.filter(({ config }) => config.asked === 'by name');
  const names = new Set(named.map(({ file }) => file.manifest.name));
  const sources = new Set(named.flatMap(({ file }) => file.manifest.source?.name ?? []));
  return plugins.filter(({ config, file }) => {
    const { name, source, extractor } = file.manifest;
    if (config.asked === 'by name') return true;
    if (names.has(name) || sources.has(source?.name ?? '')) return false;
    return (
      config.asked === 'implicitly' || (source === undefined && extractor?.sources === undefined)
    );
  });
}

function createCatalogs(
  plugins: readonly LoadedPlugin[],
  config: Config,
): ReadonlyMap<string, FieldCatalog> {
  const catalogs = new Map<string, FieldCatalog>();
  for (const { file } of plugins) {
    const source = file.manifest.source?.name;
    if (source === undefined) continue;
    const fields = plugins.flatMap((plugin) => fieldsFor(plugin, source));
    catalogs.set(source, createFieldCatalog(source, fields, config.staticFields));
  }
  return catalogs;
}

/** A field of the engine that the plugin which gives the events may compute itself. */
const COMPUTED_BY_SOURCE = 'evt.plugininfo';

/** A field has one meaning: no plugin may replace the values of another plugin, or of the engine. */
function findTakenFields(plugins: readonly LoadedPlugin[], { staticFields }: Config): Diagnostic[] {
  const ofEngine = new Set(engineFields(staticFields).map(({ name }) => name));
  const messages = new Set<string>();
  for (const { file } of plugins) {
    const source = file.manifest.source?.name;
    if (source === undefined) continue;
    const owners = new Map<string, LoadedPlugin>();
    for (const plugin of plugins) {
      const isSource = plugin.file.manifest.source?.name === source;
      const names = fieldsFor(plugin, source).map(({ name }) => name);
      const ofOthers = names.filter((name) => owners.has(name));
      const owner = owners.get(ofOthers[0] ?? '');
      // Two sources of the same events get a message of their own.
      if (owner !== undefined && !(isSource && owner.file.manifest.source?.name === source)) {
        const what = `${listNames(ofOthers)} of \`${source}\``;
        messages.add(`two plugins offer ${what}: ${describe(owner)} and ${describe(plugin)}`);
      }
      const reserved = names.filter(
        (name) => ofEngine.has(name) && !(isSource && name === COMPUTED_BY_SOURCE),
      );
      if (reserved.length > 0) {
        messages.add(`${describe(plugin)} offers ${listNames(reserved)} of the engine`);
      }
      for (const name of names) if (!owners.has(name)) owners.set(name, plugin);
    }
  }
  return [...messages].map((message) => createDiagnostic('PLUGIN_FIELD_TAKEN', { message }));
}

const NAMES_SHOWN = 3;

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).map((name) => `\`${name}\``);
  const rest = names.length - shown.length;
  return `${names.length === 1 ? 'field' : 'fields'} ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function describe({ config, file }: LoadedPlugin): string {
  return `\`${file.manifest.name}\` ${file.manifest.version} (${config.libraryPath})`;
}

function fieldsFor({ file }: LoadedPlugin, source: string): Field[] {
  const { name, extractor } = file.manifest;
  if (extractor === undefined) return [];
  if (extractor.sources !== undefined && !extractor.sources.includes(source)) return [];
  return extractor.fields.map((field, fieldIndex) => ({
    ...field,
    provider: { kind: 'plugin' as const, pluginName: name, fieldIndex },
  }));
}

async function checkInitConfig(plugin: PluginConfig, file: ComponentFile): Promise<Diagnostic[]> {
  if (plugin.initConfig === '') return [];
  const schema = file.manifest.initConfigSchema;
  const { name } = file.manifest;
  const document = createTextDocument(`init_config of ${name}`, plugin.initConfig);
  if (schema === undefined) {
    const message = `plugin \`${name}\` takes no init configuration`;
    return [createDiagnostic('PLUGIN_CONFIG_SCHEMA', { message, hint: 'remove `init_config`' })];
  }
  const { validateAgainstSchema } = await import('../../diagnostic/schema/validate-foreign.ts');
  const yaml = readYamlDocument(document);
  const verdict = validateAgainstSchema(schema, yaml);
  if ('problem' in verdict) {
    const message = `init_config of \`${name}\`: the plugin’s schema for it cannot be used: ${verdict.problem}`;
    return [createDiagnostic('PLUGIN_SCHEMA_UNUSABLE', { message })];
  }
  return verdict.violations.map(({ message, span, hint }) =>
    createDiagnostic('PLUGIN_CONFIG_SCHEMA', {
      message: `init_config of \`${name}\`: ${message}`,
      hint,
      primary: { document, span, text: 'here' },
    }),
  );
}

/** Everything is denied unless granted; a location that was typed grants exactly that location. */
function checkGrants({ grants }: PluginConfig, { manifest }: ComponentFile): Diagnostic[] {
  const { name, version } = manifest;
  return missingCapabilities(manifest, grants).map((capability) =>
    createDiagnostic('PLUGIN_CAPABILITY_DENIED', {
      message: `plugin \`${name}\` ${version} asks for \`${capability}\`, which was not granted`,
      hint: `add \`grants: [${exampleGrant(capability)}]\` to the plugin in tiercel.yaml`,
    }),
  );
}

function findDuplicates(plugins: readonly LoadedPlugin[]): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const names = new Set<string>();
  const sources = new Set<string>();
  for (const { file } of plugins) {
    const { name, source } = file.manifest;
    if (names.has(name)) {
      diagnostics.push(
        createDiagnostic('PLUGIN_DUPLICATE', { message: `plugin \`${name}\` is loaded twice` }),
      );
    }
    if (source !== undefined && sources.has(source.name)) {
      const message = `two plugins are sources of \`${source.name}\``;
      diagnostics.push(createDiagnostic('PLUGIN_DUPLICATE', { message }));
    }
    names.add(name);
    if (source !== undefined) sources.add(source.name);
  }
  return diagnostics;
}
