/*
 * Where batches lie on their way from a source worker to an evaluation worker: a few slots of shared memory, so
 * that nothing is copied a second time and their pages stay warm. A slot is taken by the source worker, and given
 * back by the main thread when the alerts of its batch are with the outputs: no free slot is back-pressure.
 *
 * Layout of the buffer:
 *
 *   words   0      counts the slots that were given back: what the source worker waits on
 *           1 + i  1 while slot i is taken
 *   slot i         times (u64 an event) | spans (two u32 an event) | bytes of the events
 *
 * A batch whose bytes do not fit (an event of more than a slot) lies in a buffer of its own and takes all slots.
 */

import type { EventBatch } from '../plugin/plugin-instance.ts';

const SLOTS_PER_STREAM = 8;
const WORDS_SIZE = 64;
const TIME_SIZE = BigUint64Array.BYTES_PER_ELEMENT;
const SPANS_SIZE = 2 * Uint32Array.BYTES_PER_ELEMENT;
/** A batch may be larger than was asked for by its last event. */
const SLACK_SIZE = 256 << 10;
const WAIT_MS = 50;

export interface SlotLimits {
  readonly batchEventsMax: number;
  readonly batchSizeMax: number;
}

/** Which slot, and what of it is used. */
export interface SlotRange {
  readonly slot: number;
  readonly eventCount: number;
  readonly dataSize: number;
  /** Where the events' bytes lie when they are too many for a slot. */
  readonly ownData: SharedArrayBuffer | undefined;
}

export function createSlots(limits: SlotLimits): SharedArrayBuffer {
  return new SharedArrayBuffer(WORDS_SIZE + SLOTS_PER_STREAM * slotSize(limits));
}

function slotSize({ batchEventsMax, batchSizeMax }: SlotLimits): number {
  const size = batchEventsMax * (TIME_SIZE + SPANS_SIZE) + batchSizeMax + SLACK_SIZE;
  return TIME_SIZE * Math.ceil(size / TIME_SIZE);
}

/** One view for each side; all of them see the same slots. */
export class Slots {
  readonly #buffer: SharedArrayBuffer;
  readonly #limits: SlotLimits;
  readonly #words: Int32Array;

  constructor(buffer: SharedArrayBuffer, limits: SlotLimits) {
    this.#buffer = buffer;
    this.#limits = limits;
    this.#words = new Int32Array(buffer, 0, 1 + SLOTS_PER_STREAM);
  }

  /** Waits for a free slot, as long as `isWanted`; `undefined` when it no longer is. Not on the main thread. */
  take(isWanted: () => boolean): number | undefined {
    for (;;) {
      const seen = Atomics.load(this.#words, 0);
      const slot = this.takeFree();
      if (slot !== undefined) return slot;
      if (!isWanted()) return undefined;
      Atomics.wait(this.#words, 0, seen, WAIT_MS);
    }
  }

  /** `undefined` when none is free. */
  takeFree(): number | undefined {
    for (let slot = 0; slot < SLOTS_PER_STREAM; slot++) {
      if (Atomics.compareExchange(this.#words, 1 + slot, 0, 1) === 0) return slot;
    }
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
      Atomics.wait(this.#words, 0, seen, WAIT_MS);
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

  /** The whole room for the bytes of a batch. */
  dataOf(slot: number): Uint8Array {
    const { batchEventsMax, batchSizeMax } = this.#limits;
    const start = this.#start(slot) + batchEventsMax * (TIME_SIZE + SPANS_SIZE);
    return new Uint8Array(this.#buffer, start, batchSizeMax + SLACK_SIZE);
  }

  /** Puts a batch into its slot; its bytes may lie there already. */
  fill(slot: number, batch: EventBatch): SlotRange {
    const room = this.dataOf(slot);
    const { data, spans, times } = batch;
    const range = { slot, eventCount: times.length, dataSize: data.length };
    const target = this.#read({ ...range, ownData: undefined }, room);
    target.times.set(times);
    target.spans.set(spans);
    if (data.buffer === this.#buffer) return { ...range, ownData: undefined };
    if (data.length <= room.length) {
      room.set(data);
      return { ...range, ownData: undefined };
    }
    const ownData = new SharedArrayBuffer(data.length);
    new Uint8Array(ownData).set(data);
    return { ...range, ownData };
  }

  /** The batch where it lies; valid until the slot is given back. */
  read(range: SlotRange): EventBatch {
    const { ownData, slot, dataSize } = range;
    const data =
      ownData === undefined ? this.dataOf(slot).subarray(0, dataSize) : new Uint8Array(ownData);
    return this.#read(range, data);
  }

  #read({ slot, eventCount }: SlotRange, data: Uint8Array): EventBatch {
    const start = this.#start(slot);
    const spansStart = start + this.#limits.batchEventsMax * TIME_SIZE;
    return {
      data,
      spans: new Uint32Array(this.#buffer, spansStart, 2 * eventCount),
      times: new BigUint64Array(this.#buffer, start, eventCount),
    };
  }

  #start(slot: number): number {
    return WORDS_SIZE + slot * slotSize(this.#limits);
  }
}
