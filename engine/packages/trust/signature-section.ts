/*
 * Signatures within a plugin's file: the custom section `tiercel:signature`, which is the last one, and there once.
 * schemas/plugin-signature.md has it byte by byte. What is signed is all of the file before that section.
 */

import {
  isComponent,
  MalformedBinary,
  readSections,
  type Section,
  sectionName,
  writeUnsigned,
} from '../../plugin/file/wasm-binary.ts';
import { readEntry, SIGNED_SIZE_BYTES, type Signature, signEntry } from './detached-signature.ts';
import type { SecretKey } from './secret-key.ts';

export const SIGNATURE_SECTION = 'tiercel:signature';
const FORMAT_VERSION = 1;
/** More than one while a key gives way to another. */
export const SIGNATURES_MAX = 16;
const HEADER_SIZE_BYTES = 2;

export interface SignedFile {
  /** The bytes that are signed. */
  readonly body: Uint8Array;
  /** None: the file is not signed. */
  readonly signatures: readonly Signature[];
}

export type SignatureFault =
  | { readonly kind: 'misplaced'; readonly message: string }
  | { readonly kind: 'malformed'; readonly message: string };

/** `undefined`: it is no component, which is for others to say. */
export function readSigned(bytes: Uint8Array): SignedFile | SignatureFault | undefined {
  try {
    return isComponent(bytes) ? readSignedSections(bytes) : undefined;
  } catch (error) {
    if (error instanceof MalformedBinary) return undefined;
    throw error;
  }
}

function readSignedSections(bytes: Uint8Array): SignedFile | SignatureFault {
  const sections = readSections(bytes);
  const signatureSections = sections.filter((section) => isSignature(bytes, section));
  const [only, another] = signatureSections;
  if (only === undefined) return { body: bytes, signatures: [] };
  if (another !== undefined)
    return misplaced(`has ${signatureSections.length} sections \`${SIGNATURE_SECTION}\``);
  const after = sections.length - 1 - sections.indexOf(only);
  if (after > 0) {
    const what = after === 1 ? 'a section' : `${after} sections`;
    return misplaced(`has ${what} behind its signature, which is the last one`);
  }
  const body = bytes.subarray(0, only.start);
  const entries = bytes.subarray(only.end - contentsSize(bytes, only), only.end);
  const signatures = readEntries(entries);
  if (typeof signatures === 'string') return malformed(signatures);
  // Numbers can be written in more than one way; of a signed file there is one form.
  if (!Buffer.from(bytes.subarray(only.start)).equals(sectionOf(entries)))
    return malformed('is written in another way than the format says');
  return { body, signatures };
}

function isSignature(bytes: Uint8Array, section: Section): boolean {
  return section.id === 0 && sectionName(bytes, section) === SIGNATURE_SECTION;
}

/** The name is shorter than 128 bytes: its size has one. */
function contentsSize(bytes: Uint8Array, { body, end }: Section): number {
  const nameEnd = body + (bytes[body] ?? 0) + 1;
  return Math.max(0, end - nameEnd);
}

function readEntries(contents: Uint8Array): Signature[] | string {
  const [version, count = 0] = contents;
  if (version !== FORMAT_VERSION)
    return `has version ${version ?? '?'} of the format, expected ${FORMAT_VERSION}`;
  const expected = HEADER_SIZE_BYTES + count * SIGNED_SIZE_BYTES;
  if (count === 0 || count > SIGNATURES_MAX)
    return `counts ${count} signatures, expected 1 to ${SIGNATURES_MAX}`;
  if (contents.length !== expected)
    return `has ${contents.length} bytes, expected ${expected} for ${count} signatures`;
  return Array.from({ length: count }, (_, index) => {
    const start = HEADER_SIZE_BYTES + index * SIGNED_SIZE_BYTES;
    return readEntry(contents.subarray(start, start + SIGNED_SIZE_BYTES));
  });
}

/** With the key’s signature beside those that there are, in place of an earlier one of it. */
export function withSignature(signed: SignedFile, bytes: Uint8Array, key: SecretKey): Uint8Array {
  const { body, signatures } = signed;
  const entries = signatures.map((_, index) => entryAt(bytes, signatures.length, index));
  const kept = entries.filter((_, index) => signatures[index]?.keyId !== key.publicKey.id);
  const all = [...kept, signEntry(body, key)];
  const contents = Buffer.concat([Buffer.from([FORMAT_VERSION, all.length]), ...all]);
  return Buffer.concat([body, sectionOf(contents)]);
}

function entryAt(bytes: Uint8Array, count: number, index: number): Uint8Array {
  const start = bytes.length - (count - index) * SIGNED_SIZE_BYTES;
  return bytes.subarray(start, start + SIGNED_SIZE_BYTES);
}

function sectionOf(contents: Uint8Array): Buffer {
  const name = Buffer.from(SIGNATURE_SECTION);
  const body = Buffer.concat([Buffer.from(writeUnsigned(name.length)), name, contents]);
  return Buffer.concat([Buffer.from([0, ...writeUnsigned(body.length)]), body]);
}

function misplaced(message: string): SignatureFault {
  return { kind: 'misplaced', message };
}

function malformed(message: string): SignatureFault {
  return { kind: 'malformed', message: `has a signature that ${message}` };
}
