import { SYSTEM_CLOCK } from '../../base/clock.ts';
/* Which call of the plugin runs, seen from outside of the thread that waits for it. */

export interface WatchMemory {
  /** Number of the call, whether it runs, and its name as a place in CALLS. */
  readonly state: Int32Array<SharedArrayBuffer>;
}

const CALLS = [
  'instantiate',
  'init',
  'open',
  'next',
  'checkpoint',
  'resume',
  'acknowledge',
  'close',
  'configure',
  'extract',
] as const;
export type CallName = (typeof CALLS)[number];

const NUMBER = 0;
const IS_RUNNING = 1;
const NAME = 2;

export function createWatchMemory(): WatchMemory {
  return { state: new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT)) };
}

export class CallWatch {
  readonly #state: Int32Array;
  #longestMs = 0;

  constructor({ state }: WatchMemory) {
    this.#state = state;
  }

  /** Milliseconds. */
  get longestMs(): number {
    return this.#longestMs;
  }

  call<T>(name: CallName, run: () => T): T {
    const state = this.#state;
    Atomics.store(state, NAME, CALLS.indexOf(name));
    Atomics.add(state, NUMBER, 1);
    Atomics.store(state, IS_RUNNING, 1);
    const start = SYSTEM_CLOCK.monotonicMs();
    try {
      return run();
    } finally {
      const time = SYSTEM_CLOCK.monotonicMs() - start;
      Atomics.store(state, IS_RUNNING, 0);
      if (name !== 'instantiate') this.#longestMs = Math.max(this.#longestMs, time);
    }
  }
}

/** The call that runs, if one does. */
export function runningCall({ state }: WatchMemory): { number: number; name: string } | undefined {
  if (Atomics.load(state, IS_RUNNING) === 0) return undefined;
  const name = CALLS[Atomics.load(state, NAME)] ?? '';
  return { number: Atomics.load(state, NUMBER), name };
}
