/*
 * Rules and samples that a plugin's file carries, so that it can be used and tried with nothing beside it: custom
 * sections `tiercel:rules/NAME` and `tiercel:sample/NAME`, by the names in its manifest.
 */

import { posix } from 'node:path';
import { LIMITS } from '../../base/limits.ts';
import type { Manifest } from './manifest.ts';
import { readCustomSection, withCustomSection } from './wasm-binary.ts';

export interface Attachment {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Attachments {
  readonly rules: Attachment | undefined;
  readonly samples: readonly Attachment[];
}

/** In the order of the manifest; a text names what is missing or too much. */
export function readAttachments(bytes: Uint8Array, manifest: Manifest): Attachments | string {
  const missing: string[] = [];
  const read = (kind: Kind, path: string): Attachment[] => {
    const name = posix.basename(path);
    const found = readCustomSection(bytes, sectionOf(kind, name));
    if (found !== undefined) return [{ name, bytes: found }];
    missing.push(sectionOf(kind, name));
    return [];
  };
  const [rules] = manifest.rules === undefined ? [] : read('rules', manifest.rules);
  const samples = manifest.samples.flatMap((path) => read('sample', path));
  if (missing.length > 0) return `has no usable custom section \`${missing[0]}\``;
  const size = [...(rules === undefined ? [] : [rules]), ...samples].reduce(
    (sum, attachment) => sum + attachment.bytes.length,
    0,
  );
  const { value: limit } = LIMITS.attachmentsSizeMax;
  if (size > limit) return `carries ${size} bytes of rules and samples, the limit is ${limit}`;
  return { rules, samples };
}

export function withAttachments(bytes: Uint8Array, { rules, samples }: Attachments): Uint8Array {
  let packed = bytes;
  const add = (kind: Kind, { name, bytes: contents }: Attachment): void => {
    packed = withCustomSection(packed, sectionOf(kind, name), contents);
  };
  if (rules !== undefined) add('rules', rules);
  for (const sample of samples) add('sample', sample);
  return packed;
}

type Kind = 'rules' | 'sample';

function sectionOf(kind: Kind, name: string): string {
  return `tiercel:${kind}/${name}`;
}
