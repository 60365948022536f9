/*
 * `tiercel.lock`: what was agreed to, plugin by plugin. It stands beside the configuration, or, for runs without one,
 * in the user’s own folder. schemas/lock.schema.json is its form; the files that it names are in the store
 * (plugin-store.ts).
 */

import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '../base/make-folder.ts';
import { decodeText } from '../base/text.ts';
import { writeWhole } from '../base/write-whole.ts';
import { type Checked, createDiagnostic } from '../diagnostic/diagnostic.ts';
import { createTextDocument } from '../diagnostic/text-document.ts';
import { validateAgainst } from '../schema/validate.ts';
import { readYamlDocument } from '../schema/yaml-document.ts';
import { dataFolder } from './plugin-store.ts';

export const LOCK_NAME = 'tiercel.lock';
const LOCK_SIZE_MAX = 4 << 20;
const LOCK_VERSION = 1;

export interface Lock {
  readonly plugins: Readonly<Record<string, LockedPlugin>>;
}

export interface LockedPlugin {
  readonly version: string;
  /** SHA-256 of the file, hexadecimal. */
  readonly digest: string;
  /** The key that signed it, verified when it was installed; `undefined`: none was. */
  readonly key: string | undefined;
  /** Where it came from: what `install` was given. */
  readonly from: string;
  /** As under `grants` of the configuration; locations are absolute. */
  readonly granted: readonly string[];
}

export const NO_LOCK: Lock = Object.freeze({ plugins: Object.freeze({}) });

/** Beside the configuration; `undefined`: there is none, and whoever runs it has no home either. */
export function lockPathFor(configFile: string | undefined): string | undefined {
  const folder = configFile === undefined ? dataFolder() : dirname(configFile);
  return folder === undefined ? undefined : join(folder, LOCK_NAME);
}

/** One that is not there is empty. */
export function readLock(path: string): Checked<Lock> {
  let text: string;
  try {
    if (statSync(path).size > LOCK_SIZE_MAX)
      return unreadable(path, `larger than ${LOCK_SIZE_MAX} bytes`);
    text = decodeText(readFileSync(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? { value: NO_LOCK, diagnostics: [] } : unreadable(path, String(code));
  }
  const document = createTextDocument(path, text);
  const yaml = readYamlDocument(document);
  const violations = yaml.errors.length > 0 ? yaml.errors : validateAgainst('lock', yaml);
  if (violations.length === 0) return { value: toLock(yaml.value as RawLock), diagnostics: [] };
  const diagnostics = violations.map(({ message, span }) =>
    createDiagnostic('LOCK_UNUSABLE', { message, primary: { document, span, text: 'here' } }),
  );
  return { value: undefined, diagnostics };
}

function unreadable(path: string, reason: string): Checked<Lock> {
  const message = `cannot read ${path}: ${reason}`;
  return { value: undefined, diagnostics: [createDiagnostic('LOCK_UNUSABLE', { message })] };
}

/** As it stands in the file. */
interface RawLock {
  readonly lockVersion: number;
  readonly plugins: Readonly<Record<string, RawLockedPlugin>>;
}

interface RawLockedPlugin {
  readonly version: string;
  readonly digest: string;
  readonly key?: string;
  readonly from: string;
  readonly granted?: readonly string[];
}

const DIGEST_PREFIX = 'sha256:';

function toLock({ plugins }: RawLock): Lock {
  const entries = Object.entries(plugins).map(([name, raw]): [string, LockedPlugin] => [
    name,
    {
      version: raw.version,
      digest: raw.digest.slice(DIGEST_PREFIX.length),
      key: raw.key,
      from: raw.from,
      granted: raw.granted ?? [],
    },
  ]);
  return Object.freeze({ plugins: Object.freeze(Object.fromEntries(entries)) });
}

/** Replaces the file as a whole; throws what the system says. */
export function writeLock(path: string, { plugins }: Lock): void {
  const names = Object.keys(plugins).sort();
  const entries = names.flatMap((name): [string, RawLockedPlugin][] => {
    const locked = plugins[name];
    return locked === undefined ? [] : [[name, toRaw(locked)]];
  });
  const raw: RawLock = { lockVersion: LOCK_VERSION, plugins: Object.fromEntries(entries) };
  makeFolder(dirname(path), 0o755);
  writeWhole(path, `${JSON.stringify(raw, null, 2)}\n`);
}

function toRaw({ version, digest, key, from, granted }: LockedPlugin): RawLockedPlugin {
  return {
    version,
    digest: `${DIGEST_PREFIX}${digest}`,
    ...(key !== undefined && { key }),
    from,
    ...(granted.length > 0 && { granted }),
  };
}
