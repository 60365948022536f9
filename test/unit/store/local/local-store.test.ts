/* Files and folders that change while they are read. */

import { realpathSync, rmSync, statSync, symlinkSync, truncateSync } from 'node:fs';
import { rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSeen } from '../../../../engine/store/follow/file-probe.ts';
import { openLocalFile } from '../../../../engine/store/local/local-file.ts';
import { LocalStore } from '../../../../engine/store/local/local-store.ts';
import { StandardInput } from '../../../../engine/store/local/standard-input.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';

const folder = scratchFolder('local-store');

function listing(location: string) {
  const said: string[] = [];
  const store = new LocalStore(location);
  const list = async (after: string, limit: number): Promise<string[]> => {
    const report = (severity: string, subject: string, message: string): void => {
      said.push(`${severity}: ${subject}: ${message}`);
    };
    return (await store.listEntries(after, limit, report)).map(({ path }) => path);
  };
  return { said, store, list };
}

describe('a file', () => {
  it('that becomes shorter while it is read is not taken for a whole one', async () => {
    const file = await openLocalFile(folder.write('shrinks', 'x'.repeat(100)), undefined);
    const room = new Uint8Array(60);
    expect(await file.read(room)).toBe(60);
    truncateSync(join(folder.path, 'shrinks'), 70);
    expect(await file.read(room)).toBe(10);
    await expect(file.read(room)).rejects.toThrow('became shorter while it was read');
    await file.close();
  });

  it('that grows is read as far as it goes', async () => {
    const path = folder.write('grows', 'x');
    const file = await openLocalFile(path, undefined);
    const room = new Uint8Array(10);
    expect(await file.read(room)).toBe(1);
    folder.write('grows', 'xyz');
    expect(await file.read(room)).toBe(2);
    expect(await file.read(room)).toBe(0);
    await file.close();
  });
});

describe('a folder', () => {
  it('is listed depth first in byte order, a page at a time, from anywhere', async () => {
    for (const name of ['b', 'a/2', 'a/1', 'a.x', 'c/d/e', 'C']) folder.write(`tree/${name}`, '');
    const all = ['C', 'a/1', 'a/2', 'a.x', 'b', 'c/d/e'];
    const { list } = listing(join(folder.path, 'tree'));
    expect(await list('', 100)).toEqual(all);
    for (let from = 0; from < all.length; from++) {
      expect(await list(all[from] ?? '', 2)).toEqual(all.slice(from + 1, from + 3));
    }
  });

  it('of which a part vanishes while it is listed is read on, and what is gone is named', async () => {
    folder.write('partly/a/1', '');
    folder.write('partly/b/2', '');
    folder.write('partly/c', '');
    const { list, said } = listing(join(folder.path, 'partly'));
    expect(await list('', 1)).toEqual(['a/1']);
    rmSync(join(folder.path, 'partly/b'), { recursive: true });
    expect(await list('a/1', 10)).toEqual(['c']);
    expect(said).toEqual(['lost: b: does not exist']);
  });

  it('that is gone is an error', async () => {
    const { list } = listing(join(folder.path, 'nowhere'));
    await expect(list('', 1)).rejects.toThrow('does not exist');
  });

  it.each(['../x', 'a/../../x', '/etc/passwd', 'a//1', '.', 'a\0b'])(
    'gives nothing that is not below it: %j',
    async (path) => {
      const { store } = listing(join(folder.path, 'tree'));
      await expect(store.open(path)).rejects.toThrow('is not a path below its root');
    },
  );
});

describe('standard input', () => {
  it('is one entry, and is not read a second time as if nothing had been read', async () => {
    const input = new StandardInput();
    const list = () => input.listEntries('', 10, () => {});
    expect((await list()).map(({ path }) => path)).toEqual(['']);
    await input.open();
    expect(await list()).toHaveLength(1);
    await expect(input.open()).rejects.toThrow('cannot be read a second time');
  });
});

/* What is swapped between a look at the name and its opening is found afterwards, by the file that was opened. */
describe.runIf(process.platform !== 'win32')('a file that was swapped for a link', () => {
  it('out of the root is not read', async () => {
    folder.write('secret', 'of somebody else');
    folder.write('root/inside', 'x');
    const root = realpathSync(join(folder.path, 'root'));
    symlinkSync('../secret', join(root, 'a'));
    symlinkSync('inside', join(root, 'b'));
    symlinkSync('..', join(root, 'up'));
    for (const name of ['a', 'up/secret'])
      await expect(openLocalFile(join(root, name), root)).rejects.toThrow(
        'is a link out of its root',
      );
    const file = await openLocalFile(join(root, 'b'), root);
    expect(await file.read(new Uint8Array(9))).toBe(1);
    await file.close();
    const { dev, ino } = statSync(join(folder.path, 'secret'), { bigint: true });
    expect(await openSeen(join(root, 'a'), `${dev}:${ino}`, root)).toBeUndefined();
  });

  it('while a source opens it never gives a byte of what lies outside', async () => {
    folder.write('race/a', 'inside');
    const root = realpathSync(join(folder.path, 'race'));
    const store = new LocalStore(root);
    let isOver = false;
    const swap = async (): Promise<void> => {
      while (!isOver) {
        await symlink('../secret', join(root, 't'));
        await rename(join(root, 't'), join(root, 'a'));
        await writeFile(join(root, 't'), 'inside');
        await rename(join(root, 't'), join(root, 'a'));
      }
    };
    const swapping = swap();
    const texts = new Set<string>();
    for (let tries = 0; tries < 2_000; tries++) {
      const room = Buffer.alloc(20);
      const file = await store.open('a').catch(() => undefined);
      const size = (await file?.read(room).catch(() => 0)) ?? 0;
      texts.add(room.toString('latin1', 0, size));
      await file?.close();
    }
    isOver = true;
    await swapping;
    expect([...texts].filter((text) => text !== '' && text !== 'inside')).toEqual([]);
  });
});
