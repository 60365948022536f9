/*
 * Transpiled components on disk: code that is evaluated when it is read, so that nobody but the user may have written
 * it. The folder and everything in it belongs to the user, nobody else can write to it, nothing is a link; entries are
 * authenticated with a key that lies beside them, readable by the user only. An entry's name is a digest of
 * everything that the result depends on. Entries appear by rename.
 */

import { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { makeFolder } from '../../base/make-folder.ts';
import { COUNT, parseOwnJson } from '../../base/own-json.ts';
import { systemErrorTextAt } from '../../base/system-error.ts';
import type { Transpiled } from './run-transpiler.ts';

const DIGEST_SIZE_BYTES = 32;
const KEY_SIZE_BYTES = 32;
const KEY_FILE = 'key';
/** Changes with the options of the transpiler and with the form of an entry. */
const FORM = 'tiercel-transpiled-2';
const WRITABLE_BY_OTHERS = 0o022;
const OPEN_TO_OTHERS = 0o077;

export interface TranspileCache {
  readonly directory: string;
  /** Authenticates entries. */
  readonly secret: Buffer;
}

export function cacheKey(componentDigest: string, toolVersion: string): string {
  return createHash('sha256').update(`${FORM}\0${toolVersion}\0${componentDigest}`).digest('hex');
}

export interface UnusableCache {
  readonly problem: string;
  /** Others could have put something into it. */
  readonly isUnsafe: boolean;
}

/** The cache in that folder, which is made if need be, or why it is not used. */
export function openCache(directory: string): TranspileCache | UnusableCache {
  try {
    makeFolder(directory, 0o700);
    const stats = lstatSync(directory);
    const isFolder = stats.isDirectory();
    const weakness = isFolder ? weaknessOf(stats, WRITABLE_BY_OTHERS) : 'is not a folder';
    if (weakness !== undefined) throw new UnsafeFile(`${directory} ${weakness}`);
    return { directory, secret: readSecret(directory) };
  } catch (error) {
    const problem = systemErrorTextAt(error);
    return { problem, isUnsafe: error instanceof UnsafeFile };
  }
}

class UnsafeFile extends Error {
  override readonly name = 'UnsafeFile';
}

/** What makes a file or folder one that others may have written (or, by `mode`, read). */
function weaknessOf(stats: Stats, mode: number): string | undefined {
  // Where the system has no user numbers, it has no such modes either.
  const user = process.getuid?.();
  if (user === undefined) return undefined;
  if (stats.uid !== user) return 'belongs to another user';
  return (stats.mode & mode) === 0 ? undefined : 'is open to other users';
}

function readSecret(directory: string): Buffer {
  const path = join(directory, KEY_FILE);
  const known = readOwnFile(path, OPEN_TO_OTHERS);
  if (known !== undefined && known.length === KEY_SIZE_BYTES) return known;
  const temporary = `${path}.${randomUUID()}`;
  writeFileSync(temporary, randomBytes(KEY_SIZE_BYTES), { mode: 0o600, flag: 'wx' });
  try {
    // An entry that another process wrote faster stays; anything else with that name is replaced.
    if (known !== undefined) rmSync(path);
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary);
  }
  const secret = readOwnFile(path, OPEN_TO_OTHERS);
  if (secret?.length !== KEY_SIZE_BYTES) throw new Error(`${path} is not a key`);
  return secret;
}

/** `undefined` if there is none. Throws for a folder that others can write to, and for a link. */
function readOwnFile(path: string, mode: number): Buffer | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const stats = fstatSync(file);
    const weakness = stats.isFile() ? weaknessOf(stats, mode) : 'is not a file';
    if (weakness !== undefined) throw new UnsafeFile(`${path} ${weakness}`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** The entry of that key; `undefined` if none is complete and our own. */
export function readCacheEntry(cache: TranspileCache, key: string): Transpiled | undefined {
  let bytes: Buffer | undefined;
  try {
    bytes = readOwnFile(join(cache.directory, `${key}.bin`), WRITABLE_BY_OTHERS);
  } catch {
    // Not one that may be used: the component is transpiled again, and the entry replaced.
  }
  if (bytes === undefined || bytes.length < DIGEST_SIZE_BYTES) return undefined;
  const contents = bytes.subarray(DIGEST_SIZE_BYTES);
  const expected = authenticate(cache, key, contents);
  if (!timingSafeEqual(expected, bytes.subarray(0, DIGEST_SIZE_BYTES))) return undefined;
  return decode(contents);
}

/** `undefined`: the entry was written. */
export function writeCacheEntry(
  cache: TranspileCache,
  key: string,
  transpiled: Transpiled,
): UnusableCache | undefined {
  const contents = encode(transpiled);
  const path = join(cache.directory, `${key}.bin`);
  const temporary = `${path}.${randomUUID()}`;
  try {
    const entry = Buffer.concat([authenticate(cache, key, contents), contents]);
    writeFileSync(temporary, entry, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, path);
    return undefined;
  } catch (error) {
    return { problem: systemErrorTextAt(error), isUnsafe: false };
  }
}

function authenticate({ secret }: TranspileCache, key: string, contents: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`${FORM}\0${key}\0`).update(contents).digest();
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

const INDEX = v.object({
  glue: COUNT,
  modules: v.array(v.object({ name: v.string(), size: COUNT })),
});

function decode(contents: Buffer): Transpiled | undefined {
  const lineEnd = contents.indexOf('\n');
  const index = parseOwnJson(INDEX, contents.subarray(0, lineEnd).toString());
  if (index === undefined) return undefined;
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
