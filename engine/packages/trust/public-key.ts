/*
 * Public keys as minisign writes them: one line of base64, in a file below a comment. The line has `Ed`, eight bytes
 * that name the key (random, shown as a number), and the 32 bytes of the key.
 */

import { PUBLIC_SIZE_BYTES } from './ed25519.ts';

/** The first two bytes of keys, and of signatures of bytes that were not hashed before. */
export const ALGORITHM = 'Ed';
export const ID_SIZE_BYTES = 8;
const KEY_SIZE_BYTES = ALGORITHM.length + ID_SIZE_BYTES + PUBLIC_SIZE_BYTES;

export interface PublicKey {
  /** Sixteen hexadecimal digits, as minisign shows it. */
  readonly id: string;
  readonly idBytes: Uint8Array;
  readonly bytes: Uint8Array;
  /** The line of base64. */
  readonly text: string;
}

export function createPublicKey(idBytes: Uint8Array, bytes: Uint8Array): PublicKey {
  const all = Buffer.concat([Buffer.from(ALGORITHM), idBytes, bytes]);
  return Object.freeze({ id: shownId(idBytes), idBytes, bytes, text: all.toString('base64') });
}

/** Reads a public key from its line or from the text of a file with it. `undefined`: not a public key. */
export function parsePublicKey(text: string): PublicKey | undefined {
  const bytes = decodeBase64(dataLines(text)[0] ?? '');
  if (bytes?.length !== KEY_SIZE_BYTES) return undefined;
  if (bytes.subarray(0, ALGORITHM.length).toString('latin1') !== ALGORITHM) return undefined;
  const end = ALGORITHM.length + ID_SIZE_BYTES;
  return createPublicKey(bytes.subarray(ALGORITHM.length, end), bytes.subarray(end));
}

export function publicKeyFile({ id, text }: PublicKey): string {
  return `${COMMENT}minisign public key ${id}\n${text}\n`;
}

export const COMMENT = 'untrusted comment: ';

/** Without the comment above, which means nothing. */
export function dataLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  return lines[0]?.startsWith(COMMENT) === true ? lines.slice(1) : lines;
}

/** As minisign shows it: the bytes are a number, the lowest byte first. */
export function shownId(idBytes: Uint8Array): string {
  return Buffer.from(idBytes).reverse().toString('hex').toUpperCase();
}

/** `undefined` unless it is exactly what these bytes are written as. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text.trim() ? bytes : undefined;
}
