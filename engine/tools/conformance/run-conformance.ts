/* Tries a plugin point after point in a worker, and ends the worker when a call of the plugin does not come back. */

import { Worker } from 'node:worker_threads';
import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { workerEntry } from '../../base/package-root.ts';
import type { Checked } from '../../diagnostic/diagnostic.ts';
import type { ComponentFile } from '../../plugin/gate/component-file.ts';
import { preparePlugin } from '../../plugin/prepare/prepare-plugin.ts';
import type { PreparedPlugin } from '../../plugin/prepare/prepared-plugin.ts';
import { createWatchMemory, runningCall } from './call-watch.ts';
import { type Figures, POINTS, type PointName, type PointResult } from './conformance.ts';
import type { ConformanceAnswer, ConformanceOrder, SentEvent } from './conformance-protocol.ts';
import type { SampleFile } from './sample-store.ts';

export interface ConformanceOptions {
  readonly file: ComponentFile;
  readonly files: readonly SampleFile[];
  /** Open parameters. */
  readonly location: string;
  /** Whether figures are wanted, which takes some seconds. */
  readonly isMeasured: boolean;
  /** What follows the first point that fails is not tried, and nothing is measured. */
  readonly isBailing: boolean;
  readonly onResult: (result: PointResult) => void;
}

export interface Conformance {
  readonly results: readonly PointResult[];
  /** `undefined`: the worker came to an end before. */
  readonly figures: Figures | undefined;
  /** Some of what the source gave. */
  readonly events: readonly SentEvent[];
}

const POLL_MS = 50;

/** Every point but `rules`. No value: the plugin cannot be prepared. */
export async function runConformance(options: ConformanceOptions): Promise<Checked<Conformance>> {
  const { value, diagnostics } = await preparePlugin(options.file, { cacheDirectory: undefined });
  if (value === undefined) return { value, diagnostics };
  return { value: await tryPoints(value, options), diagnostics };
}

async function tryPoints(
  plugin: PreparedPlugin,
  options: ConformanceOptions,
): Promise<Conformance> {
  const results: PointResult[] = [];
  const take = (result: PointResult): void => {
    results.push(result);
    options.onResult(result);
  };
  let points = POINTS.flatMap(({ name }) => (name === 'rules' ? [] : [name]));
  for (;;) {
    const end = await runWorker({ ...options, plugin }, points, take);
    if (end.kind === 'done') return { results, figures: end.figures, events: end.events };
    if (end.point === undefined) return { results, figures: undefined, events: [] };
    take({
      point: end.point,
      outcome: 'failed',
      message: end.message,
      milliseconds: end.milliseconds,
    });
    points = points.slice(points.indexOf(end.point) + 1);
    if (points.length === 0 || options.isBailing)
      return { results, figures: undefined, events: [] };
  }
}

type WorkerEnd =
  | {
      readonly kind: 'done';
      readonly figures: Figures | undefined;
      readonly events: readonly SentEvent[];
    }
  | {
      readonly kind: 'ended';
      /** In which it happened. */
      readonly point: Exclude<PointName, 'rules'> | undefined;
      readonly message: string;
      readonly milliseconds: number;
    };

function runWorker(
  {
    file,
    plugin,
    files,
    location,
    isMeasured,
    isBailing,
  }: ConformanceOptions & { readonly plugin: PreparedPlugin },
  points: readonly Exclude<PointName, 'rules'>[],
  take: (result: PointResult) => void,
): Promise<WorkerEnd> {
  const callMaxMs = file.limits.callTimeMaxMs;
  const watch = createWatchMemory();
  const common = { plugin, files, location, watch, points, callMaxMs };
  const order: ConformanceOrder = { ...common, isMeasured, isBailing };
  return new Promise((resolve) => {
    const worker = new Worker(workerEntry('tools/conformance/conformance-worker.js'), {
      workerData: order,
      env: {},
      argv: [],
      execArgv: [],
    });
    let point: Exclude<PointName, 'rules'> | undefined;
    let begunAt = SYSTEM_CLOCK.monotonicMs();
    let seen = { number: -1, since: 0, used: process.cpuUsage() };
    const finish = (end: WorkerEnd): void => {
      clearInterval(timer);
      worker.removeAllListeners();
      worker.on('error', () => {});
      void worker.terminate().then(() => resolve(end));
    };
    const end = (message: string): void =>
      finish({ kind: 'ended', point, message, milliseconds: SYSTEM_CLOCK.monotonicMs() - begunAt });
    const timer = setInterval(() => {
      const call = runningCall(watch);
      const now = SYSTEM_CLOCK.monotonicMs();
      if (call?.number !== seen.number)
        seen = { number: call?.number ?? -1, since: now, used: process.cpuUsage() };
      else if (call !== undefined && isTooLong(seen, now, callMaxMs))
        end(`deadline: a call of \`${call.name}\` did not come back within ${callMaxMs} ms`);
    }, POLL_MS);
    worker.on('message', (answer: ConformanceAnswer) => {
      if (answer.kind === 'end')
        finish({ kind: 'done', figures: answer.figures, events: answer.events });
      else if (answer.kind === 'result') {
        point = undefined;
        take(answer.result);
      } else {
        point = answer.point;
        begunAt = SYSTEM_CLOCK.monotonicMs();
      }
    });
    worker.once('error', (error) => end(`crash: ${error.message}`));
    worker.once('exit', (code) => end(`crash: the worker ended with code ${code}`));
  });
}

/** On a machine that is busy with something else a call takes longer, and no more of the processor. */
const PATIENCE = 10;
/** During a call the compiler makes the code faster in another thread: at most twice the call's own time is used. */
const THREADS_AT_WORK = 2;
const MICROSECONDS_PER_MILLISECOND = 1000;

function isTooLong(
  { since, used }: { readonly since: number; readonly used: NodeJS.CpuUsage },
  now: number,
  callMaxMs: number,
): boolean {
  const { user, system } = process.cpuUsage(used);
  const usedMs = (user + system) / MICROSECONDS_PER_MILLISECOND;
  return usedMs > THREADS_AT_WORK * callMaxMs || now - since > PATIENCE * callMaxMs;
}
