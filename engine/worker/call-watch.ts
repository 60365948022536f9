/*
 * Deadlines of calls into plugins. A plugin that loops keeps its thread, so it is watched from another one: the
 * worker says in words that both sides see (see worker-control.ts) that a call is running and whose it is; the main
 * thread polls.
 *
 *   word  0  sequence number of the call that is running, or of the last one
 *         1  1 + position of the plugin while inside a call, else 0
 *         2  1 while the plugin waits for the host: that time is not its own
 */

import type { WorkerControl } from './worker-control.ts';

const SEQUENCE = 0;
const PLUGIN = 1;
const IS_IN_HOST = 2;

/** The side that calls. */
export class GuardedCalls {
  readonly #control: WorkerControl;
  readonly #words: Int32Array;
  #sequence: number;

  constructor(control: WorkerControl) {
    this.#control = control;
    this.#words = control.words;
    this.#sequence = Atomics.load(this.#words, SEQUENCE);
  }

  /** Runs `call` under the deadline of the plugin at `pluginPosition`. */
  run<Result>(pluginPosition: number, call: () => Result): Result {
    this.#sequence = (this.#sequence + 1) | 0;
    Atomics.store(this.#words, SEQUENCE, this.#sequence);
    Atomics.store(this.#words, PLUGIN, pluginPosition + 1);
    this.#control.publish();
    try {
      return call();
    } finally {
      this.#set(PLUGIN, 0);
    }
  }

  /** Runs what a plugin asked the host for; the deadline of the call around it stands still. */
  inHost<Result>(call: () => Result): Result {
    this.#set(IS_IN_HOST, 1);
    try {
      return call();
    } finally {
      this.#set(IS_IN_HOST, 0);
    }
  }

  #set(word: number, value: number): void {
    Atomics.store(this.#words, word, value);
    this.#control.publish();
  }
}

/** Position of the plugin in whose call the thread is; `undefined`: in none. */
export function runningPlugin(words: Int32Array): number | undefined {
  const plugin = Atomics.load(words, PLUGIN);
  return plugin === 0 ? undefined : plugin - 1;
}

/** Time that one poll may find to have passed: a process that was suspended is not blamed on a plugin. */
const POLL_COUNTS_MAX_MS = 100;

/**
 * The side that watches: polled again and again, it answers the position of the plugin whose one call has been running
 * for longer than its limit. The resolution is that of the polls.
 */
export class DeadlineWatch {
  readonly #words: Int32Array;
  #seenSequence = 0;
  #runningMs = 0;
  #polledAtMs = 0;

  constructor(words: Int32Array) {
    this.#words = words;
  }

  /** `nowMs`: monotonic; `limitMs`: of a call of the plugin at a position. */
  poll(nowMs: number, limitMs: (pluginPosition: number) => number): number | undefined {
    const passedMs = Math.min(nowMs - this.#polledAtMs, POLL_COUNTS_MAX_MS);
    this.#polledAtMs = nowMs;
    const plugin = runningPlugin(this.#words);
    const sequence = Atomics.load(this.#words, SEQUENCE);
    if (plugin === undefined || sequence !== this.#seenSequence) {
      this.#seenSequence = sequence;
      this.#runningMs = 0;
      return undefined;
    }
    if (Atomics.load(this.#words, IS_IN_HOST) === 1) return undefined;
    this.#runningMs += passedMs;
    return this.#runningMs >= limitMs(plugin) ? plugin : undefined;
  }
}
