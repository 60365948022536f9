/* zstd (RFC 8878): frames one after the other. Node has it from 22.15 on. */

import zlib from 'node:zlib';
import type { ByteReader } from '../object-store.ts';
import { StoreError } from '../store-error.ts';
import { type DecodingStream, Inflater, STEPWISE } from './inflater.ts';
import { MemberBudget } from './member-budget.ts';

type CreateDecompress = (options: object) => DecodingStream;

/** Throws `StoreError` where this Node has no zstd. */
export function createZstdReader(source: ByteReader): ZstdReader {
  const create = (zlib as { createZstdDecompress?: CreateDecompress }).createZstdDecompress;
  if (create === undefined) {
    const message = `is zstd, which Node reads from 22.15 on, and this is ${process.version}`;
    throw new StoreError('unsupported', message);
  }
  return new ZstdReader(source, () => create(STEPWISE));
}

export class ZstdReader implements ByteReader {
  readonly #source: ByteReader;
  readonly #create: () => DecodingStream;
  #frame: Inflater;
  #output: Uint8Array = new Uint8Array(0);
  #isOver = false;
  readonly #budget = new MemberBudget();

  constructor(source: ByteReader, create: () => DecodingStream) {
    this.#source = source;
    this.#create = create;
    this.#frame = new Inflater(create(), source, new Uint8Array(0));
  }

  async read(room: Uint8Array): Promise<number> {
    while (this.#output.length === 0 && !this.#isOver) await this.#step();
    const size = Math.min(this.#output.length, room.length);
    room.set(this.#output.subarray(0, size));
    this.#output = this.#output.subarray(size);
    return size;
  }

  /** zlib's memory is given back, also before the end. */
  close(): void {
    this.#frame.close();
    this.#isOver = true;
  }

  async #step(): Promise<void> {
    try {
      const output = await this.#frame.next();
      if (output !== undefined) {
        this.#budget.addOutput(output.length);
        this.#output = output;
        return;
      }
    } catch (error) {
      if (error instanceof StoreError) throw error;
      throw new StoreError('corrupt', `zstd: ${(error as Error).message}`);
    }
    const { rest } = this.#frame;
    this.#frame.close();
    if (rest.length === 0) {
      this.#isOver = true;
      return;
    }
    this.#budget.begin();
    this.#frame = new Inflater(this.#create(), this.#source, rest);
  }
}
