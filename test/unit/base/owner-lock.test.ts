import { type ChildProcess, fork } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { LockedByOther, lockFile, lockFolder } from '../../../engine/base/owner-lock.ts';
import { bundleModule } from '../../support/bundle-module.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const scratch = scratchFolder('owner-lock');
let folders = 0;
const newFolder = (name = `f${folders++}`): string => {
  const path = join(scratch.path, name);
  mkdirSync(path, { recursive: true });
  return path;
};
const HOLDER = fileURLToPath(new URL('../../support/lock-holder.mjs', import.meta.url));
const module = bundleModule('base/owner-lock.ts', scratch.path);
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** Another process that has the lock, or was refused: `held`, or the reason. */
async function holder(folder: string): Promise<{ child: ChildProcess; answer: string }> {
  const child = fork(HOLDER, [await module, folder]);
  children.push(child);
  const answer = await new Promise<string>((resolve) =>
    child.once('message', (text) => resolve(String(text))),
  );
  return { child, answer };
}

const killed = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill('SIGKILL');
  });

describe('a lock', () => {
  it('is refused while another process has it, who is named; a kill releases it', async () => {
    const folder = newFolder();
    const { child, answer } = await holder(folder);
    expect(answer).toBe('held');
    const refused = await lockFolder(folder).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(LockedByOther);
    expect((refused as Error).message).toMatch(
      new RegExp(`^process ${child.pid} on \\S+ uses it since 20\\d\\d-\\d\\d-\\d\\dT[\\d:]+Z$`),
    );
    await killed(child);
    const lock = await lockFolder(folder);
    expect(lock.missing).toBeUndefined();
    expect(readdirSync(folder)).toHaveLength(1);
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is had by one of many that start at once', async () => {
    const folder = newFolder();
    const all = await Promise.all(Array.from({ length: 6 }, () => holder(folder)));
    const held = all.filter(({ answer }) => answer === 'held');
    expect(held.length).toBeLessThanOrEqual(1);
    await Promise.all(all.map(({ child }) => killed(child)));
    await (await lockFolder(folder)).release();
  });

  it('is refused to another part of the same process, through whatever path', async () => {
    const folder = newFolder();
    const link = join(scratch.path, 'link');
    symlinkSync(folder, link);
    const lock = await lockFolder(folder);
    await expect(lockFolder(link)).rejects.toThrow('this process already uses it');
    await lock.release();
    await (await lockFolder(link)).release();
  });

  it('works in a folder with a long path', async () => {
    const folder = newFolder(`long/${'x'.repeat(150)}/${'y'.repeat(150)}`);
    const { child, answer } = await holder(folder);
    expect(answer).toBe('held');
    await expect(lockFolder(folder)).rejects.toThrow(`process ${child.pid}`);
    await killed(child);
    expect((await lockFolder(folder)).missing).toBeUndefined();
  });

  it('of a file is one for each file, also with a long name', async () => {
    const folder = newFolder();
    const [one, two] = [join(folder, 'a.txt'), join(folder, `${'b'.repeat(200)}.txt`)];
    writeFileSync(one, '');
    writeFileSync(two, '');
    const locks = [await lockFile(one), await lockFile(two)];
    expect(locks.map(({ missing }) => missing)).toEqual([undefined, undefined]);
    await expect(lockFile(one)).rejects.toThrow(LockedByOther);
    await expect(lockFile(two)).rejects.toThrow(LockedByOther);
  });

  const foreign = '.lock-77-lx2k3j-0123456789abcdef-00000000-elsewhere';

  it('of another machine counts for as long as it is touched', async () => {
    const folder = newFolder();
    const path = join(folder, foreign);
    writeFileSync(path, '');
    const touch = setInterval(() => utimesSync(path, new Date(), new Date()), 50);
    await expect(lockFolder(folder)).rejects.toThrow('process 77 on elsewhere');
    clearInterval(touch);
    utimesSync(path, 1_000, 1_000);
    await (await lockFolder(folder)).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that is held is touched every few seconds', async () => {
    const folder = newFolder();
    const lock = await lockFolder(folder);
    const path = join(folder, readdirSync(folder)[0] ?? '');
    const { mtimeMs } = statSync(path);
    await vi.waitFor(() => expect(statSync(path).mtimeMs).toBeGreaterThan(mtimeMs), {
      timeout: 30_000,
      interval: 50,
    });
    await lock.release();
  });

  it('can be copied with what it locks, and read: it is an empty file', async () => {
    const folder = newFolder();
    const lock = await lockFolder(folder);
    const copy = newFolder();
    cpSync(folder, copy, { recursive: true });
    const [name = ''] = readdirSync(copy);
    expect(readFileSync(join(copy, name), 'utf8')).toBe('');
    await lock.release();
    await (await lockFolder(copy)).release();
  });

  it('that cannot be had for lack of a place says why', async () => {
    const lock = await lockFolder(join(scratch.path, 'no such folder'));
    expect(lock.missing).toContain('it does not exist');
    await lock.release();
  });
});
