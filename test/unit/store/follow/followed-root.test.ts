/* Files as they grow, through everything that happens to logs: every line once, in the order of its file. */

import {
  appendFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { closeReaders, FollowReader } from '../../../support/follow-reader.ts';
import { ROTATIONS, RotatingLog } from '../../../support/rotating-log.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';

const scratch = scratchFolder('follow');
afterAll(closeReaders);

const until = (check: () => void): Promise<void> =>
  vi.waitFor(check, { timeout: 15_000, interval: 10 });

describe('a followed folder', () => {
  it('gives what is there, what is appended and what comes new, whole lines only', async () => {
    const path = scratch.write('grows/a.log', 'one\ntwo\nthr');
    const reader = new FollowReader(join(scratch.path, 'grows'));
    await until(() => expect(reader.text).toBe('one\ntwo\n'));
    appendFileSync(path, 'ee\n');
    await until(() => expect(reader.text).toBe('one\ntwo\nthree\n'));
    scratch.write('grows/deeper/b.log', 'four\n');
    await until(() => expect(reader.text).toBe('one\ntwo\nthree\nfour\n'));
    appendFileSync(path, 'five\n');
    await until(() => expect(reader.lines.at(-1)).toBe('five'));
    await reader.stop();
  });

  it('gives the end of the last line when nothing more comes, and all of the line when it does', async () => {
    const path = scratch.write('rest/a.log', 'one\ntw');
    const reader = new FollowReader(join(scratch.path, 'rest'));
    await until(() => expect(reader.text).toBe('one\ntw'));
    appendFileSync(path, 'o\n');
    await until(() => expect(reader.text).toBe('one\ntwtwo\n'));
    await reader.stop();
  });

  it('gives what is left of a file that was removed', async () => {
    const path = scratch.write('removed/a.log', 'one\n');
    const reader = new FollowReader(join(scratch.path, 'removed'));
    await until(() => expect(reader.text).toBe('one\n'));
    appendFileSync(path, 'two\nthree');
    rmSync(path);
    await until(() => expect(reader.text).toBe('one\ntwo\nthree'));
    await reader.stop();
  });

  it('says what was cut away before it was read', async () => {
    const busy = scratch.write('cut/a.log', 'x\n'.repeat(5));
    const reader = new FollowReader(join(scratch.path, 'cut'));
    await until(() => expect(reader.lines).toHaveLength(5));
    appendFileSync(busy, 'unfinished');
    // It is seen, and its end waited for.
    await new Promise((resolve) => setTimeout(resolve, 100));
    truncateSync(busy);
    appendFileSync(busy, 'y\n');
    await until(() => expect(reader.lines.at(-1)).toBe('y'));
    await until(() =>
      expect(reader.oddities).toEqual(['lost: a.log: was cut with 10 bytes unread']),
    );
    await reader.stop();
  });

  it('reads a copy as a file of its own when the other one stays', async () => {
    scratch.write('copy/a.log', 'one\n');
    const reader = new FollowReader(join(scratch.path, 'copy'));
    await until(() => expect(reader.text).toBe('one\n'));
    scratch.write('copy/b.log', 'one\n');
    await until(() => expect(reader.text).toBe('one\none\n'));
    await reader.stop();
  });
});

describe('a followed file', () => {
  it('is followed where it was named, whatever lies beside it', async () => {
    const path = scratch.write('single/app.log', 'one\n');
    scratch.write('single/app.log.old', 'never\n');
    const reader = new FollowReader(path);
    await until(() => expect(reader.text).toBe('one\n'));
    renameSync(path, `${path}.1`);
    scratch.write('single/app.log.other', 'neither\n');
    scratch.write('single/app.log', 'two\n');
    await until(() => expect(reader.text).toBe('one\ntwo\n'));
    expect(reader.runs).toEqual(['#1', '#2']);
    await reader.stop();
  });
});

const SEED = 11;
describe.each(['folder', 'file'])('rotation in a followed %s', (kind) => {
  it(`loses no line and repeats none (seed ${SEED})`, { timeout: 60_000 }, async () => {
    const folder = scratch
      .write(`rotation-${kind}/other/empty.log`, '')
      .replace('/other/empty.log', '');
    const log = new RotatingLog(folder);
    const reader = new FollowReader(kind === 'folder' ? folder : log.path);
    let state = SEED;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (state >> 8) % below;
    };
    for (let round = 0; round < 150; round++) {
      log.write(1 + random(400), (number) => `line ${number} ${'.'.repeat(random(80))}`);
      // Changes without a pause in which to look at them.
      await new Promise((resolve) => setTimeout(resolve, random(10)));
      if (round % 10 === 9) log.rotate(ROTATIONS[random(ROTATIONS.length)] ?? 'rename');
    }
    await until(() => expect(reader.lines.length).toBeGreaterThanOrEqual(log.lines));
    await new Promise((resolve) => setTimeout(resolve, 500));
    const numbers = reader.lines.map((line) => Number(line.split(' ')[1]));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: log.lines }, (_, index) => index + 1),
    );
    expect(reader.oddities).toEqual([]);
    await reader.stop();
    const open = readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return [];
      }
    });
    expect(open.filter((path) => path.startsWith(folder))).toEqual([]);
  });
});
