/*
 * Transpiled components on disk. The key is a digest of everything that the result depends on; the
 * entry begins with a digest of its own contents, so that a damaged or edited one is not used. Entries
 * appear by rename, readable by their owner only.
 */

import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../base/make-folder.ts';
import type { Transpiled } from './transpile-worker.ts';

const DIGEST_SIZE_BYTES = 32;
/** Changes with the options of the transpiler and with the form of an entry. */
const FORM = 'tiercel-transpiled-1';

export function cacheKey(componentDigest: string, toolVersion: string): string {
  return createHash('sha256').update(`${FORM}\0${toolVersion}\0${componentDigest}`).digest('hex');
}

/** The entry of that key, or `undefined` when there is none that is whole. */
export function readCacheEntry(directory: string, key: string): Transpiled | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(join(directory, `${key}.bin`));
  } catch {
    // No entry yet, or none that we may read: the component is transpiled again.
    return undefined;
  }
  const contents = bytes.subarray(DIGEST_SIZE_BYTES);
  if (!contentDigest(key, contents).equals(bytes.subarray(0, DIGEST_SIZE_BYTES))) return undefined;
  return decode(contents);
}

/** An error message when the entry could not be written. */
export function writeCacheEntry(
  directory: string,
  key: string,
  transpiled: Transpiled,
): string | undefined {
  const contents = encode(transpiled);
  const path = join(directory, `${key}.bin`);
  const temporary = `${path}.${randomUUID()}`;
  try {
    makeFolder(directory, 0o700);
    const entry = Buffer.concat([contentDigest(key, contents), contents]);
    writeFileSync(temporary, entry, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, path);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function contentDigest(key: string, contents: Uint8Array): Buffer {
  return createHash('sha256').update(FORM).update(key).update(contents).digest();
}

/** A line of JSON with names and sizes, then the parts one after the other. */
function encode({ glue, modules }: Transpiled): Buffer {
  const glueBytes = Buffer.from(glue);
  const index = {
    glue: glueBytes.length,
    modules: modules.map(({ name, bytes }) => ({ name, size: bytes.length })),
  };
  const header = Buffer.from(`${JSON.stringify(index)}\n`);
  return Buffer.concat([header, glueBytes, ...modules.map(({ bytes }) => bytes)]);
}

function decode(contents: Buffer): Transpiled {
  const lineEnd = contents.indexOf('\n');
  const index = JSON.parse(contents.subarray(0, lineEnd).toString()) as {
    glue: number;
    modules: { name: string; size: number }[];
  };
  let at = lineEnd + 1;
  const take = (size: number): Buffer => {
    const part = contents.subarray(at, at + size);
    at += size;
    return part;
  };
  const glue = take(index.glue).toString('utf8');
  const modules = index.modules.map(({ name, size }) => ({ name, bytes: take(size) }));
  return { glue, modules };
}
