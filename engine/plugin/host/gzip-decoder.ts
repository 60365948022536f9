/*
 * gzip (RFC 1952) in steps of bounded size: members one after the other, with our own framing over raw
 * deflate, because what zlib makes of damaged files depends on how they are cut into chunks. Data comes
 * out before errors: everything up to the damage is delivered, then the damage is said.
 */

import { crc32 } from 'node:zlib';
import { StoreError } from './store-error.ts';
import { SynchronousInflate } from './synchronous-inflate.ts';

/** Compressed bytes read at a time, and decoded bytes given out at a time. */
const CHUNK_SIZE_BYTES = 256 << 10;
const HEADER_SIZE_MAX = 64 << 10;
const TRAILER_SIZE_BYTES = 8;

export interface ByteReader {
  /** Up to `max` further bytes; empty at the end. */
  readonly read: (max: number) => Uint8Array;
}

export class GzipDecoder {
  readonly #source: ByteReader;
  readonly #warn: (message: string) => void;
  /** Compressed bytes that were read and not used. */
  #pending: Buffer = Buffer.alloc(0);
  #inflate: SynchronousInflate | undefined;
  #crc = 0;
  #size = 0;
  #sourceEnded = false;
  #members = 0;
  #failure: StoreError | undefined;
  #isFirstOutput = true;
  #isDone = false;

  constructor(source: ByteReader, warn: (message: string) => void) {
    this.#source = source;
    this.#warn = warn;
  }

  /** The next decoded bytes, empty at the end. Throws `StoreError` once all that was readable was given out. */
  read(): Buffer {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isDone) return Buffer.alloc(0);
      try {
        const output = this.#step();
        if (output.length > 0) return this.#checked(output);
      } catch (error) {
        this.#failure = error instanceof StoreError ? error : damaged('compressed data is damaged');
      }
    }
  }

  #checked(output: Buffer): Buffer {
    if (this.#isFirstOutput && output.length > 1 && output[0] === 0x1f && output[1] === 0x8b) {
      this.#failure = damaged('still gzip inside: compressed twice');
      throw this.#failure;
    }
    this.#isFirstOutput = false;
    return output;
  }

  #step(): Buffer {
    if (this.#inflate === undefined) {
      this.#startMember();
      return Buffer.alloc(0);
    }
    if (this.#pending.length === 0 && !this.#fill()) {
      // The last byte of the last member may just have been used: a finished stream takes nothing more.
      if (!this.#inflate.isFinished()) throw damaged('gzip ends early');
      this.#endMember();
      return Buffer.alloc(0);
    }
    const inflate = this.#inflate;
    const { output, usedBytes, isEnd } = inflate.write(this.#pending);
    this.#crc = crc32(output, this.#crc);
    this.#size = (this.#size + output.length) % 2 ** 32;
    this.#pending = this.#pending.subarray(usedBytes);
    if (isEnd) this.#endMember();
    return output;
  }

  #startMember(): void {
    this.#dropPadding();
    if (this.#isDone) return;
    const size = this.#headerSize();
    if (size === undefined) return;
    this.#pending = this.#pending.subarray(size);
    this.#inflate = new SynchronousInflate(CHUNK_SIZE_BYTES);
    this.#crc = 0;
    this.#size = 0;
    this.#members += 1;
  }

  /** Zeros after a member are padding of tapes and block devices. */
  #dropPadding(): void {
    for (;;) {
      let count = 0;
      if (this.#members > 0) {
        while (count < this.#pending.length && this.#pending[count] === 0) count += 1;
      }
      this.#pending = this.#pending.subarray(count);
      if (this.#pending.length > 0) return;
      if (!this.#fill()) {
        if (this.#members === 0) throw damaged('empty, not gzip');
        this.#isDone = true;
        return;
      }
    }
  }

  /** Size of the member's header; `undefined` when what follows is no member and was left out. */
  #headerSize(): number | undefined {
    const byte = (index: number): number => {
      while (index >= this.#pending.length) {
        if (index > HEADER_SIZE_MAX || !this.#fill()) throw damaged('gzip ends early');
      }
      return this.#pending[index] ?? 0;
    };
    const isMember = byte(0) === 0x1f && this.#hasAtLeast(2) && byte(1) === 0x8b;
    if (!isMember) {
      if (this.#members === 0) throw damaged('not gzip');
      this.#warn('trailing garbage ignored');
      this.#isDone = true;
      return undefined;
    }
    if (byte(2) !== 8) throw new StoreError('unsupported', 'gzip with an unknown method');
    const flags = byte(3);
    let at = 10;
    byte(at - 1);
    if ((flags & 4) !== 0) at += 2 + byte(at) + 256 * byte(at + 1);
    for (const flag of [8, 16]) {
      if ((flags & flag) === 0) continue;
      while (byte(at) !== 0) at += 1;
      at += 1;
    }
    if ((flags & 2) !== 0) at += 2;
    byte(at - 1);
    return at;
  }

  #hasAtLeast(count: number): boolean {
    while (this.#pending.length < count) if (!this.#fill()) return false;
    return true;
  }

  #endMember(): void {
    this.#inflate?.close();
    this.#inflate = undefined;
    if (!this.#hasAtLeast(TRAILER_SIZE_BYTES)) {
      this.#pending = Buffer.alloc(0);
      this.#isDone = true;
      this.#warn('the gzip trailer is missing: the data could not be verified');
      return;
    }
    const crc = this.#pending.readUInt32LE(0);
    const size = this.#pending.readUInt32LE(4);
    this.#pending = this.#pending.subarray(TRAILER_SIZE_BYTES);
    if (crc !== this.#crc)
      this.#failure = damaged('CRC mismatch: the data is not what was compressed');
    else if (size !== this.#size) this.#failure = damaged('gzip length mismatch');
  }

  #fill(): boolean {
    if (this.#sourceEnded) return false;
    const bytes = this.#source.read(CHUNK_SIZE_BYTES);
    if (bytes.length === 0) {
      this.#sourceEnded = true;
      return false;
    }
    this.#pending =
      this.#pending.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#pending, bytes]);
    return true;
  }
}

function damaged(message: string): StoreError {
  return new StoreError('corrupt', message);
}
