/*
 * What a worker and the main thread tell each other without a message: a few numbers, in memory that both share, or,
 * where the worker is a process, in a file that both have open.
 *
 *   words 0–2  the call into a plugin that is running, see call-watch.ts
 *         3    1 while one event alone is being evaluated, whose number stands at byte 16
 *   byte 16    number of that event (float64); written before the word is set, read after it was seen
 *   byte 24    stored bytes that a source has read so far (float64); a torn read does no harm
 *   byte 32    word, written by the main thread: 1 = stop after the current batch
 *   byte 36    word, written by the main thread: messages sent to a process so far, modulo 2^32
 *   byte 40    word, written by the main thread: events that the next batch may have; 0 = as it begins
 */

import { readSync, writeSync } from 'node:fs';

const IS_ALONE = 3;
const EVENT_OFFSET = 16;
const BYTES_READ_OFFSET = 24;
/** Up to here the worker writes. */
const OF_WORKER_SIZE = 32;
const STOP = OF_WORKER_SIZE / Int32Array.BYTES_PER_ELEMENT;
const SENT = STOP + 1;
const EVENTS = SENT + 1;
export const CONTROL_SIZE = 44;

export class WorkerControl {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  readonly words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #eventNumber: Float64Array;
  readonly #bytesRead: Float64Array;
  #file: number | undefined;

  /** `file`: descriptor of the file that the numbers are in; `undefined`: `buffer` is shared. */
  constructor(buffer: ArrayBuffer | SharedArrayBuffer, file?: number) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer);
    this.#bytes = new Uint8Array(buffer);
    this.#eventNumber = new Float64Array(buffer, EVENT_OFFSET, 1);
    this.#bytesRead = new Float64Array(buffer, BYTES_READ_OFFSET, 1);
    this.#file = file;
  }

  /** The file is about to be closed: the numbers stay as they are. */
  detach(): void {
    this.#file = undefined;
  }

  /** Worker: what it has written is there for the main thread. */
  publish(): void {
    if (this.#file !== undefined) writeSync(this.#file, this.#bytes, 0, OF_WORKER_SIZE, 0);
  }

  /** Main thread: what the worker has written is here. */
  refresh(): void {
    if (this.#file !== undefined) readSync(this.#file, this.#bytes, 0, OF_WORKER_SIZE, 0);
  }

  /** Number of the event that is being evaluated alone, if one is. */
  get eventAlone(): number | undefined {
    return Atomics.load(this.words, IS_ALONE) === 1 ? this.#eventNumber[0] : undefined;
  }

  set eventAlone(eventNumber: number | undefined) {
    if (eventNumber !== undefined) this.#eventNumber[0] = eventNumber;
    Atomics.store(this.words, IS_ALONE, eventNumber === undefined ? 0 : 1);
    this.publish();
  }

  /** Whatever a process has written there, it is a number of bytes. */
  get bytesRead(): number {
    const count = this.#bytesRead[0] ?? 0;
    return count >= 0 && count <= Number.MAX_SAFE_INTEGER ? count : 0;
  }

  set bytesRead(count: number) {
    this.#bytesRead[0] = count;
    this.publish();
  }

  /** Worker. */
  get isStopped(): boolean {
    return this.#read(STOP) === 1;
  }

  /** Main thread: asks the worker to stop after its current batch. */
  stop(): void {
    Atomics.store(this.words, STOP, 1);
    Atomics.notify(this.words, STOP);
    this.#write(STOP);
  }

  /** Worker: events that its next batch may have. */
  get eventsMax(): number {
    return this.#read(EVENTS);
  }

  /** Main thread: larger batches would give more alerts than are to be held at once, or may be tried. */
  set eventsMax(count: number) {
    Atomics.store(this.words, EVENTS, count);
    this.#write(EVENTS);
  }

  /** Worker that is a process: messages that are on their way, or have come. */
  get sentCount(): number {
    return this.#read(SENT);
  }

  /** Main thread: one more. */
  countSent(): void {
    this.words[SENT] = (this.words[SENT] ?? 0) + 1;
    this.#write(SENT);
  }

  #read(word: number): number {
    if (this.#file !== undefined) readSync(this.#file, this.#bytes, 4 * word, 4, 4 * word);
    return Atomics.load(this.words, word);
  }

  #write(word: number): void {
    if (this.#file !== undefined) writeSync(this.#file, this.#bytes, 4 * word, 4, 4 * word);
  }
}
