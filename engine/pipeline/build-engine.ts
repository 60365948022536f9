/*
 * The composition root: a configuration in, running parts out. Everything that can be wrong with
 * plugins, rules and configuration is found here, before an event is read.
 */

import { availableParallelism } from 'node:os';
import { SYSTEM_CLOCK } from '../base/clock.ts';
import { LIMITS } from '../base/limits.ts';
import type { CheckedRule } from '../check/checked-rule.ts';
import { loadRuleset, type RulesetLoad } from '../check/load-ruleset.ts';
import type { CheckpointOwner } from '../checkpoint/checkpoint.ts';
import type { Config } from '../config/config.ts';
import { createDiagnostic, type Diagnostic, hasErrors } from '../diagnostic/diagnostic.ts';
import type { TextDocument } from '../diagnostic/text-document.ts';
import { EVALUATION_ENTRY } from '../evaluate/evaluation-pool.ts';
import type { StreamEvaluation } from '../evaluate/evaluation-protocol.ts';
import { planExtraction } from '../plan/extraction-plan.ts';
import { preparePlugin } from '../plugin/prepare-plugin.ts';
import type { PreparedPlugin } from '../plugin/prepared-plugin.ts';
import { IO_ENTRY } from '../store/io-thread.ts';
import { STANDARD_INPUT } from '../store/standard-input.ts';
import type { SlotLimits } from '../stream/slots.ts';
import { SOURCE_ENTRY } from '../stream/stream-host.ts';
import { type PluginRole, START_OF_STREAM } from '../stream/stream-protocol.ts';
import type { CallTimes } from '../supervise/supervised-worker.ts';
import { WorkerStock } from '../supervise/worker-stock.ts';
import { checkLocation, toStoreLocation } from './check-location.ts';
import { Engine, type StreamParts } from './engine.ts';
import { foldConsequences } from './fold-consequences.ts';
import { type LoadedPlugin, type LoadedPlugins, loadPlugins } from './load-plugins.ts';
import { measureLocation } from './measure-location.ts';
import { findStreams, type OpenedStream } from './opened-streams.ts';
import { findBeginning, type StreamBeginning } from './resume-stream.ts';
import { bundledRules, readRulesFiles } from './rules-files.ts';

const TUNING: EngineTuning = {
  limits: {
    batchEventsMax: LIMITS.batchEventsMax.value,
    batchSizeMax: LIMITS.batchSizeMax.value,
  },
  times: { callMaxMs: LIMITS.callTimeMax.value, startMaxMs: LIMITS.startTimeMax.value },
};
const FAULT_BUDGET = { burst: LIMITS.faultsMax.value, refillMs: LIMITS.faultsRefill.value };

export interface Loaded {
  readonly plugins: LoadedPlugins;
  /** Texts of the rules files. */
  readonly documents: readonly TextDocument[];
  readonly rulesetLoad: RulesetLoad;
  readonly diagnostics: readonly Diagnostic[];
}

export interface EngineBuild extends Loaded {
  /** `undefined` when there are errors. */
  readonly engine: Engine | undefined;
}

/** Plugins and rules read and checked; nothing of a plugin runs. Causes come before what follows from them. */
export async function loadAll(config: Config): Promise<Loaded> {
  const plugins = await loadPlugins(config);
  const { catalogs } = plugins;
  const files = readRulesFiles(config.rulesFiles ?? bundledRules(catalogs.keys()));
  const rulesetLoad = loadRuleset({
    documents: files.documents,
    catalogs,
    plugins: plugins.plugins.map(({ file }) => file.manifest),
    options: config.ruleLoad,
  });
  const ofRules = [...rulesetLoad.diagnostics, ...rulesetLoad.requirementErrors];
  const arePluginsMissing = config.arePluginsMissing || hasErrors(plugins.diagnostics);
  const diagnostics = [
    ...plugins.diagnostics,
    ...files.diagnostics,
    ...(arePluginsMissing ? foldConsequences(ofRules) : ofRules),
  ];
  return { plugins, documents: files.documents, rulesetLoad, diagnostics };
}

