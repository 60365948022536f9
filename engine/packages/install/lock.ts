/*
 * `tiercel.lock`: what was agreed to, plugin by plugin. It stands beside the configuration, or, for runs without one,
 * in the user’s own folder. schemas/lock.schema.json is its form; the files that it names are in the store
 * (file-store.ts).
 */

import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '../../base/make-folder.ts';
import { systemErrorText } from '../../base/system-error.ts';
import { decodeText } from '../../base/text.ts';
import { writeWhole } from '../../base/write-whole.ts';
import { type Checked, createDiagnostic } from '../../diagnostic/diagnostic.ts';
import { validateAgainst } from '../../diagnostic/schema/validate.ts';
import { readYamlDocument } from '../../diagnostic/schema/yaml-document.ts';
import { createTextDocument } from '../../diagnostic/text-document.ts';
import { dataFolder } from './file-store.ts';

export const LOCK_NAME = 'tiercel.lock';
const LOCK_SIZE_MAX = 4 << 20;
const LOCK_VERSION = 1;

export interface Lock {
  readonly plugins: Readonly<Record<string, LockedPlugin>>;
  readonly rules: Readonly<Record<string, LockedRules>>;
}

/** A file of rules. */
export interface LockedRules {
  readonly version: string;
  /** SHA-256 of the file, hexadecimal. */
  readonly digest: string;
  /** The key that signed it, verified when it was installed; `undefined`: none was. */
  readonly key: string | undefined;
  /** Where it came from: what `install` was given. */
  readonly from: string;
}

export interface LockedPlugin extends LockedRules {
  /** As under `grants` of the configuration; locations are absolute. */
  readonly granted: readonly string[];
}

export const NO_LOCK: Lock = Object.freeze({
  plugins: Object.freeze({}),
  rules: Object.freeze({}),
});

/** Path beside the configuration; `undefined` if there is no configuration and no home directory. */
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
    return code === 'ENOENT'
      ? { value: NO_LOCK, diagnostics: [] }
      : unreadable(path, systemErrorText(error));
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
  readonly plugins: Readonly<Record<string, RawLocked>>;
  readonly rules?: Readonly<Record<string, RawLocked>>;
}

interface RawLocked {
  readonly version: string;
  readonly digest: string;
  readonly key?: string;
  readonly from: string;
  readonly granted?: readonly string[];
}

const DIGEST_PREFIX = 'sha256:';

function toLock({ plugins, rules = {} }: RawLock): Lock {
  return Object.freeze({
    plugins: mapEntries(plugins, (raw) => ({ ...toLocked(raw), granted: raw.granted ?? [] })),
    rules: mapEntries(rules, toLocked),
  });
}

function toLocked({ version, digest, key, from }: RawLocked): LockedRules {
  return { version, digest: digest.slice(DIGEST_PREFIX.length), key, from };
}

/** Replaces the file as a whole; throws the system's error. */
export function writeLock(path: string, { plugins, rules }: Lock): void {
  const raw: RawLock = {
    lockVersion: LOCK_VERSION,
    plugins: mapEntries(plugins, ({ granted, ...locked }) => ({
      ...toRaw(locked),
      ...(granted.length > 0 && { granted }),
    })),
    ...(Object.keys(rules).length > 0 && { rules: mapEntries(rules, toRaw) }),
  };
  makeFolder(dirname(path), 0o755);
  writeWhole(path, `${JSON.stringify(raw, null, 2)}\n`);
}

function toRaw({ version, digest, key, from }: LockedRules): RawLocked {
  return { version, digest: `${DIGEST_PREFIX}${digest}`, ...(key !== undefined && { key }), from };
}

/** In the order of their names. */
function mapEntries<From, To>(
  entries: Readonly<Record<string, From>>,
  change: (one: From) => To,
): Readonly<Record<string, To>> {
  const sorted = Object.entries(entries).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.freeze(Object.fromEntries(sorted.map(([name, one]) => [name, change(one)])));
}
