/*
 * Events on their way from an evaluation worker to the process of an extractor: in a file that lies in memory, which
 * the worker writes and the process can only read. What is in it belongs to the call that is under way.
 *
 *   times (u64 an event) | spans (two u32 an event) | bytes of the events
 */

import type { EventBatch } from '../../plugin/abi/plugin-instance.ts';
import { readFromStart, writeFromStart } from '../../worker/memory-file.ts';

const TIME_SIZE = BigUint64Array.BYTES_PER_ELEMENT;
const SPAN_SIZE = 2 * Uint32Array.BYTES_PER_ELEMENT;

/** How much of the file is theirs. */
export interface HandedEvents {
  readonly eventCount: number;
  readonly dataSize: number;
}

export class EventSender {
  readonly #descriptor: number;
  readonly #sizeMax: number;

  /** `sizeMax`: bytes that the file may have. */
  constructor(descriptor: number, sizeMax: number) {
    this.#descriptor = descriptor;
    this.#sizeMax = sizeMax;
  }

  /** The message to the process: how much there is, or the events, when they have no place in the file. */
  hand({ data, spans, times }: EventBatch): HandedEvents | EventBatch {
    const views = [times, spans, data];
    const size = views.reduce((sum, { byteLength }) => sum + byteLength, 0);
    return size <= this.#sizeMax && writeFromStart(this.#descriptor, views)
      ? { eventCount: times.length, dataSize: data.length }
      : { data, spans, times };
  }
}

export class EventReceiver {
  readonly #descriptor: number;
  readonly #buffer: ArrayBuffer;

  constructor(descriptor: number, sizeMax: number) {
    this.#descriptor = descriptor;
    this.#buffer = new ArrayBuffer(sizeMax);
  }

  /** Valid until the next call. */
  take(events: HandedEvents | EventBatch): EventBatch {
    if ('times' in events) return events;
    const { eventCount, dataSize } = events;
    const spansStart = eventCount * TIME_SIZE;
    const dataStart = spansStart + eventCount * SPAN_SIZE;
    readFromStart(this.#descriptor, new Uint8Array(this.#buffer, 0, dataStart + dataSize));
    return {
      times: new BigUint64Array(this.#buffer, 0, eventCount),
      spans: new Uint32Array(this.#buffer, spansStart, 2 * eventCount),
      data: new Uint8Array(this.#buffer, dataStart, dataSize),
    };
  }
}
