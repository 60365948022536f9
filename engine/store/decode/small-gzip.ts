/*
 * Small gzip files whole: logs are often many files of some kilobytes, for which a stream of zlib's costs more than
 * what it does. Only what is beyond doubt comes from here; all else is left to gzip-reader.ts, which knows what to say.
 */

import { crc32, gunzipSync } from 'node:zlib';

/** Stored files up to this size are read whole. */
export const SMALL_SIZE_MAX = 256 << 10;
const DECODED_SIZE_MAX = 16 << 20;
const TRAILER_SIZE = 8;

/** `undefined`: not exactly one sound member, or too much comes out of it. */
export function decodeSmallGzip(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < TRAILER_SIZE) return undefined;
  let decoded: Buffer;
  try {
    decoded = gunzipSync(bytes, { maxOutputLength: DECODED_SIZE_MAX });
  } catch {
    // The slow path finds out what is wrong, and gives the bytes before the damage.
    return undefined;
  }
  // The trailer of the only member is the end of the file: nothing lies behind it.
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - TRAILER_SIZE);
  const isWhole =
    trailer.getUint32(4, true) === decoded.length && trailer.getUint32(0, true) === crc32(decoded);
  const isTwice = decoded[0] === 0x1f && decoded[1] === 0x8b;
  return isWhole && !isTwice ? decoded : undefined;
}
