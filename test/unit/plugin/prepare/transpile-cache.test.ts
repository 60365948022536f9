import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  cacheKey,
  openCache,
  readCacheEntry,
  type TranspileCache,
  writeCacheEntry,
} from '../../../../engine/plugin/prepare/transpile-cache.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';

const scratch = scratchFolder('transpile-cache');
const KEY = cacheKey('digest', '1.0.0');
const CONTENTS = { glue: 'export {}', modules: [{ name: 'a.wasm', bytes: Buffer.from([0, 1]) }] };

let count = 0;
function newFolder(): string {
  count += 1;
  return join(scratch.path, `cache-${count}`);
}

function open(directory: string): TranspileCache {
  const cache = openCache(directory);
  if ('problem' in cache) throw new Error(cache.problem);
  return cache;
}

function filled(): { cache: TranspileCache; entry: string } {
  const cache = open(newFolder());
  expect(writeCacheEntry(cache, KEY, CONTENTS)).toBeUndefined();
  return { cache, entry: join(cache.directory, `${KEY}.bin`) };
}

describe('the cache of transpiled components', () => {
  it('gives what was put into it, in another process too', () => {
    const { cache } = filled();
    expect(readCacheEntry(open(cache.directory), KEY)).toEqual(CONTENTS);
    expect(readCacheEntry(cache, cacheKey('other', '1.0.0'))).toBeUndefined();
    expect(readdirSync(cache.directory).sort()).toEqual([`${KEY}.bin`, 'key'].sort());
    expect(statSync(join(cache.directory, 'key')).mode & 0o777).toBe(0o600);
  });

  it('does not use an entry that was changed, cut, made with another key, or is another one’s', () => {
    const { cache, entry } = filled();
    const bytes = readFileSync(entry);
    const spoilt: [string, Buffer][] = [
      [
        'changed',
        Buffer.from(bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte))),
      ],
      ['cut', bytes.subarray(0, 20)],
      ['empty', Buffer.alloc(0)],
      ['of another cache', readFileSync(filled().entry)],
    ];
    for (const [what, contents] of spoilt) {
      writeFileSync(entry, contents);
      expect(readCacheEntry(cache, KEY), what).toBeUndefined();
    }
    const other = cacheKey('other', '1.0.0');
    writeFileSync(join(cache.directory, `${other}.bin`), bytes);
    expect(readCacheEntry(cache, other)).toBeUndefined();
    writeFileSync(entry, bytes);
    expect(readCacheEntry(cache, KEY)).toEqual(CONTENTS);
  });

  it('does not use an entry that others may write to, or that is a link', () => {
    const { cache, entry } = filled();
    chmodSync(entry, 0o666);
    expect(readCacheEntry(cache, KEY)).toBeUndefined();
    chmodSync(entry, 0o600);
    renameSync(entry, `${entry}.elsewhere`);
    symlinkSync(`${entry}.elsewhere`, entry);
    expect(readCacheEntry(cache, KEY)).toBeUndefined();
    // And puts its own in the place of it.
    expect(writeCacheEntry(cache, KEY, CONTENTS)).toBeUndefined();
    expect(readCacheEntry(cache, KEY)).toEqual(CONTENTS);
  });

  it.each([
    [
      'a folder that others may write to',
      (path: string) => chmodSync(path, 0o777),
      /is open to other users/,
    ],
    [
      'a key that others may read',
      (path: string) => chmodSync(join(path, 'key'), 0o644),
      /key is open to other users/,
    ],
  ])('is not used with %s', (_what, spoil, said) => {
    const { cache } = filled();
    spoil(cache.directory);
    const opened = openCache(cache.directory);
    expect(opened).toMatchObject({ problem: expect.stringMatching(said), isUnsafe: true });
  });

  it('is not used through a link, nor where it cannot be made', () => {
    const link = newFolder();
    mkdirSync(`${link}-target`, { mode: 0o700 });
    symlinkSync(`${link}-target`, link);
    expect(openCache(link)).toMatchObject({ isUnsafe: true });
    expect(openCache('/proc/x/cache')).toMatchObject({ isUnsafe: false });
    expect(openCache('/dev/null')).toHaveProperty('problem');
  });
});
