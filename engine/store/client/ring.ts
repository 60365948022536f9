/*
 * Bytes from the I/O thread to a plugin's thread through shared memory: one writes, one reads, neither waits in here.
 *
 *   words  0  bytes written so far, modulo 2^32
 *          1  bytes read so far, modulo 2^32
 *          2  0 more may come, 1 that was the end, 2 it failed
 *          3  1 while the writer waits for room
 *   byte  16  stored bytes that were read so far (float64)
 *   byte  64  the bytes, as many as the ring has room for, again and again
 */

const HEADER_SIZE = 64;
/** Powers of two, so that positions may wrap around. */
const SIZES = { large: 2 << 20, small: 64 << 10 } as const;

const WRITTEN = 0;
const READ = 1;
const STATE = 2;
const WANTS_ROOM = 3;
const STORED_OFFSET = 16;

export const STATE_OPEN = 0;
export const STATE_END = 1;
export const STATE_FAILED = 2;
export type RingState = typeof STATE_OPEN | typeof STATE_END | typeof STATE_FAILED;

export function createRing(size: keyof typeof SIZES): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER_SIZE + SIZES[size]);
}

export function isLargeRing(ring: SharedArrayBuffer): boolean {
  return ring.byteLength === HEADER_SIZE + SIZES.large;
}

export class Ring {
  readonly #words: Int32Array;
  readonly #stored: Float64Array;
  readonly #bytes: Uint8Array;

  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer, 0, STORED_OFFSET / Int32Array.BYTES_PER_ELEMENT);
    this.#stored = new Float64Array(buffer, STORED_OFFSET, 1);
    this.#bytes = new Uint8Array(buffer, HEADER_SIZE);
  }

  /** Writer: as new, for another object. No reader uses it. */
  reset(): void {
    this.#words.fill(0);
    this.#stored[0] = 0;
  }

  /** Writer: where the next bytes go, without a gap; empty when there is no room. */
  get room(): Uint8Array {
    const written = Atomics.load(this.#words, WRITTEN) >>> 0;
    const used = (written - Atomics.load(this.#words, READ)) >>> 0;
    const { length } = this.#bytes;
    const start = written % length;
    return this.#bytes.subarray(start, start + Math.min(length - used, length - start));
  }

  /** Writer: so many bytes of `room` are filled. */
  commit(size: number): void {
    Atomics.add(this.#words, WRITTEN, size);
  }

  /** Writer: it looks for room again when the reader has said that there is some. */
  set wantsRoom(isWanted: boolean) {
    Atomics.store(this.#words, WANTS_ROOM, isWanted ? 1 : 0);
  }

  /** Writer: nothing will follow. */
  finish(state: RingState): void {
    Atomics.store(this.#words, STATE, state);
  }

  set storedBytesRead(count: number) {
    this.#stored[0] = count;
  }

  get storedBytesRead(): number {
    return this.#stored[0] ?? 0;
  }

  /** Reader: the state, to be asked before the bytes: what was written before the end is there then. */
  get state(): RingState {
    return Atomics.load(this.#words, STATE) as RingState;
  }

  /** Reader: up to `max` bytes, without a gap; valid until they are given back. */
  bytes(max: number): Uint8Array {
    const read = Atomics.load(this.#words, READ) >>> 0;
    const used = (Atomics.load(this.#words, WRITTEN) - read) >>> 0;
    const { length } = this.#bytes;
    const start = read % length;
    return this.#bytes.subarray(start, start + Math.min(used, length - start, max));
  }

  /** Reader: gives back bytes; answers whether the writer waits for room and there is enough to be worth a word. */
  giveBack(size: number): boolean {
    const read = (Atomics.add(this.#words, READ, size) + size) >>> 0;
    if (Atomics.load(this.#words, WANTS_ROOM) === 0) return false;
    const used = (Atomics.load(this.#words, WRITTEN) - read) >>> 0;
    return used <= this.#bytes.length / 2 && Atomics.exchange(this.#words, WANTS_ROOM, 0) === 1;
  }
}
