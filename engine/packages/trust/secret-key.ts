/*
 * Secret keys as minisign keeps them, so that its keys sign plugins and ours sign other files: a comment, then base64
 * of these bytes:
 *
 *   2  `Ed`            2  `Sc`, or two zeros: no password      2  `B2`
 *   32 salt            8  operations, 8 bytes of memory: what scrypt is given, lowest byte first
 *   104, where there is a password xor-ed with as much of scrypt: 8 id, 32 seed, 32 public, 32 checksum
 *
 * The checksum (BLAKE2b-256 of `Ed`, id, seed and public) shows that the password was right; without one it is zero.
 */

import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { blake2b } from '@noble/hashes/blake2.js';
import { generateSeed, PUBLIC_SIZE_BYTES, publicOf, SEED_SIZE_BYTES } from './ed25519.ts';
import {
  ALGORITHM,
  COMMENT,
  createPublicKey,
  dataLines,
  decodeBase64,
  ID_SIZE_BYTES,
  type PublicKey,
} from './public-key.ts';

export interface SecretKey {
  readonly publicKey: PublicKey;
  readonly seed: Uint8Array;
}

const SALT_SIZE_BYTES = 32;
const CHECKSUM_SIZE_BYTES = 32;
const SALT_START = 6;
const COST_START = SALT_START + SALT_SIZE_BYTES;
const BOX_START = COST_START + 16;
const BOX_SIZE_BYTES = ID_SIZE_BYTES + SEED_SIZE_BYTES + PUBLIC_SIZE_BYTES + CHECKSUM_SIZE_BYTES;
const WITH_PASSWORD = 'Sc';
const WITHOUT_PASSWORD = '\0\0';
const CHECKSUM = 'B2';

/** 128 MiB and about half a second: OWASP’s advice for scrypt (N = 2¹⁷, r = 8, p = 1). */
const OPERATIONS = 4 << 20;
const MEMORY_SIZE_BYTES = 128 << 20;
/** What minisign itself takes; a file that asks for more is not made by it. */
const OPERATIONS_MAX = 32 << 20;
const MEMORY_SIZE_MAX = 1 << 30;

export function generateKey(): SecretKey {
  const seed = generateSeed();
  return { seed, publicKey: createPublicKey(randomBytes(ID_SIZE_BYTES), publicOf(seed)) };
}

/** An empty password: the file alone is enough to sign. */
export function secretKeyFile({ publicKey, seed }: SecretKey, password: string): string {
  const box = Buffer.concat([publicKey.idBytes, seed, publicKey.bytes]);
  const header = Buffer.alloc(BOX_START);
  header.write(ALGORITHM, 0, 'latin1');
  header.write(password === '' ? WITHOUT_PASSWORD : WITH_PASSWORD, 2, 'latin1');
  header.write(CHECKSUM, 4, 'latin1');
  if (password === '') return toFile([header, box, Buffer.alloc(CHECKSUM_SIZE_BYTES)]);
  header.set(randomBytes(SALT_SIZE_BYTES), SALT_START);
  header.writeBigUInt64LE(BigInt(OPERATIONS), COST_START);
  header.writeBigUInt64LE(BigInt(MEMORY_SIZE_BYTES), COST_START + 8);
  const sealed = Buffer.concat([box, checksumOf(box)]);
  return toFile([header, mask(sealed, header, password)]);
}

function toFile(parts: readonly Uint8Array[]): string {
  return `${COMMENT}minisign secret key\n${Buffer.concat(parts).toString('base64')}\n`;
}

/** Whether it cannot be read without a password. */
export function needsPassword(file: string): boolean {
  return bytesOf(file)?.toString('latin1', 2, 4) === WITH_PASSWORD;
}

/** `undefined`: the password is another one. A text says why it is no key. */
export function readSecretKey(file: string, password: string): SecretKey | string | undefined {
  const bytes = bytesOf(file);
  if (bytes === undefined) return 'is no secret key of minisign’s form';
  const box = bytes.subarray(BOX_START);
  if (!needsPassword(file)) return keyIn(box);
  if (costOf(bytes) === undefined) return 'asks for more memory or time than minisign does';
  const opened = mask(box, bytes, password);
  const contents = opened.subarray(0, -CHECKSUM_SIZE_BYTES);
  const isRight = timingSafeEqual(checksumOf(contents), opened.subarray(-CHECKSUM_SIZE_BYTES));
  return isRight ? keyIn(opened) : undefined;
}

function bytesOf(file: string): Buffer | undefined {
  const bytes = decodeBase64(dataLines(file)[0] ?? '');
  if (bytes?.length !== BOX_START + BOX_SIZE_BYTES) return undefined;
  const [algorithm, derivation, checksum] = [0, 2, 4].map((at) =>
    bytes.toString('latin1', at, at + 2),
  );
  const isKnown = derivation === WITH_PASSWORD || derivation === WITHOUT_PASSWORD;
  return algorithm === ALGORITHM && isKnown && checksum === CHECKSUM ? bytes : undefined;
}

function keyIn(box: Uint8Array): SecretKey | string {
  const seedEnd = ID_SIZE_BYTES + SEED_SIZE_BYTES;
  const seed = box.subarray(ID_SIZE_BYTES, seedEnd);
  const written = box.subarray(seedEnd, seedEnd + PUBLIC_SIZE_BYTES);
  const bytes = publicOf(seed);
  if (!timingSafeEqual(bytes, written)) return 'has halves that do not belong together';
  return { seed, publicKey: createPublicKey(box.subarray(0, ID_SIZE_BYTES), bytes) };
}

function checksumOf(box: Uint8Array): Uint8Array {
  const bytes = Buffer.concat([Buffer.from(ALGORITHM), box]);
  return blake2b(bytes, { dkLen: CHECKSUM_SIZE_BYTES });
}

/** Xor with what comes of the password; twice is nothing. */
function mask(box: Uint8Array, header: Buffer, password: string): Buffer {
  const salt = header.subarray(SALT_START, COST_START);
  const cost = costOf(header);
  if (cost === undefined) throw new Error('the cost of a password was not checked');
  const { N, r, p } = cost;
  // What scrypt takes is 128 · N · r bytes, and a little more.
  const stream = scryptSync(password, salt, box.length, { N, r, p, maxmem: 160 * N * r });
  return Buffer.from(box.map((byte, at) => byte ^ (stream[at] ?? 0)));
}

interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** libsodium’s `pickparams`: operations and memory → what scrypt is given. `undefined`: too much. */
function costOf(header: Buffer): ScryptCost | undefined {
  const [asked, memory] = [COST_START, COST_START + 8].map((at) => header.readBigUInt64LE(at));
  if (asked === undefined || memory === undefined) return undefined;
  if (asked > OPERATIONS_MAX || memory > MEMORY_SIZE_MAX) return undefined;
  const operations = Math.max(Number(asked), 32_768);
  const memorySize = Number(memory);
  const r = 8;
  const isFewOperations = operations < memorySize / 32;
  const most = Math.floor(isFewOperations ? operations / (r * 4) : memorySize / (r * 128));
  let N = 2;
  while (N <= most / 2) N *= 2;
  const p = isFewOperations ? 1 : Math.max(1, Math.floor(Math.floor(operations / 4 / N) / r));
  return { N, r, p };
}
