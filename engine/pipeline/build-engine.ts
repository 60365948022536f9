/*
 * The composition root: a configuration in, running parts out. Everything that can be wrong with
 * plugins, rules and configuration is found here, before an event is read.
 */

import { availableParallelism } from 'node:os';
import { SYSTEM_CLOCK } from '../base/clock.ts';
import { LIMITS } from '../base/limits.ts';
import type { CheckedRule } from '../check/checked-rule.ts';
import { loadRuleset, type RulesetLoad } from '../check/load-ruleset.ts';
import type { Config, RulesPath } from '../config/config.ts';
import { type Diagnostic, hasErrors } from '../diagnostic/diagnostic.ts';
import type { TextDocument } from '../diagnostic/text-document.ts';
import { EVALUATION_ENTRY } from '../evaluate/evaluation-pool.ts';
import type { EvaluationSetup, StreamEvaluation } from '../evaluate/evaluation-protocol.ts';
import { planExtraction } from '../plan/extraction-plan.ts';
import { preparePlugin } from '../plugin/prepare-plugin.ts';
import type { PreparedPlugin } from '../plugin/prepared-plugin.ts';
import { IO_ENTRY } from '../store/io-thread.ts';
import type { SlotLimits } from '../stream/slots.ts';
import { SOURCE_ENTRY } from '../stream/stream-host.ts';
import type { CallTimes } from '../supervise/supervised-worker.ts';
import { WorkerStock } from '../supervise/worker-stock.ts';
import { Engine } from './engine.ts';
import { foldConsequences } from './fold-consequences.ts';
import { planLetters } from './letter-streams.ts';
import { type LoadedPlugin, type LoadedPlugins, loadPlugins } from './load-plugins.ts';
import { type PreparedPlugins, toRole } from './plugin-role.ts';
import { bundledRules, readRulesFiles, signatureOf } from './rules-files.ts';
import { planSources } from './source-streams.ts';
import type { StreamPlan } from './stream-plan.ts';
import { findUselessRun, nothingToRead } from './useless-run.ts';

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
  const { documents, rulesetLoad, ...found } = loadRules(config, plugins);
  const diagnostics = [...plugins.diagnostics, ...found.diagnostics];
  return { plugins, documents, rulesetLoad, diagnostics };
}

function loadRules(config: Config, plugins: LoadedPlugins): Omit<Loaded, 'plugins'> {
  const files = readRulesFiles(rulesPathsOf(config, plugins));
  const rulesetLoad = loadRuleset({
    documents: files.documents,
    catalogs: plugins.catalogs,
    plugins: plugins.plugins.map(({ file }) => file.manifest),
    options: config.ruleLoad,
  });
  const ofRules = [...rulesetLoad.diagnostics, ...rulesetLoad.requirementErrors];
  const arePluginsMissing = config.arePluginsMissing || hasErrors(plugins.diagnostics);
  const diagnostics = [
    ...files.diagnostics,
    ...(arePluginsMissing ? foldConsequences(ofRules) : ofRules),
  ];
  return { documents: files.documents, rulesetLoad, diagnostics };
}

function rulesPathsOf({ rulesFiles }: Config, { catalogs }: LoadedPlugins): readonly RulesPath[] {
  return rulesFiles ?? bundledRules(catalogs.keys());
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
  const plan = await planStreams(config, loaded.plugins.plugins, limits);
  const { plugins } = plan;
  diagnostics.push(...plan.diagnostics);
  if (plugins.length === 0 && !hasErrors(diagnostics)) {
    diagnostics.push(nothingToRead(loaded.plugins.plugins));
  }
  if (!hasErrors(diagnostics)) diagnostics.push(...findUselessRun(plugins, loaded.rulesetLoad));
  if (hasErrors(diagnostics)) return failed();
  const prepared = await prepareAll(loaded.plugins.plugins, config, diagnostics);
  if (hasErrors(diagnostics)) return failed();
  const { streams, diagnostics: ofStreams } = plan.create(prepared);
  diagnostics.push(...ofStreams);
  if (hasErrors(diagnostics)) return failed();
  const toEvaluation = (used: Config, { rules }: RulesetLoad): EvaluationSetup => ({
    streams: plugins.map((plugin) =>
      createEvaluation(plugin, { config: used, prepared, rules, plugins: loaded.plugins.plugins }),
    ),
    limits,
    faultBudget: FAULT_BUDGET,
  });
  const engine = new Engine({
    streams,
    evaluation: toEvaluation(config, loaded.rulesetLoad),
    rules: {
      load: (next) => {
        const { rulesetLoad, diagnostics: found } = loadRules(next, loaded.plugins);
        const useless = hasErrors(found) ? [] : findUselessRun(plugins, rulesetLoad);
        const all = [...found, ...useless];
        const evaluation = hasErrors(all) ? undefined : toEvaluation(next, rulesetLoad);
        return { evaluation, ruleCount: rulesetLoad.rules.length, diagnostics: all };
      },
      signature: (next) => signatureOf(rulesPathsOf(next, loaded.plugins)),
    },
    times,
    workerCount,
    stock,
    clock: SYSTEM_CLOCK,
  });
  return { ...loaded, diagnostics, engine };
}

/** What another run set aside, or what the sources give. */
function planStreams(
  config: Config,
  plugins: readonly LoadedPlugin[],
  limits: SlotLimits,
): Promise<StreamPlan> {
  const { deadLettersFrom } = config;
  return deadLettersFrom === undefined
    ? planSources(config, plugins, limits)
    : planLetters(deadLettersFrom, plugins);
}

async function prepareAll(
  plugins: readonly LoadedPlugin[],
  config: Config,
  diagnostics: Diagnostic[],
): Promise<PreparedPlugins> {
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

interface EvaluationContext {
  readonly config: Config;
  readonly prepared: PreparedPlugins;
  readonly rules: readonly CheckedRule[];
  readonly plugins: readonly LoadedPlugin[];
}

function createEvaluation(source: LoadedPlugin, context: EvaluationContext): StreamEvaluation {
  const { config, prepared } = context;
  const { manifest } = source.file;
  const rules = context.rules.filter((rule) => rule.source === manifest.source?.name);
  return {
    rules,
    extractors: extractorsFor(rules, context.plugins).map((plugin) => toRole(plugin, prepared)),
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
