/*
 * A signature in a file of its own, `FILE.minisig`, as minisign makes and reads it:
 *
 *   untrusted comment: …
 *   base64 of `ED` (or `Ed`, of bytes that were not hashed before), 8 bytes that name the key, 64 bytes of signature
 *   trusted comment: …
 *   base64 of 64 bytes: the signature of those 64 bytes and the trusted comment
 */

import { hashOf, isSignedBy, SIGNATURE_SIZE_BYTES, signBytes } from './ed25519.ts';
import {
  ALGORITHM,
  COMMENT,
  dataLines,
  decodeBase64,
  ID_SIZE_BYTES,
  type PublicKey,
  shownId,
} from './public-key.ts';
import type { SecretKey } from './secret-key.ts';

/** Algorithm of a signature over the hash of the bytes. */
export const ALGORITHM_HASHED = 'ED';
export const SIGNED_SIZE_BYTES = ALGORITHM.length + ID_SIZE_BYTES + SIGNATURE_SIZE_BYTES;
const TRUSTED_COMMENT = 'trusted comment: ';
/** Bytes of such a file: comments have 8 KiB at most. */
export const DETACHED_SIZE_MAX = 16 << 10;

/** A signature, and the id of the key that it names. */
export interface Signature {
  readonly algorithm: string;
  readonly keyId: string;
  readonly bytes: Uint8Array;
}

export interface DetachedSignature extends Signature {
  readonly trustedComment: string;
  readonly globalBytes: Uint8Array;
}

export function signDetached(bytes: Uint8Array, key: SecretKey, trustedComment: string): string {
  const signed = signEntry(bytes, key);
  const signature = signed.subarray(-SIGNATURE_SIZE_BYTES);
  const global = signBytes(key.seed, Buffer.concat([signature, Buffer.from(trustedComment)]));
  return [
    `${COMMENT}signature from key ${key.publicKey.id}`,
    Buffer.from(signed).toString('base64'),
    `${TRUSTED_COMMENT}${trustedComment}`,
    Buffer.from(global).toString('base64'),
    '',
  ].join('\n');
}

/** The 74 bytes: `ED`, which key, and its signature of the hash of the bytes. */
export function signEntry(bytes: Uint8Array, { seed, publicKey }: SecretKey): Uint8Array {
  const signature = signBytes(seed, hashOf(bytes));
  return Buffer.concat([Buffer.from(ALGORITHM_HASHED), publicKey.idBytes, signature]);
}

/** Reads an entry of 74 bytes. */
export function readEntry(entry: Uint8Array): Signature {
  const idEnd = ALGORITHM.length + ID_SIZE_BYTES;
  return {
    algorithm: Buffer.from(entry.subarray(0, ALGORITHM.length)).toString('latin1'),
    keyId: shownId(entry.subarray(ALGORITHM.length, idEnd)),
    bytes: entry.subarray(idEnd),
  };
}

/** `undefined` if it is not a signature. */
export function readDetached(text: string): DetachedSignature | undefined {
  const [first = '', comment = '', last = ''] = dataLines(text);
  const [entry, globalBytes] = [decodeBase64(first), decodeBase64(last)];
  if (entry?.length !== SIGNED_SIZE_BYTES || globalBytes?.length !== SIGNATURE_SIZE_BYTES)
    return undefined;
  if (!comment.startsWith(TRUSTED_COMMENT)) return undefined;
  const trustedComment = comment.slice(TRUSTED_COMMENT.length);
  return { ...readEntry(entry), trustedComment, globalBytes };
}

/** Whether the key signed both the bytes and the trusted comment. */
export function isDetachedOf(
  signature: DetachedSignature,
  key: PublicKey,
  bytes: Uint8Array,
): boolean {
  const { algorithm, trustedComment, globalBytes } = signature;
  const message = algorithm === ALGORITHM_HASHED ? hashOf(bytes) : bytes;
  const said = Buffer.concat([signature.bytes, Buffer.from(trustedComment)]);
  return (
    isSignedBy(key.bytes, message, signature.bytes) && isSignedBy(key.bytes, said, globalBytes)
  );
}
