/* The worker in which a plugin is tried, point after point. The main thread ends it when a call does not come back. */

import { parentPort, workerData } from 'node:worker_threads';
import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { withCompiled } from '../../plugin/prepare/prepared-plugin.ts';
import { CallWatch } from './call-watch.ts';
import type { Figures, PointName, PointResult } from './conformance.ts';
import type { ConformanceAnswer, ConformanceOrder } from './conformance-protocol.ts';
import {
  tryConfigure,
  tryHostile,
  tryMemory,
  tryPlans,
  tryValues,
  tryDeterminism as tryValuesAgain,
  wantedOf,
} from './extractor-points.ts';
import {
  tryAcknowledge,
  tryDamage,
  tryDeterminism,
  tryEvents,
  tryFailure,
  tryLimits,
  tryPosition,
  tryResume,
  tryWaiting,
} from './source-points.ts';
import { batchOf, describeFault, PointFailed, PointSkipped, Trial } from './trial.ts';

const TRIED: Readonly<Record<Exclude<PointName, 'rules'>, (trial: Trial) => string>> = {
  start: (trial) => {
    trial.start();
    return 'instantiated, and told an empty configuration';
  },
  'source.events': tryEvents,
  'source.limits': tryLimits,
  'source.determinism': tryDeterminism,
  'source.waiting': tryWaiting,
  'source.resume': tryResume,
  'source.position': tryPosition,
  'source.acknowledge': tryAcknowledge,
  'source.damage': tryDamage,
  'source.failure': tryFailure,
  'extractor.configure': tryConfigure,
  'extractor.values': tryValues,
  'extractor.determinism': tryValuesAgain,
  'extractor.plans': tryPlans,
  'extractor.hostile': tryHostile,
  'extractor.memory': tryMemory,
};

const CAUSES = ['start', 'source.events'] as const;
const WITHOUT_EVENTS: readonly PointName[] = ['start', 'extractor.configure'];
const failed = new Set<PointName>();
const EVENTS_SENT = 2_000;
const MEASURE_MS = 1_000;
/** Bytes to read at a time, or milliseconds that it takes, for the start not to count. */
const SIZE_ENOUGH = 4 << 20;
const MS_ENOUGH = 500;

const { plugin, files, location, watch, points, callMaxMs, isMeasured, isBailing } =
  workerData as ConformanceOrder;
const callWatch = new CallWatch(watch);
const trial = new Trial({ plugin: withCompiled(plugin), files, location, watch: callWatch });
const post = (answer: ConformanceAnswer): void => parentPort?.postMessage(answer);

for (const point of points) {
  post({ kind: 'begun', point });
  post({ kind: 'result', result: tryPoint(point) });
  if (isStopped()) break;
}
const figures = isMeasured && !isStopped() ? measure() : undefined;
post({ kind: 'end', figures, events: eventsToSend() });

function isStopped(): boolean {
  return isBailing && failed.size > 0;
}

/** Without an instance nothing can be tried, and without events little. */
function isAfter(point: PointName, cause: PointName): boolean {
  if (cause === 'start') return true;
  return point.startsWith('source.') || !WITHOUT_EVENTS.includes(point);
}

function tryPoint(point: Exclude<PointName, 'rules'>): PointResult {
  const start = SYSTEM_CLOCK.monotonicMs();
  const done = (outcome: PointResult['outcome'], message: string): PointResult => {
    return { point, outcome, message, milliseconds: SYSTEM_CLOCK.monotonicMs() - start };
  };
  const cause = CAUSES.find((one) => failed.has(one) && one !== point && isAfter(point, one));
  if (cause !== undefined) return done('skipped', `\`${cause}\` failed`);
  try {
    return done('passed', TRIED[point](trial));
  } catch (error) {
    if (error instanceof PointSkipped) return done('skipped', error.message);
    failed.add(point);
    return done('failed', error instanceof PointFailed ? error.message : describeFault(error));
  }
}

/** A figure that cannot be had is left out: a point reports the reason. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

function measure(): Figures {
  const given = attempt(() => trial.given) ?? {
    events: [],
    times: [],
    problems: [],
    positions: [],
  };
  const bytes = given.events.reduce((sum, event) => sum + event.length, 0);
  const startMs = attempt(() => timed(() => trial.start()));
  const rate = attempt(sourceRate);
  return {
    startMs,
    events: given.events.length,
    bytes,
    sourceEventsPerSecond: rate?.events,
    sourceBytesPerSecond: rate?.bytes,
    extractEventsPerSecond: attempt(() => extractionRate(given.events)),
    memoryBytes: trial.memorySize,
    longestCallMs: callWatch.longestMs,
    callMaxMs,
  };
}

/** A second, of files that were made long enough for the start not to count. */
function sourceRate(): { readonly events: number; readonly bytes: number } | undefined {
  if (plugin.manifest.source === undefined || trial.given.events.length === 0) return undefined;
  const size = trial.files.reduce((sum, file) => sum + file.bytes.length, 0);
  const timesMax = Math.max(1, Math.ceil(SIZE_ENOUGH / Math.max(1, size)));
  for (let times = 1; ; times = Math.min(timesMax, 4 * times)) {
    const files = trial.files.map(({ path, bytes }) => ({
      path,
      bytes: Buffer.concat(Array<Uint8Array>(times).fill(bytes)),
    }));
    const start = SYSTEM_CLOCK.monotonicMs();
    const { events } = trial.read({ files });
    if (SYSTEM_CLOCK.monotonicMs() - start < MS_ENOUGH && times < timesMax) continue;
    const ms = perRound(() => trial.read({ files }));
    const bytes = events.reduce((sum, event) => sum + event.length, 0);
    return { events: (events.length / ms) * 1000, bytes: (bytes / ms) * 1000 };
  }
}

function extractionRate(events: readonly Uint8Array[]): number | undefined {
  if (events.length === 0 || plugin.manifest.extractor === undefined) return undefined;
  const { extractor } = trial.extractor();
  extractor.configure(
    0,
    wantedOf(trial).map(({ request }) => request),
  );
  const some = Array.from(
    { length: 1000 },
    (_, at) => events[at % events.length] ?? new Uint8Array(),
  );
  const batch = batchOf(some);
  return (some.length / perRound(() => extractor.extract(0, batch))) * 1000;
}

/** Milliseconds of one, over about a second. */
function perRound(run: () => unknown): number {
  run();
  let rounds = 0;
  const start = SYSTEM_CLOCK.monotonicMs();
  do {
    run();
    rounds += 1;
  } while (SYSTEM_CLOCK.monotonicMs() - start < MEASURE_MS);
  return (SYSTEM_CLOCK.monotonicMs() - start) / rounds;
}

function timed(run: () => unknown): number {
  const start = SYSTEM_CLOCK.monotonicMs();
  run();
  return SYSTEM_CLOCK.monotonicMs() - start;
}

function eventsToSend(): { readonly data: Uint8Array; readonly time: bigint }[] {
  const given = attempt(() => trial.given);
  if (given === undefined) return [];
  return given.events
    .slice(0, EVENTS_SENT)
    .map((data, at) => ({ data, time: given.times[at] ?? 0n }));
}
