/*
 * Which slots of a room are taken. One is taken by the source worker, and given back by the main thread when the
 * alerts of its batch are with the outputs: no free slot is back-pressure.
 *
 *   words   0      counts the slots that were given back: what the source worker waits on
 *           1 + i  1 while slot i is taken
 */

import { SLOTS_PER_STREAM } from './slot-room.ts';

const WAIT_MS = 50;

export function createSlots(): SharedArrayBuffer {
  return new SharedArrayBuffer((1 + SLOTS_PER_STREAM) * Int32Array.BYTES_PER_ELEMENT);
}

/** One view for each side; all of them see the same slots. */
export class Slots {
  readonly #words: Int32Array;
  readonly #wait: (seen: number) => void;

  /** `wait`: until a slot is given back after `seen` of them, or for a while; in a process, which shares no words. */
  constructor(buffer: SharedArrayBuffer, wait?: (seen: number) => void) {
    this.#words = new Int32Array(buffer);
    this.#wait = wait ?? ((seen) => void Atomics.wait(this.#words, 0, seen, WAIT_MS));
  }

  /** Waits for a free slot, as long as `isWanted`; `undefined` when it no longer is. Not on the main thread. */
  take(isWanted: () => boolean): number | undefined {
    for (;;) {
      const seen = Atomics.load(this.#words, 0);
      const slot = this.takeFree();
      if (slot !== undefined) return slot;
      if (!isWanted()) return undefined;
      this.#wait(seen);
    }
  }

  /** `undefined` when none is free. */
  takeFree(): number | undefined {
    for (let slot = 0; slot < SLOTS_PER_STREAM; slot++) if (this.#tryTake(slot)) return slot;
    return undefined;
  }

  /** Waits until `slot` is the only one that is taken, or none is. */
  waitForOthers(slot: number | undefined, isWanted: () => boolean): void {
    for (;;) {
      const seen = Atomics.load(this.#words, 0);
      let taken = 0;
      for (let other = 0; other < SLOTS_PER_STREAM; other++) {
        if (other !== slot) taken += Atomics.load(this.#words, 1 + other);
      }
      if (taken === 0 || !isWanted()) return;
      this.#wait(seen);
    }
  }

  free(slot: number): void {
    Atomics.store(this.#words, 1 + slot, 0);
    Atomics.add(this.#words, 0, 1);
    Atomics.notify(this.#words, 0);
  }

  /** What an ended source worker took and never handed over. */
  freeAllBut(used: ReadonlySet<number>): void {
    for (let slot = 0; slot < SLOTS_PER_STREAM; slot++) if (!used.has(slot)) this.free(slot);
  }

  /** What another process has taken. */
  mark(used: Iterable<number>): void {
    for (const slot of used) Atomics.store(this.#words, 1 + slot, 1);
  }

  /** Whether it was free, and is now taken. */
  #tryTake(slot: number): boolean {
    return Atomics.compareExchange(this.#words, 1 + slot, 0, 1) === 0;
  }
}
