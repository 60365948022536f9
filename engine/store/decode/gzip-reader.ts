/*
 * gzip (RFC 1952): members one after the other, with our own framing over raw deflate, because zlib says nothing of
 * what lies behind a member or of a trailer that is missing. Data comes out before errors: everything up to the damage
 * is delivered, then the damage is reported.
 */

import { crc32, createInflateRaw } from 'node:zlib';
import type { ByteReader } from '../object-store.ts';
import { StoreError } from '../store-error.ts';
import { type DecodingStream, Inflater, STEPWISE } from './inflater.ts';
import { MemberBudget } from './member-budget.ts';

const CHUNK_SIZE = 64 << 10;
const HEADER_SIZE_MAX = 64 << 10;
const TRAILER_SIZE = 8;
const NOTHING = new Uint8Array(0);

export class GzipReader implements ByteReader {
  readonly #source: ByteReader;
  readonly #warn: (message: string) => void;
  /** Compressed bytes that were read and not used. */
  #pending: Uint8Array = NOTHING;
  /** Decoded bytes that were not taken. */
  #output: Uint8Array = NOTHING;
  #member: Inflater | undefined;
  #crc = 0;
  #size = 0;
  #members = 0;
  readonly #budget = new MemberBudget();
  #isSourceOver = false;
  #isFirstOutput = true;
  #isOver = false;

  constructor(source: ByteReader, warn: (message: string) => void) {
    this.#source = source;
    this.#warn = warn;
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
    this.#member?.close();
    this.#isOver = true;
  }

  async #step(): Promise<void> {
    if (this.#member === undefined) {
      await this.#startMember();
      return;
    }
    const output = await this.#inflate(this.#member);
    if (output === undefined) {
      this.#pending = this.#member.rest;
      this.#member.close();
      this.#member = undefined;
      await this.#endMember();
      return;
    }
    if (this.#isFirstOutput && output.length > 1 && output[0] === 0x1f && output[1] === 0x8b) {
      this.#member.close();
      throw damaged('still gzip inside: compressed twice');
    }
    this.#isFirstOutput = false;
    this.#budget.addOutput(output.length);
    this.#crc = crc32(output, this.#crc);
    this.#size = (this.#size + output.length) % 2 ** 32;
    this.#output = output;
  }

  async #inflate(member: Inflater): Promise<Uint8Array | undefined> {
    try {
      return await member.next();
    } catch (error) {
      if (error instanceof StoreError) throw error;
      const isShort = (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR';
      throw damaged(isShort ? 'gzip ends early' : 'compressed data is damaged');
    }
  }

  async #startMember(): Promise<void> {
    await this.#dropPadding();
    if (this.#isOver) return;
    const size = await this.#headerSize();
    if (size === undefined) return;
    this.#budget.begin();
    const rest = this.#pending.subarray(size);
    const stream = createInflateRaw(STEPWISE) as DecodingStream;
    this.#member = new Inflater(stream, this.#source, rest);
    this.#crc = 0;
    this.#size = 0;
    this.#members += 1;
  }

  /** Zeros after a member are padding of tapes and block devices. */
  async #dropPadding(): Promise<void> {
    for (;;) {
      let count = 0;
      if (this.#members > 0) {
        while (count < this.#pending.length && this.#pending[count] === 0) count += 1;
      }
      this.#pending = this.#pending.subarray(count);
      if (this.#pending.length > 0) return;
      if (!(await this.#fill())) {
        if (this.#members === 0) throw damaged('empty, not gzip');
        this.#isOver = true;
        return;
      }
    }
  }

  /** Size of the member's header; `undefined` when what follows is no member and was left out. */
  async #headerSize(): Promise<number | undefined> {
    const byte = async (index: number): Promise<number> => {
      while (index >= this.#pending.length) {
        if (index > HEADER_SIZE_MAX || !(await this.#fill())) throw damaged('gzip ends early');
      }
      return this.#pending[index] ?? 0;
    };
    const isMember =
      (await byte(0)) === 0x1f && (await this.#hasAtLeast(2)) && (await byte(1)) === 0x8b;
    if (!isMember) {
      if (this.#members === 0) throw damaged('not gzip');
      this.#warn('trailing garbage ignored');
      this.#isOver = true;
      return undefined;
    }
    if ((await byte(2)) !== 8) throw new StoreError('unsupported', 'gzip with an unknown method');
    const flags = await byte(3);
    let at = 10;
    await byte(at - 1);
    if ((flags & 4) !== 0) at += 2 + (await byte(at)) + 256 * (await byte(at + 1));
    for (const flag of [8, 16]) {
      if ((flags & flag) === 0) continue;
      while ((await byte(at)) !== 0) at += 1;
      at += 1;
    }
    if ((flags & 2) !== 0) at += 2;
    await byte(at - 1);
    return at;
  }

  async #hasAtLeast(count: number): Promise<boolean> {
    while (this.#pending.length < count) if (!(await this.#fill())) return false;
    return true;
  }

  async #endMember(): Promise<void> {
    if (!(await this.#hasAtLeast(TRAILER_SIZE))) {
      this.#isOver = true;
      this.#warn('the gzip trailer is missing: the data could not be verified');
      return;
    }
    const trailer = new DataView(this.#pending.buffer, this.#pending.byteOffset, TRAILER_SIZE);
    this.#pending = this.#pending.subarray(TRAILER_SIZE);
    if (trailer.getUint32(0, true) !== this.#crc)
      throw damaged('CRC mismatch: the data is not what was compressed');
    if (trailer.getUint32(4, true) !== this.#size) throw damaged('gzip length mismatch');
  }

  async #fill(): Promise<boolean> {
    if (this.#isSourceOver) return false;
    const room = new Uint8Array(CHUNK_SIZE);
    const size = await this.#source.read(room);
    this.#isSourceOver = size === 0;
    const more = room.subarray(0, size);
    this.#pending = this.#pending.length === 0 ? more : Buffer.concat([this.#pending, more]);
    return size > 0;
  }
}

function damaged(message: string): StoreError {
  return new StoreError('corrupt', message);
}