export interface EngineTuning {
  /** How much a batch holds; alerts do not depend on it. */
  readonly limits: SlotLimits;
  readonly times: CallTimes;
}

export async function buildEngine(
  config: Config,
  { limits, times }: EngineTuning = TUNING,
): Promise<EngineBuild> {
  const workerCount = config.workers ?? defaultWorkerCount();
  const stock = new WorkerStock([
    IO_ENTRY,
    SOURCE_ENTRY,
    ...Array<string>(workerCount).fill(EVALUATION_ENTRY),
  ]);
  const loaded = await loadAll(config);
  const diagnostics = [...loaded.diagnostics];
  const failed = async (): Promise<EngineBuild> => {
    await stock.end();
    return { ...loaded, diagnostics, engine: undefined };
  };
  const { streams, diagnostics: ofStreams } = findStreams(config, loaded.plugins.plugins);
  diagnostics.push(...ofStreams);
  if (streams.length === 0 && !hasErrors(diagnostics)) {
    diagnostics.push(nothingToRead(loaded.plugins.plugins));
  }
  diagnostics.push(...(await Promise.all(streams.map(checkLocation))).flat());
  if (!hasErrors(diagnostics)) diagnostics.push(...findUselessRun(streams, loaded.rulesetLoad));
  if (hasErrors(diagnostics)) return failed();
  const prepared = await prepareAll(loaded.plugins.plugins, config, diagnostics);
  if (hasErrors(diagnostics)) return failed();
  const beginnings = streams.map((stream) => findBeginningOf(stream, config, prepared));
  diagnostics.push(...beginnings.flatMap((one) => one.diagnostics));
  if (hasErrors(diagnostics)) return failed();
  const context = { config, prepared, loaded, limits };
  const engine = new Engine({
    streams: streams.map((stream, index) => createStream(stream, context, beginnings[index])),
    evaluation: {
      streams: streams.map(({ plugin }) => createEvaluation(plugin, context)),
      limits,
      faultBudget: FAULT_BUDGET,
    },
    times,
    workerCount,
    stock,
    clock: SYSTEM_CLOCK,
  });
  return { ...loaded, diagnostics, engine };
}

/** Says which plugin was meant, when one was. */
function nothingToRead(plugins: readonly LoadedPlugin[]): Diagnostic {
  const named = plugins.filter(({ config }) => !config.isImplicit);
  const withoutSource = named.find(({ config }) => config.openParams !== undefined);
  const notOpened = named.find(({ file }) => file.manifest.source !== undefined);
  const why =
    withoutSource !== undefined
      ? `: plugin \`${withoutSource.file.manifest.name}\` only has fields, it reads nothing`
      : notOpened !== undefined
        ? `: plugin \`${notOpened.file.manifest.name}\` was not told what to open`
        : '';
  return createDiagnostic('PLUGIN_NO_SOURCE', { message: `no source is opened${why}` });
}

/** A run in which nothing can match says so instead of reading for nothing. */
function findUselessRun(
  opened: readonly OpenedStream[],
  { rules, items, results }: RulesetLoad,
): Diagnostic[] {
  const sources = [
    ...new Set(opened.flatMap(({ plugin }) => plugin.file.manifest.source?.name ?? [])),
  ];
  if (rules.some(({ source }) => sources.includes(source))) return [];
  const wanted = sources.map((source) => `\`${source}\``).join(', ');
  if (results.length === 0) {
    const message = `there are no rules for ${wanted}: no rules files were found`;
    return [createDiagnostic('RULE_NONE', { message, hint: 'name one with -r' })];
  }
  if (items.rules.length === 0) {
    const message = `there are no rules for ${wanted}: the rules files hold none`;
    return [createDiagnostic('RULE_NONE', { message, hint: 'name others with -r' })];
  }
  const ofSources = items.rules.filter(({ source }) => sources.includes(source));
  const others = items.rules.length - ofSources.length;
  const parts = [
    ...(ofSources.length > 0 ? [`${ofSources.length} are not enabled`] : []),
    ...(others > 0 ? [`${others} are of other sources`] : []),
  ];
  const message = `none of the ${items.rules.length} rules can match events of ${wanted}: ${parts.join(', ')}`;
  const hint =
    ofSources.length > 0
      ? 'look at `enabled:` in the rules, and at `rules:` and `priority:` of the configuration'
      : `rules for these events say \`source: ${sources[0] ?? ''}\``;
  return [createDiagnostic('RULE_NONE', { message, hint })];
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
    // The cache is the same for all of them: one plugin says what is wrong with it.
    diagnostics.push(
      ...found.filter((one) => !diagnostics.some(({ message }) => message === one.message)),
    );
    if (value !== undefined) prepared.set(value.manifest.name, value);
  }
  return prepared;
}

