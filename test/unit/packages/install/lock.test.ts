/* A lock or an installed file that was changed by hand: nothing is loaded, and the reason is reported. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../../engine/config/load-config.ts';
import {
  agreedPlugin,
  commitInstall,
  proposeInstall,
} from '../../../../engine/packages/install/install.ts';
import {
  lockPathFor,
  NO_LOCK,
  readLock,
  writeLock,
} from '../../../../engine/packages/install/lock.ts';
import { generateKey } from '../../../../engine/packages/trust/secret-key.ts';
import { loadAll } from '../../../../engine/run/load/load-all.ts';
import { EVERY_EVENT } from '../../../support/cloudtrail-events.ts';
import { signedWith, trailVariant } from '../../../support/plugin-variant.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';

const folder = scratchFolder('lock');
const [ours, theirs] = [generateKey(), generateKey()];
const lockPath = join(folder.path, 'tiercel/tiercel.lock');
const plugin = folder.write('signed.wasm', signedWith(trailVariant({}), ours));
const rules = folder.write('rules.yaml', EVERY_EVENT);
let before: string | undefined;

beforeAll(() => {
  before = process.env.XDG_DATA_HOME;
  process.env.XDG_DATA_HOME = folder.path;
});
afterAll(() => {
  if (before === undefined) delete process.env.XDG_DATA_HOME;
  else process.env.XDG_DATA_HOME = before;
});

beforeEach(async () => {
  const place = { path: lockPath, lock: NO_LOCK, policy: undefined };
  const wish = { reference: plugin, keys: [ours.publicKey], grants: [], isForced: false };
  const { value } = await proposeInstall(place, wish, () => {});
  if (value === undefined) throw new Error();
  expect(commitInstall(place, agreedPlugin(value))).toContain(folder.path);
});

async function load(): Promise<string[]> {
  const { value, diagnostics } = loadConfig({
    ...{ configFile: undefined, rulesFiles: [rules], options: [] },
    ...{ plugin: 'trail', openParams: folder.path },
  });
  const loaded = value === undefined ? [] : (await loadAll(value)).diagnostics;
  return [...diagnostics, ...loaded]
    .filter(({ severity }) => severity === 'error')
    .map(({ code, message }) => `${code} ${message}`);
}

const edit = (change: (text: string) => string): void =>
  writeFileSync(lockPath, change(readFileSync(lockPath, 'utf8')));

describe('a lock', () => {
  it('is found, and what it names is loaded', async () => {
    expect(lockPathFor(undefined)).toBe(lockPath);
    expect(lockPathFor('etc/tiercel.yaml')).toBe('etc/tiercel.lock');
    expect(await load()).toEqual([]);
  });

  it('is read as it was written', () => {
    const locked = {
      version: '1.2.3',
      digest: 'a'.repeat(64),
      key: undefined,
      from: 'x',
      granted: ['clock'],
    };
    const { granted: _granted, ...rules } = locked;
    const lock = {
      plugins: { b: locked, a: { ...locked, key: ours.publicKey.text, granted: [] } },
      rules: { mine: rules },
    };
    writeLock(lockPath, lock);
    expect(readLock(lockPath)).toEqual({ value: lock, diagnostics: [] });
    expect(readFileSync(lockPath, 'utf8').indexOf('"a"')).toBeLessThan(
      readFileSync(lockPath, 'utf8').indexOf('"b"'),
    );
  });

  it.each<[string, () => void, RegExp]>([
    [
      'another digest',
      () => edit((text) => text.replace(/sha256:..../, 'sha256:0000')),
      /^PLUGIN_NOT_INSTALLED plugin `trail` was installed from \S+, and is not on this machine/,
    ],
    [
      'another version',
      () => edit((text) => text.replace('1.0.0', '1.0.1')),
      /^LOCK_MISMATCH .* is plugin `trail` 1\.0\.0, the lock says `trail` 1\.0\.1/,
    ],
    [
      'another key',
      () => edit((text) => text.replace(ours.publicKey.text, theirs.publicKey.text)),
      new RegExp(`^LOCK_MISMATCH .* the lock says that the key ${theirs.publicKey.id} signed it`),
    ],
    [
      'another name',
      () => edit((text) => text.replace('"trail"', '"trial"')),
      /^CONFIG_UNKNOWN_PLUGIN/,
    ],
    [
      'a later form',
      () => edit((text) => text.replace('"lockVersion": 1', '"lockVersion": 2')),
      /^LOCK_UNUSABLE `lockVersion` is 2/,
    ],
    ['an unknown key', () => edit((text) => text.replace('"from"', '"form"')), /^LOCK_UNUSABLE/],
    ['half of it', () => edit((text) => text.slice(0, -10)), /^LOCK_UNUSABLE/],
    ['nothing', () => edit(() => ''), /^LOCK_UNUSABLE/],
    [
      'another file',
      () => {
        const [name = ''] = readdirSync(join(folder.path, 'tiercel/plugins'));
        const path = join(folder.path, 'tiercel/plugins', name);
        writeFileSync(path, signedWith(trailVariant({ description: 'x' }), ours));
      },
      /^LOCK_MISMATCH .* has SHA-256 [0-9a-f]{64}, the lock says [0-9a-f]{64}/,
    ],
  ])('is refused with %s', async (_name, change, said) => {
    change();
    const found = await load();
    expect(found[0]).toMatch(said);
  });
});
