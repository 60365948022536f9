/* Keys and signatures of Ed25519 as plain bytes (RFC 8032), and what is hashed before it is signed. */

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  sign,
  verify,
} from 'node:crypto';

export const PUBLIC_SIZE_BYTES = 32;
export const SEED_SIZE_BYTES = 32;
export const SIGNATURE_SIZE_BYTES = 64;

/** A new key: the seed is all of the secret one. */
export function generateSeed(): Uint8Array {
  const { d = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return Buffer.from(d, 'base64url');
}

export function publicOf(seed: Uint8Array): Uint8Array {
  const { x = '' } = createPublicKey(secretObject(seed)).export({ format: 'jwk' });
  return Buffer.from(x, 'base64url');
}

/** 64 bytes. */
export function signBytes(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return sign(undefined, message, secretObject(seed));
}

/** `publicBytes` may be any 32 bytes: an invalid key has signed nothing. */
export function isSignedBy(
  publicBytes: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const key: JsonWebKey = { kty: 'OKP', crv: 'Ed25519', x: text(publicBytes) };
  try {
    return verify(undefined, message, createPublicKey({ key, format: 'jwk' }), signature);
  } catch {
    return false;
  }
}

/** What minisign calls pre-hashed is signed in place of the bytes: 64 bytes, BLAKE2b. */
export function hashOf(bytes: Uint8Array): Uint8Array {
  return createHash('blake2b512').update(bytes).digest();
}

/** Any 32 bytes are a seed; the public half that the format asks for is not used when signing. */
function secretObject(seed: Uint8Array): ReturnType<typeof createPrivateKey> {
  const der = Buffer.concat([PKCS8_OF_ED25519, seed]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

/** What comes before the seed in PKCS #8 (RFC 8410, 7). */
const PKCS8_OF_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
