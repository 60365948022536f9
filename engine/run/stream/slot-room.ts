/*
 * The bytes of batches on their way from a source worker to an evaluation worker. They lie in a few slots of memory
 * that workers share, so that nothing is copied a second time and their pages stay warm; or, where one of the
 * workers is a process, in a file that lies in memory.
 *
 *   slot i   times (u64 an event) | spans (two u32 an event) | bytes of the events
 *
 * A batch whose bytes do not fit (an event of more than a slot) has them elsewhere.
 */

import { fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs';
import { LIMITS } from '../../base/limits.ts';
import { systemErrorText } from '../../base/system-error.ts';
import { findBatchFault } from '../../plugin/abi/check-batch.ts';
import type { EventBatch } from '../../plugin/abi/plugin-instance.ts';
import {
  createMemoryFile,
  type FileDescriptors,
  type MemoryFile,
} from '../../worker/memory-file.ts';
import { FIRST_OWN_DESCRIPTOR } from '../../worker/process-port.ts';
import type { Isolation } from '../../worker/worker-handle.ts';

export const SLOTS_PER_STREAM = 8;
const TIME_SIZE = BigUint64Array.BYTES_PER_ELEMENT;
const SPANS_SIZE = 2 * Uint32Array.BYTES_PER_ELEMENT;
/** A batch may be larger than was asked for by its last event. */
const SLACK_SIZE = 256 << 10;
/** Behind the slots of a file each slot has so much of it for what does not fit: pages are there when written. */
const BEHIND_SIZE = 32 << 20;
const LARGE_BATCHES_MAX = 4;

export interface SlotLimits {
  readonly batchEventsMax: number;
  readonly batchSizeMax: number;
}

/** Which slot, and what of it is used. */
export interface SlotRange {
  readonly slot: number;
  readonly eventCount: number;
  readonly dataSize: number;
  /** Where the events' bytes lie when they are too many for a slot; `behind`: behind all slots of a file. */
  readonly ownData: SharedArrayBuffer | 'behind' | undefined;
}

/** What a source has handed over is no batch: only one that is a process can do that. */
export class UnreadableBatch extends Error {
  override readonly name = 'UnreadableBatch';
}

/** There is no memory for the slots of a stream any more. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom';
}

const FULL = ['ENOSPC', 'EFBIG', 'EDQUOT', 'ENOMEM'];

export type RoomMemory = SharedArrayBuffer | MemoryFile;
/** As a message to a worker. */
export type SentRoom = SharedArrayBuffer | FileDescriptors;

/** `isolation`: of the worker that fills it. */
export function createRoom(limits: SlotLimits, isolation: Isolation): RoomMemory {
  const size = SLOTS_PER_STREAM * slotSize(limits);
  return isolation === 'thread' ? new SharedArrayBuffer(size) : createMemoryFile(size);
}

/** Bytes that may lie in a room at any time, and where they end: a source waits with a large batch for others. */
export function roomSizeMax(limits: SlotLimits): { sizeMax: number; endMax: number } {
  const slots = SLOTS_PER_STREAM * slotSize(limits);
  return {
    sizeMax: slots + LARGE_BATCHES_MAX * LIMITS.batchDataSizeMax.value,
    endMax: slots + SLOTS_PER_STREAM * BEHIND_SIZE,
  };
}

/** Bytes of a slot. */
export function slotSize({ batchEventsMax, batchSizeMax }: SlotLimits): number {
  const size = batchEventsMax * (TIME_SIZE + SPANS_SIZE) + batchSizeMax + SLACK_SIZE;
  return TIME_SIZE * Math.ceil(size / TIME_SIZE);
}

/** Releases it: nobody uses it any more. */
export function closeRoom(memory: RoomMemory): void {
  if (!(memory instanceof SharedArrayBuffer)) memory.close();
}

/** To a thread. */
export function sentRoom(memory: RoomMemory): SentRoom {
  if (memory instanceof SharedArrayBuffer) return memory;
  const { descriptor, readDescriptor } = memory;
  return { descriptor, readDescriptor };
}

/** File descriptors of a room that a process uses: a process that only reads gets `readDescriptor`. */
export function descriptorsOf(memory: RoomMemory): FileDescriptors {
  if (memory instanceof SharedArrayBuffer) throw new Error('memory that is shared is no file');
  return memory;
}

/** In a process: the one whose descriptor it has inherited at `position` among its own. */
export function inheritedRoom(position: number): SentRoom {
  const descriptor = FIRST_OWN_DESCRIPTOR + position;
  return { descriptor, readDescriptor: descriptor };
}

/** One for each side; all of them see the same slots. */
export interface SlotRoom {
  /** Bytes that a slot has room for. */
  readonly dataSizeMax: number;
  /** Where to put the bytes of the next batch of the slot. */
  dataOf(slot: number): Uint8Array;
  /** Puts a batch into its slot; its bytes may lie in `dataOf` already. */
  fill(slot: number, batch: EventBatch): SlotRange;
  /** The batch; valid until its slot is given back, or another one is read. */
  read(range: SlotRange): EventBatch;
  /** Releases it: nobody needs the batch any more. */
  drop(range: SlotRange): void;
  /** Before another source fills slots: what one has left behind or cut off is as it was; `used`: on their way. */
  mend(used: readonly SlotRange[]): void;
}

export function openRoom(memory: SentRoom, limits: SlotLimits): SlotRoom {
  return memory instanceof SharedArrayBuffer
    ? new SharedRoom(memory, limits)
    : new FileRoom(memory, limits);
}

interface Parts extends EventBatch {
  /** All of the room for the bytes. */
  readonly data: Uint8Array;
}

/** The start of a slot. */
function partsAt(
  buffer: ArrayBufferLike,
  start: number,
  eventCount: number,
  { batchEventsMax, batchSizeMax }: SlotLimits,
): Parts {
  const spansStart = start + batchEventsMax * TIME_SIZE;
  const dataStart = spansStart + batchEventsMax * SPANS_SIZE;
  return {
    times: new BigUint64Array(buffer, start, eventCount),
    spans: new Uint32Array(buffer, spansStart, 2 * eventCount),
    data: new Uint8Array(buffer, dataStart, batchSizeMax + SLACK_SIZE),
  };
}

class SharedRoom implements SlotRoom {
  readonly dataSizeMax: number;
  readonly #buffer: SharedArrayBuffer;
  readonly #limits: SlotLimits;

  constructor(buffer: SharedArrayBuffer, limits: SlotLimits) {
    this.dataSizeMax = limits.batchSizeMax + SLACK_SIZE;
    this.#buffer = buffer;
    this.#limits = limits;
  }

  dataOf(slot: number): Uint8Array {
    return this.#partsOf(slot, 0).data;
  }

  fill(slot: number, { data, spans, times }: EventBatch): SlotRange {
    const target = this.#partsOf(slot, times.length);
    target.times.set(times);
    target.spans.set(spans);
    const range = { slot, eventCount: times.length, dataSize: data.length, ownData: undefined };
    if (data.buffer === this.#buffer) return range;
    if (data.length <= target.data.length) {
      target.data.set(data);
      return range;
    }
    const ownData = new SharedArrayBuffer(data.length);
    new Uint8Array(ownData).set(data);
    return { ...range, ownData };
  }

  read({ slot, eventCount, dataSize, ownData }: SlotRange): EventBatch {
    const parts = this.#partsOf(slot, eventCount);
    const isOwn = ownData instanceof SharedArrayBuffer;
    return { ...parts, data: isOwn ? new Uint8Array(ownData) : parts.data.subarray(0, dataSize) };
  }

  drop(): void {}
  // Nothing of it can be written or cut by anybody but our code.
  mend(): void {}

  #partsOf(slot: number, eventCount: number): Parts {
    const start = slot * slotSize(this.#limits);
    return partsAt(this.#buffer, start, eventCount, this.#limits);
  }
}

class FileRoom implements SlotRoom {
  readonly dataSizeMax: number;
  readonly #file: FileDescriptors;
  readonly #limits: SlotLimits;
  /** One slot, as it is in the file. */
  readonly #buffer: ArrayBuffer;
  readonly #slotSize: number;
  /** Those that were filled here and do not fit. */
  readonly #large = new Set<number>();

  constructor(file: FileDescriptors, limits: SlotLimits) {
    this.dataSizeMax = limits.batchSizeMax + SLACK_SIZE;
    this.#file = file;
    this.#limits = limits;
    this.#slotSize = slotSize(limits);
    this.#buffer = new ArrayBuffer(this.#slotSize);
  }

  dataOf(): Uint8Array {
    return this.#partsOf(0).data;
  }

  fill(slot: number, { data, spans, times }: EventBatch): SlotRange {
    const start = slot * this.#slotSize;
    const target = this.#partsOf(0);
    const isLarge = data.length > target.data.length;
    if (isLarge) this.#large.add(slot);
    this.#write(times, start);
    this.#write(spans, start + this.#limits.batchEventsMax * TIME_SIZE);
    this.#write(data, isLarge ? this.#behind(slot) : start + target.data.byteOffset);
    const ownData = isLarge ? ('behind' as const) : undefined;
    return { slot, eventCount: times.length, dataSize: data.length, ownData };
  }

  read({ slot, eventCount, dataSize, ownData }: SlotRange): EventBatch {
    const start = slot * this.#slotSize;
    const parts = this.#partsOf(eventCount);
    const isLarge = ownData === 'behind';
    if (!isLarge && dataSize > parts.data.length)
      throw new UnreadableBatch(`${dataSize} bytes do not fit into a slot`);
    const data = isLarge ? new Uint8Array(dataSize) : parts.data.subarray(0, dataSize);
    this.#read(parts.times, start);
    this.#read(parts.spans, start + parts.spans.byteOffset);
    this.#read(data, isLarge ? this.#behind(slot) : start + data.byteOffset);
    const batch = { ...parts, data };
    // Another process has written it, and may write anything.
    const fault = findBatchFault(batch, this.#limits.batchEventsMax);
    if (fault !== undefined) throw new UnreadableBatch(fault);
    return batch;
  }

  /** A source waits with one that is large until others are done; of those that were filled here some may be left. */
  drop({ slot, ownData }: SlotRange): void {
    if (ownData !== 'behind') return;
    this.#large.delete(slot);
    if (this.#large.size === 0) ftruncateSync(this.#file.descriptor, this.#behind(0));
  }

  mend(used: readonly SlotRange[]): void {
    const end = this.#behind(0);
    const isLarge = used.some(({ ownData }) => ownData === 'behind');
    if (!isLarge || fstatSync(this.#file.descriptor).size < end)
      ftruncateSync(this.#file.descriptor, end);
  }

  #behind(slot: number): number {
    return SLOTS_PER_STREAM * this.#slotSize + slot * BEHIND_SIZE;
  }

  #partsOf(eventCount: number): Parts {
    return partsAt(this.#buffer, 0, eventCount, this.#limits);
  }

  #write(view: ArrayBufferView, position: number): void {
    for (let done = 0; done < view.byteLength; ) {
      const left = view.byteLength - done;
      done += this.#writeSome(view, done, left, position + done);
    }
  }

  #writeSome(view: ArrayBufferView, from: number, size: number, position: number): number {
    try {
      return writeSync(this.#file.descriptor, bytesOf(view), from, size, position);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      throw FULL.includes(code)
        ? new NoRoom(`a batch has no place in memory: ${systemErrorText(error)}`)
        : error;
    }
  }

  #read(view: ArrayBufferView, position: number): void {
    for (let done = 0; done < view.byteLength; ) {
      const left = view.byteLength - done;
      const size = readSync(this.#file.readDescriptor, bytesOf(view), done, left, position + done);
      if (size === 0) throw new UnreadableBatch('a batch is not where it should be');
      done += size;
    }
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