interface StreamContext {
  readonly config: Config;
  readonly prepared: ReadonlyMap<string, PreparedPlugin>;
  readonly loaded: Loaded;
  readonly limits: SlotLimits;
}

type Beginning = StreamBeginning & { readonly owner: CheckpointOwner };

function findBeginningOf(
  stream: OpenedStream,
  config: Config,
  prepared: ReadonlyMap<string, PreparedPlugin>,
): Beginning {
  const { plugin } = toRole(stream.plugin, prepared);
  const { name, version } = plugin.manifest;
  const owner = {
    stream: stream.name,
    openParams: toStoreLocation(stream.openParams),
    plugin: { name, version, digest: plugin.digest },
  };
  return { ...findBeginning(config, owner, isFollowedLocation(stream)), owner };
}

function createStream(
  stream: OpenedStream,
  { prepared, limits }: StreamContext,
  beginning: Beginning | undefined,
): StreamParts {
  const { name, plugin } = stream;
  const isLocation = isOfLocation(stream);
  const openParams = isLocation ? toStoreLocation(stream.openParams) : stream.openParams;
  const isFollowed = isFollowedLocation(stream);
  return {
    setup: {
      name,
      isEndless: isFollowed,
      source: toRole(plugin, prepared),
      openParams,
      storeRoots: {
        ...Object.fromEntries(
          Object.entries(plugin.config.grants.storeRoots).map(([name, location]) => [
            name,
            { location, isFollowed: false },
          ]),
        ),
        ...(isLocation
          ? { input: { location: openParams, isFollowed, state: beginning?.followed?.input } }
          : {}),
      },
      limits,
    },
    state: beginning?.state ?? START_OF_STREAM,
    checkpoint:
      beginning?.checkpointPath === undefined
        ? undefined
        : { path: beginning.checkpointPath, owner: beginning.owner },
    measureBytes: () =>
      isLocation && !isFollowed ? measureLocation(openParams) : Promise.resolve(undefined),
  };
}

function isOfLocation({ plugin }: OpenedStream): boolean {
  return plugin.file.manifest.source?.openParams === 'location';
}

/** What standard input gives is followed anyway. */
function isFollowedLocation(stream: OpenedStream): boolean {
  return stream.isFollowed && isOfLocation(stream) && stream.openParams !== STANDARD_INPUT;
}

function createEvaluation(source: LoadedPlugin, context: StreamContext): StreamEvaluation {
  const { config, prepared, loaded } = context;
  const { manifest } = source.file;
  const rules = loaded.rulesetLoad.rules.filter((rule) => rule.source === manifest.source?.name);
  return {
    rules,
    extractors: extractorsFor(rules, loaded.plugins.plugins).map((plugin) =>
      toRole(plugin, prepared),
    ),
    ruleMatching: config.ruleMatching,
    context: {
      source: manifest.source?.name ?? '',
      pluginName: manifest.name,
      hostname: config.alertFormat.hostname,
      staticFields: config.staticFields,
    },
    alertFormat: config.alertFormat,
  };
}

/** One core is left for reading and for everything else. */
function defaultWorkerCount(): number {
  return Math.max(1, availableParallelism() - 1);
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
  return { plugin, initConfig: config.initConfig, clockGranted: config.grants.clock };
}
