/*
 * The composition root: a configuration in, running parts out. Everything that can be wrong with
 * plugins, rules and configuration is found here, before an event is read.
 */

import { existsSync } from 'node:fs';
import { SYSTEM_CLOCK } from '../base/clock.ts';
import { LIMITS } from '../base/limits.ts';
import type { CheckedRule } from '../check/checked-rule.ts';
import { loadRuleset, type RulesetLoad } from '../check/load-ruleset.ts';
import type { Config } from '../config/config.ts';
import { createDiagnostic, type Diagnostic, hasErrors } from '../diagnostic/diagnostic.ts';
import { planExtraction } from '../plan/extraction-plan.ts';
import { preparePlugin } from '../plugin/prepare-plugin.ts';
import type { PreparedPlugin } from '../plugin/prepared-plugin.ts';
import { Engine, type StreamParts } from './engine.ts';
import type { PluginRole } from './lane-protocol.ts';
import { type LoadedPlugin, type LoadedPlugins, loadPlugins } from './load-plugins.ts';
import { measureLocation } from './measure-location.ts';
import { readRulesFiles } from './rules-files.ts';

export interface Loaded {
  readonly plugins: LoadedPlugins;
  readonly rulesetLoad: RulesetLoad;
  readonly diagnostics: readonly Diagnostic[];
}

export interface EngineBuild extends Loaded {
  /** `undefined` when there are errors. */
  readonly engine: Engine | undefined;
}

/** Plugins and rules read and checked; nothing of a plugin runs. */
export async function loadAll(config: Config): Promise<Loaded> {
  const plugins = await loadPlugins(config);
  const files = readRulesFiles(config.rulesFiles);
  const rulesetLoad = loadRuleset({
    documents: files.documents,
    catalogs: plugins.catalogs,
    plugins: plugins.plugins.map(({ file }) => file.manifest),
    options: config.ruleLoad,
  });
  const diagnostics = [
    ...plugins.diagnostics,
    ...files.diagnostics,
    ...rulesetLoad.diagnostics,
    ...rulesetLoad.requirementErrors,
  ];
  return { plugins, rulesetLoad, diagnostics };
}

export async function buildEngine(config: Config): Promise<EngineBuild> {
  const loaded = await loadAll(config);
  const diagnostics = [...loaded.diagnostics];
  const failed = (): EngineBuild => ({ ...loaded, diagnostics, engine: undefined });
  const sources = loaded.plugins.plugins.filter(
    ({ config: plugin, file }) =>
      plugin.openParams !== undefined && file.manifest.source !== undefined,
  );
  if (sources.length === 0 && !hasErrors(diagnostics)) {
    diagnostics.push(createDiagnostic('PLUGIN_NO_SOURCE', { message: 'no source is opened' }));
  }
  diagnostics.push(...sources.flatMap(checkLocation));
  if (hasErrors(diagnostics)) return failed();
  const prepared = await prepareAll(loaded.plugins.plugins, config, diagnostics);
  if (hasErrors(diagnostics)) return failed();
  const streams = sources.map((source) => createStream(source, { config, prepared, loaded }));
  const engine = new Engine({
    streams,
    callTimeMaxMs: LIMITS.callTimeMax.value,
    clock: SYSTEM_CLOCK,
  });
  return { ...loaded, diagnostics, engine };
}

function checkLocation({ config, file }: LoadedPlugin): Diagnostic[] {
  const { source } = file.manifest;
  if (source?.openParams !== 'location') return [];
  const location = config.openParams ?? '';
  if (location !== '' && existsSync(location)) return [];
  const found = location === '' ? 'no location was given' : `${location} does not exist`;
  return [
    createDiagnostic('SOURCE_UNREADABLE', {
      message: `cannot open \`${source.name}\`: ${found}`,
      hint: source.openParamsDescription,
    }),
  ];
}

async function prepareAll(
  plugins: readonly LoadedPlugin[],
  config: Config,
  diagnostics: Diagnostic[],
): Promise<ReadonlyMap<string, PreparedPlugin>> {
  const prepared = new Map<string, PreparedPlugin>();
  const options = {
    cacheDirectory: config.cacheDirectory,
    memorySizeMax: LIMITS.memorySizeMax.value,
  };
  const results = await Promise.all(plugins.map(({ file }) => preparePlugin(file, options)));
  for (const { value, diagnostics: found } of results) {
    diagnostics.push(...found);
    if (value !== undefined) prepared.set(value.manifest.name, value);
  }
  return prepared;
}

interface StreamContext {
  readonly config: Config;
  readonly prepared: ReadonlyMap<string, PreparedPlugin>;
  readonly loaded: Loaded;
}

function createStream(source: LoadedPlugin, context: StreamContext): StreamParts {
  const { config, prepared, loaded } = context;
  const { manifest } = source.file;
  const openParams = source.config.openParams ?? '';
  const rules = loaded.rulesetLoad.rules.filter((rule) => rule.source === manifest.source?.name);
  const isLocation = manifest.source?.openParams === 'location';
  return {
    setup: {
      source: toRole(source, prepared),
      openParams,
      extractors: extractorsFor(rules, loaded.plugins.plugins).map((plugin) =>
        toRole(plugin, prepared),
      ),
      storeRoots: isLocation ? { input: openParams } : {},
      rules,
      ruleMatching: config.ruleMatching,
      staticFields: config.staticFields,
      alertFormat: config.alertFormat,
      limits: {
        batchEventsMax: LIMITS.batchEventsMax.value,
        batchSizeMax: LIMITS.batchSizeMax.value,
        faultsMax: LIMITS.faultsMax.value,
      },
    },
    measureBytes: () => (isLocation ? measureLocation(openParams) : Promise.resolve(undefined)),
  };
}

/** Only plugins whose fields some rule names are started. */
function extractorsFor(
  rules: readonly CheckedRule[],
  plugins: readonly LoadedPlugin[],
): LoadedPlugin[] {
  const { conditions, outputs } = planExtraction(rules);
  const wanted = new Set(
    [...conditions.plugins, ...outputs.plugins].map(({ pluginName }) => pluginName),
  );
  return plugins.filter(({ file }) => wanted.has(file.manifest.name));
}

function toRole(
  { config, file }: LoadedPlugin,
  prepared: ReadonlyMap<string, PreparedPlugin>,
): PluginRole {
  const plugin = prepared.get(file.manifest.name);
  if (plugin === undefined) throw new Error(`plugin ${file.manifest.name} was not prepared`);
  return { plugin, initConfig: config.initConfig, clockGranted: config.grants.includes('clock') };
}
