/*
 * The files of installed plugins and rules: one folder a user, `$XDG_DATA_HOME/tiercel`, where a file has the name of
 * its digest. What is there is never changed, so that several locks can name the same file.
 */

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeFolder } from '../../base/make-folder.ts';
import { writeWhole } from '../../base/write-whole.ts';
import type { SignedBytes } from '../trust/judge-signature.ts';
import { digestOf } from '../trust/signed-file.ts';

/** `$XDG_DATA_HOME/tiercel`, else `~/.local/share/tiercel`. `undefined`: the user has no home. */
export function dataFolder(): string | undefined {
  const base = process.env.XDG_DATA_HOME;
  if (base !== undefined && base !== '') return join(base, 'tiercel');
  try {
    return join(homedir(), '.local', 'share', 'tiercel');
  } catch {
    return undefined;
  }
}

export type Kind = 'plugins' | 'rules';

const EXTENSION: Readonly<Record<Kind, string>> = { plugins: '.wasm', rules: '.yaml' };

/** Where the file of that digest is, or would be. */
export function storedPath(kind: Kind, digest: string): string | undefined {
  const folder = dataFolder();
  return folder === undefined
    ? undefined
    : join(folder, kind, `sha256-${digest}${EXTENSION[kind]}`);
}

/** Whether the file is there and has the digest in its name. */
export function isStored(kind: Kind, digest: string): boolean {
  const path = storedPath(kind, digest);
  if (path === undefined || !existsSync(path)) return false;
  try {
    return digestOf(readFileSync(path)) === digest;
  } catch {
    return false;
  }
}

/** Returns its path; throws the system's error. */
export function storeFile(kind: Kind, { bytes, detached }: SignedBytes): string {
  const digest = digestOf(bytes);
  const path = storedPath(kind, digest);
  if (path === undefined) throw new Error('no home directory found; set XDG_DATA_HOME');
  makeFolder(dirname(path), 0o755);
  // The signature first: a file is never there without it.
  if (detached !== undefined) writeWhole(`${path}.minisig`, detached);
  if (!isStored(kind, digest)) writeWhole(path, bytes);
  return path;
}

export function removeStored(kind: Kind, digest: string): void {
  const path = storedPath(kind, digest);
  if (path === undefined) return;
  rmSync(path, { force: true });
  rmSync(`${path}.minisig`, { force: true });
}
