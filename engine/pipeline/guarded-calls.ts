import { CONTROL_CALL_PLUGIN, CONTROL_CALL_SEQUENCE, type Control } from './lane-protocol.ts';

/**
 * Lane side of deadlines: the main thread sees that a call is running, of which plugin, and since
 * which sequence number. It cannot be done from inside: a looping plugin keeps the lane's thread.
 */
export class GuardedCalls {
  readonly #words: Int32Array;
  #sequence: number;

  constructor(control: Control) {
    this.#words = control.words;
    this.#sequence = Atomics.load(this.#words, CONTROL_CALL_SEQUENCE);
  }

  /** Runs `call` under the deadline of the plugin at `pluginPosition` in [source, ...extractors]. */
  run<Result>(pluginPosition: number, call: () => Result): Result {
    this.#sequence = (this.#sequence + 1) | 0;
    Atomics.store(this.#words, CONTROL_CALL_SEQUENCE, this.#sequence);
    Atomics.store(this.#words, CONTROL_CALL_PLUGIN, pluginPosition + 1);
    try {
      return call();
    } finally {
      Atomics.store(this.#words, CONTROL_CALL_PLUGIN, 0);
    }
  }
}

/**
 * Main-thread side: polled at a fixed interval, it answers the position of the plugin whose one call has
 * been running for longer than the limit. The resolution is the polling interval.
 */
export class DeadlineWatch {
  readonly #words: Int32Array;
  readonly #pollsMax: number;
  #seenSequence = 0;
  #polls = 0;

  constructor(control: Control, options: { callTimeMaxMs: number; pollIntervalMs: number }) {
    this.#words = control.words;
    this.#pollsMax = Math.max(1, Math.ceil(options.callTimeMaxMs / options.pollIntervalMs));
  }

  poll(): number | undefined {
    const plugin = Atomics.load(this.#words, CONTROL_CALL_PLUGIN);
    const sequence = Atomics.load(this.#words, CONTROL_CALL_SEQUENCE);
    if (plugin === 0 || sequence !== this.#seenSequence) {
      this.#seenSequence = sequence;
      this.#polls = 0;
      return undefined;
    }
    this.#polls += 1;
    return this.#polls > this.#pollsMax ? plugin - 1 : undefined;
  }
}
