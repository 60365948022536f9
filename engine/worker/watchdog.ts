/*
 * Ends a process whose main thread stands still: nothing could be reported any more, and nobody could stop it. Another
 * thread looks for a sign of life each second; seconds in which the whole process was stopped do not count.
 */

import { Worker } from 'node:worker_threads';

/** Looks at a number that the main thread changes. JavaScript as it runs: it has nothing to import. */
const THREAD = `
const { workerData } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const beats = new Int32Array(workerData.beats);
let [last, still] = [-1, 0];
setInterval(() => {
  const now = Atomics.load(beats, 0);
  still = now === last ? still + 1 : 0;
  last = now;
  if (still < workerData.ticksMax) return;
  try { writeSync(2, workerData.message); } catch {}
  process.kill(process.pid, 'SIGKILL');
}, workerData.tickMs);
`;

export interface WatchdogOptions {
  /** Signs of life that are missing in a row. */
  readonly ticksMax: number;
  readonly tickMs: number;
  /** To standard error, before the process is ended with SIGKILL. */
  readonly message: string;
}

export interface Watchdog {
  close(): void;
}

export function startWatchdog({ ticksMax, tickMs, message }: WatchdogOptions): Watchdog {
  const beats = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const counter = new Int32Array(beats);
  const thread = new Worker(THREAD, {
    eval: true,
    // Options of the process may make modules of such texts.
    execArgv: [],
    workerData: { beats, ticksMax, tickMs, message },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  });
  thread.unref();
  thread.on('error', () => {});
  const timer = setInterval(() => Atomics.add(counter, 0, 1), tickMs / 2);
  timer.unref();
  return {
    close: () => {
      clearInterval(timer);
      void thread.terminate();
    },
  };
}
