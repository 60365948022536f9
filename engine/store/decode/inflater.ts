/*
 * One compressed stream decoded by zlib's own threads, in steps: compressed bytes in as far as they are wanted, decoded
 * ones out before an error that comes after them. What lies behind the end of the stream is given back.
 */

import type { Transform } from 'node:stream';
import type { ByteReader } from '../object-store.ts';

/** Compressed bytes read at a time. */
const CHUNK_SIZE = 256 << 10;

/** A stream of zlib's; `bytesWritten` counts the compressed bytes that it made use of. */
export type DecodingStream = Transform & { readonly bytesWritten: number };

/**
 * What zlib is created with: each piece of output is taken before the next one is made, so that none is lost to an
 * error, and a few bytes that decode to gigabytes do no harm.
 */
export const STEPWISE = { chunkSize: 256 << 10, readableHighWaterMark: 1 };

export class Inflater {
  readonly #stream: DecodingStream;
  readonly #output: AsyncIterator<Buffer>;
  readonly #source: ByteReader;
  /** Handed to the stream so far, and the latest of it. */
  #fed = 0;
  #latest: Uint8Array;

  /** `rest`: bytes of the source that were read already. */
  constructor(stream: DecodingStream, source: ByteReader, rest: Uint8Array) {
    this.#stream = stream;
    this.#source = source;
    this.#latest = rest;
    this.#output = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    // The caller that asks for output gets the error; without one, the error does not matter.
    stream.on('error', () => {});
    void this.#feed();
  }

  /** The next decoded bytes, `undefined` at the end. Rejects with what zlib or the source said. */
  async next(): Promise<Buffer | undefined> {
    const { value, done } = await this.#output.next();
    return done === true ? undefined : value;
  }

  /** After the end: what was read from the source and lies behind the stream. */
  get rest(): Uint8Array {
    return this.#latest.subarray(this.#latest.length - (this.#fed - this.#stream.bytesWritten));
  }

  close(): void {
    this.#stream.destroy();
  }

  async #feed(): Promise<void> {
    const stream = this.#stream;
    try {
      for (;;) {
        if (this.#latest.length > 0) {
          this.#fed += this.#latest.length;
          await new Promise((resolve) => stream.write(this.#latest, resolve));
        }
        // What zlib leaves lies behind the end of the stream.
        if (stream.destroyed || stream.bytesWritten < this.#fed) return;
        const room = new Uint8Array(CHUNK_SIZE);
        const size = await this.#source.read(room);
        if (stream.destroyed) return;
        this.#latest = room.subarray(0, size);
        if (size === 0) {
          stream.end();
          return;
        }
      }
    } catch (error) {
      stream.destroy(error as Error);
    }
  }
}
