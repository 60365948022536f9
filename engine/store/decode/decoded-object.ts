/* A stored object as the plugin reads it: what its first bytes say is compressed is decoded, whatever its name. */

import type { ByteReader, StoredObject } from '../object-store.ts';
import { StoreError } from '../store-error.ts';
import { GzipReader } from './gzip-reader.ts';
import { decodeSmallGzip, SMALL_SIZE_MAX } from './small-gzip.ts';
import { createZstdReader } from './zstd-reader.ts';

/** First bytes of formats that we know and do not decode. */
const FOREIGN_FORMATS: readonly (readonly [string, readonly number[]])[] = [
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58]],
];
const GZIP = [0x1f, 0x8b];
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];
const MAGIC_SIZE = 4;
const SKIP_SIZE = 1 << 20;

/** Whether these are the first bytes of something that is not to be read as it is. */
export function isCompressed(head: Uint8Array): boolean {
  return [GZIP, ZSTD, ...FOREIGN_FORMATS.map(([, magic]) => magic)].some((magic) =>
    magic.every((byte, at) => head[at] === byte),
  );
}

export interface DecodeOptions {
  /** Name of the object: an empty file with the name of a gzip file is damaged. */
  readonly name: string;
  readonly encoding: 'automatic' | 'identity';
  /** Decoded bytes to leave out. */
  readonly offset: number;
  readonly warn: (message: string) => void;
}

export interface Decoded {
  readonly reader: ByteReader;
  /** The reader gets the stored bytes themselves, from the offset on. */
  readonly isAsStored: boolean;
  /** The reader stops; the object stays open. */
  close(): void;
}

/** Rejects with `StoreError`; the object is left open then. */
export async function decode(object: StoredObject, options: DecodeOptions): Promise<Decoded> {
  const { encoding, offset, name, warn } = options;
  const peeked = new PeekedReader(object);
  if (encoding === 'identity' || object.run?.isDecoded === true)
    return asStored(peeked, object, offset);
  const isSmall = object.size !== undefined && object.size <= SMALL_SIZE_MAX;
  const magic = await peeked.peek(isSmall ? Math.max(object.size ?? 0, MAGIC_SIZE) : MAGIC_SIZE);
  const startsWith = (bytes: readonly number[]): boolean =>
    bytes.every((byte, at) => magic[at] === byte);
  const foreign = FOREIGN_FORMATS.find(([, bytes]) => startsWith(bytes));
  if (foreign !== undefined) {
    throw new StoreError('unsupported', `is ${foreign[0]}, expected plain text, gzip or zstd`);
  }
  if (magic.length === 0 && name.endsWith('.gz'))
    throw new StoreError('corrupt', 'empty, not gzip');
  if (startsWith(GZIP)) {
    const decoded = isSmall ? decodeSmallGzip(magic) : undefined;
    return decoded === undefined
      ? skipped(new GzipReader(peeked, warn), offset)
      : skipped(new PeekedReader(NOTHING, decoded), offset);
  }
  if (startsWith(ZSTD)) return skipped(createZstdReader(peeked), offset);
  return asStored(peeked, object, offset);
}

async function asStored(
  peeked: PeekedReader,
  object: StoredObject,
  offset: number,
): Promise<Decoded> {
  if (offset === 0) return { reader: peeked, isAsStored: true, close: () => {} };
  const reached = object.seek(offset);
  // What was peeked at is of the start.
  const reader = reached === 0 ? peeked : object;
  await skip(reader, offset - reached);
  return { reader, isAsStored: true, close: () => {} };
}

async function skipped(
  reader: ByteReader & { close?: () => void },
  offset: number,
): Promise<Decoded> {
  const close = (): void => reader.close?.();
  try {
    await skip(reader, offset);
  } catch (error) {
    close();
    throw error;
  }
  return { reader, isAsStored: false, close };
}

async function skip(reader: ByteReader, offset: number): Promise<void> {
  const room = new Uint8Array(Math.min(offset, SKIP_SIZE));
  for (let left = offset; left > 0; ) {
    const size = await reader.read(room.subarray(0, Math.min(left, SKIP_SIZE)));
    if (size === 0) break;
    left -= size;
  }
}

const NOTHING: ByteReader = { read: async () => 0 };

/** A reader with a look at its first bytes, or with bytes before its own. */
class PeekedReader implements ByteReader {
  readonly #reader: ByteReader;
  #peeked: Uint8Array;

  constructor(reader: ByteReader, peeked: Uint8Array = new Uint8Array(0)) {
    this.#reader = reader;
    this.#peeked = peeked;
  }

  /** Fewer when there are no more. */
  async peek(size: number): Promise<Uint8Array> {
    const room = new Uint8Array(size);
    let filled = 0;
    while (filled < size) {
      const more = await this.#reader.read(room.subarray(filled));
      if (more === 0) break;
      filled += more;
    }
    this.#peeked = room.subarray(0, filled);
    return this.#peeked;
  }

  async read(room: Uint8Array): Promise<number> {
    const size = Math.min(this.#peeked.length, room.length);
    if (size === 0) return this.#reader.read(room);
    room.set(this.#peeked.subarray(0, size));
    this.#peeked = this.#peeked.subarray(size);
    return size;
  }
}
