import { closeSync, openSync, readSync } from 'node:fs';
import { type ByteReader, GzipDecoder } from './gzip-decoder.ts';
import { StoreError, toStoreError } from './store-error.ts';

/** First bytes of formats that we know and do not decode. */
const FOREIGN_FORMATS: readonly (readonly [string, readonly number[]])[] = [
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58]],
];
const MAGIC_SIZE_BYTES = 4;

export interface StoreObject {
  /** Up to `max` decoded bytes, empty at the end; throws `StoreError`. Valid until the next call. */
  read(max: number): Uint8Array;
  close(): void;
}

export interface OpenObjectOptions {
  readonly path: string;
  /** `automatic` decodes gzip, whatever the name of the file. */
  readonly encoding: 'automatic' | 'identity';
  /** Decoded bytes to leave out. */
  readonly offset: number;
  readonly warn: (message: string) => void;
  readonly countStoredBytes: (count: number) => void;
}

export function openObject(options: OpenObjectOptions): StoreObject {
  const file = new StoredFile(options.path, options.countStoredBytes);
  try {
    const magic = file.peek(MAGIC_SIZE_BYTES);
    const isGzipName = options.path.endsWith('.gz');
    if (options.encoding === 'identity') return skip(new PlainObject(file), options.offset);
    const foreign = FOREIGN_FORMATS.find(([, bytes]) =>
      bytes.every((byte, at) => magic[at] === byte),
    );
    if (foreign !== undefined) {
      throw new StoreError('unsupported', `is ${foreign[0]}, expected plain text or gzip`);
    }
    const isGzip = magic[0] === 0x1f && magic[1] === 0x8b;
    if (magic.length === 0 && isGzipName) throw new StoreError('corrupt', 'empty, not gzip');
    const object = isGzip ? new GzipObject(file, options.warn) : new PlainObject(file);
    return skip(object, options.offset);
  } catch (error) {
    file.close();
    throw toStoreError(error);
  }
}

function skip(object: StoreObject, offset: number): StoreObject {
  for (let left = offset; left > 0; ) {
    const { length } = object.read(Math.min(left, SKIP_SIZE_BYTES));
    if (length === 0) break;
    left -= length;
  }
  return object;
}

const SKIP_SIZE_BYTES = 1 << 20;

/** A file read from the front, with a look at its first bytes. */
class StoredFile implements ByteReader {
  readonly #descriptor: number;
  readonly #count: (count: number) => void;
  #peeked: Buffer = Buffer.alloc(0);
  /** Filled anew by every read: fresh pages would cost more than the copy out of the page cache. */
  #buffer: Buffer = Buffer.alloc(0);
  #isOpen = true;

  constructor(path: string, count: (count: number) => void) {
    try {
      this.#descriptor = openSync(path, 'r');
    } catch (error) {
      throw toStoreError(error);
    }
    this.#count = count;
  }

  peek(size: number): Buffer {
    this.#peeked = Buffer.from(this.read(size));
    return this.#peeked;
  }

  readonly read = (max: number): Buffer => {
    if (this.#peeked.length > 0) {
      const peeked = this.#peeked;
      this.#peeked = Buffer.alloc(0);
      return peeked;
    }
    if (this.#buffer.length < max) this.#buffer = Buffer.allocUnsafeSlow(max);
    const buffer = this.#buffer;
    try {
      const size = readSync(this.#descriptor, buffer, 0, max, null);
      this.#count(size);
      return buffer.subarray(0, size);
    } catch (error) {
      throw toStoreError(error);
    }
  };

  close(): void {
    if (this.#isOpen) closeSync(this.#descriptor);
    this.#isOpen = false;
  }
}

class PlainObject implements StoreObject {
  readonly #file: StoredFile;
  constructor(file: StoredFile) {
    this.#file = file;
  }

  read(max: number): Uint8Array {
    return this.#file.read(max);
  }

  close(): void {
    this.#file.close();
  }
}

class GzipObject implements StoreObject {
  readonly #file: StoredFile;
  readonly #decoder: GzipDecoder;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(file: StoredFile, warn: (message: string) => void) {
    this.#file = file;
    this.#decoder = new GzipDecoder(file, warn);
  }

  read(max: number): Uint8Array {
    if (this.#rest.length === 0) this.#rest = this.#decoder.read();
    const part = this.#rest.subarray(0, max);
    this.#rest = this.#rest.subarray(part.length);
    return part;
  }

  close(): void {
    this.#file.close();
  }
}
