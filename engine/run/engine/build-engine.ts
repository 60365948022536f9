/*
 * The composition root: a configuration in, running parts out. Everything that can be wrong with
 * plugins, rules and configuration is found here, before an event is read.
 */

import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { findConfinement, WALL_TEXTS } from '../../base/confinement.ts';
import { LIMITS } from '../../base/limits.ts';
import type { Config } from '../../config/config.ts';
import { createDiagnostic, type Diagnostic, hasErrors } from '../../diagnostic/diagnostic.ts';
import type { RulesetLoad } from '../../language/load/load-ruleset.ts';
import { IO_ENTRY } from '../../store/thread/io-thread.ts';
import type { Isolation } from '../../worker/worker-handle.ts';
import { WorkerStock } from '../../worker/worker-stock.ts';
import type { EvaluationSetup } from '../evaluate/evaluation-protocol.ts';
import { EVALUATION_ENTRY } from '../evaluate/pool-member.ts';
import { type Loaded, loadAll } from '../load/load-all.ts';
import type { LoadedPlugin } from '../load/load-plugins.ts';
import { loadRulesApart } from '../load/load-rules-apart.ts';
import { preparePlugins } from '../load/prepare-plugins.ts';
import { filesOf, signatureOf } from '../load/rules-files.ts';
import { findUselessRun, nothingToRead } from '../load/useless-run.ts';
import type { SlotLimits } from '../stream/slot-room.ts';
import { SOURCE_ENTRY } from '../stream/source-side.ts';
import { planLetters } from '../streams/letter-streams.ts';
import { planSources } from '../streams/source-streams.ts';
import type { StreamPlan } from '../streams/stream-plan.ts';
import { Engine } from './engine.ts';
import { defaultWorkerCount, type EngineTuning, FAULT_BUDGET, TUNING } from './engine-tuning.ts';
import { createEvaluation, evaluationIsolation } from './stream-evaluation.ts';

export interface EngineBuild extends Loaded {
  /** `undefined` when there are errors. */
  readonly engine: Engine | undefined;
}

export async function buildEngine(
  config: Config,
  { limits: tuned, times }: EngineTuning = TUNING,
): Promise<EngineBuild> {
  const workerCount = config.workers ?? defaultWorkerCount();
  const stock = new WorkerStock(threadsFor(config, workerCount));
  const loaded = await loadAll(config);
  const diagnostics = [...loaded.diagnostics];
  const failed = async (): Promise<EngineBuild> => {
    await stock.end();
    return { ...loaded, diagnostics, engine: undefined };
  };
  const limits = limitsFor(loaded.plugins.plugins, tuned);
  diagnostics.push(...findMissingWalls(config, loaded.plugins.plugins));
  const plan = await planStreams(config, loaded.plugins.plugins, limits);
  const { plugins } = plan;
  diagnostics.push(...plan.diagnostics);
  if (plugins.length === 0 && !hasErrors(diagnostics)) {
    diagnostics.push(nothingToRead(loaded.plugins.plugins));
  }
  if (!hasErrors(diagnostics)) diagnostics.push(...findUselessRun(plugins, loaded.rulesetLoad));
  if (hasErrors(diagnostics)) return failed();
  const prepared = await preparePlugins(loaded.plugins.plugins, config, diagnostics);
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
    isolation: evaluationIsolation(loaded.plugins.plugins, plugins),
  });
  const engine = new Engine({
    streams,
    evaluation: toEvaluation(config, loaded.rulesetLoad),
    rules: {
      load: async (next) => {
        const { rulesetLoad, diagnostics: found } = await loadRulesApart(next, loaded.plugins);
        const useless = hasErrors(found) ? [] : findUselessRun(plugins, rulesetLoad);
        const all = [...found, ...useless];
        // Outputs stay what they are, and so does what they want.
        const { alertChannels, alertFormat } = config;
        const format = { ...next.alertFormat, shape: alertFormat.shape };
        const kept = { ...next, alertChannels, alertFormat: format };
        const evaluation = hasErrors(all) ? undefined : toEvaluation(kept, rulesetLoad);
        return { evaluation, ruleCount: rulesetLoad.rules.length, diagnostics: all };
      },
      signature: (next) => signatureOf(next.rulesFiles ?? []),
      files: (next) => filesOf(next.rulesFiles ?? []),
    },
    times,
    workerCount,
    stock,
    clock: SYSTEM_CLOCK,
  });
  return { ...loaded, diagnostics, engine };
}

/** Limits for processes of plugins that this system does not offer. */
function findMissingWalls(
  { requiredWalls }: Config,
  plugins: readonly LoadedPlugin[],
): Diagnostic[] {
  if (requiredWalls.length === 0 || !plugins.some(({ config }) => config.isolation === 'process'))
    return [];
  const { walls } = findConfinement();
  const missing = requiredWalls.filter((wall) => !walls.includes(wall));
  if (missing.length === 0) return [];
  const what = missing.map((wall) => `${wall} (${WALL_TEXTS[wall]})`).join(', ');
  return [createDiagnostic('ISOLATION_MISSING', { message: `processes of plugins lack: ${what}` })];
}

/** Where an extractor is a process, batches are larger: there are fewer calls of it. */
function limitsFor(plugins: readonly LoadedPlugin[], limits: SlotLimits): SlotLimits {
  const isAny = plugins.some(
    ({ config, file }) => config.isolation === 'process' && file.manifest.extractor !== undefined,
  );
  return isAny && limits.batchSizeMax === LIMITS.batchSizeMax.value
    ? { ...limits, batchSizeMax: LIMITS.processBatchSizeMax.value }
    : limits;
}

/** What will be of use, as far as the configuration tells; plugins that are not ours are called in processes. */
function threadsFor({ plugins }: Config, workerCount: number): string[] {
  const named = plugins.filter(({ asked }) => asked === 'by name');
  const isAny = (isolation: Isolation): boolean => named.some((one) => one.isolation === isolation);
  return [
    IO_ENTRY,
    ...(isAny('thread') ? [SOURCE_ENTRY] : []),
    ...Array<string>(workerCount).fill(EVALUATION_ENTRY),
  ];
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
