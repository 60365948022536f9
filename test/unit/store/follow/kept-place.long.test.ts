/* A followed location in one process after the other: each goes on where the one before stood. */

import { appendFileSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { closeReaders, FollowReader, type ReaderPlace } from '../../../support/follow-reader.ts';
import { ROTATIONS, RotatingLog } from '../../../support/rotating-log.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';

const scratch = scratchFolder('kept-place');
afterAll(closeReaders);

const until = (check: () => void): Promise<void> =>
  vi.waitFor(check, { timeout: 15_000, interval: 10 });

/** Reads what is there, and is gone then. */
async function readOnce(location: string, text: string, from?: ReaderPlace): Promise<ReaderPlace> {
  const reader = new FollowReader(location, from);
  await until(() => expect(reader.text).toBe(text));
  const place = await reader.place();
  expect(reader.oddities).toEqual([]);
  await reader.stop();
  return place;
}

describe.each(['folder', 'file'])('while nobody reads a followed %s', (kind) => {
  const changes: readonly (readonly [string, (path: string) => void, string])[] = [
    ['nothing happens', () => {}, ''],
    ['it grows', (path) => appendFileSync(path, 'two\n'), 'two\n'],
    [
      'it is renamed and begun anew',
      (path) => {
        appendFileSync(path, 'two\n');
        renameSync(path, `${path}.1`);
        appendFileSync(path, 'three\n');
      },
      'two\nthree\n',
    ],
    [
      'it is copied and cut',
      (path) => {
        appendFileSync(`${path}.1`, 'one\ntwo\n');
        truncateSync(path);
        appendFileSync(path, 'three\n');
      },
      'three\ntwo\n',
    ],
    [
      'it is compressed and removed',
      (path) => {
        appendFileSync(`${path}.1.gz`, gzipSync('one\ntwo\n'));
        rmSync(path);
        appendFileSync(path, 'three\n');
      },
      'three\ntwo\n',
    ],
    [
      'it comes and goes under a name that nobody saw',
      (path) => {
        renameSync(path, `${path}.2`);
        appendFileSync(`${path}.1`, 'two\n');
        appendFileSync(path, 'three\n');
      },
      'two\nthree\n',
    ],
  ];
  it.each(changes)('%s: the next one reads what is new', async (what, change, added) => {
    const name = `${kind}-${what.replaceAll(' ', '-')}`;
    const path = scratch.write(`${name}/app.log`, 'one\n');
    // Seen, and of no interest where only the file is followed.
    const other = kind === 'file' ? 'never\n' : '';
    scratch.write(`${name}/app.log.0`, other);
    const location = kind === 'file' ? path : join(path, '..');
    const first = await readOnce(location, 'one\n');
    change(path);
    const reader = new FollowReader(location, first);
    const wanted = `one\n${added}`.split('\n').toSorted();
    await until(() => expect(reader.text.split('\n').toSorted()).toEqual(wanted));
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(reader.text.split('\n').toSorted()).toEqual(wanted);
    expect(reader.oddities).toEqual([]);
    await reader.stop();
  });
});

describe('a place', () => {
  it('behind the end of a line that was given out without it: all of the line comes again', async () => {
    const path = scratch.write('rest/a.log', 'one\ntw');
    const first = await readOnce(path, 'one\ntw');
    appendFileSync(path, 'o\n');
    await readOnce(path, 'one\ntwtwo\n', first);
  });

  it('in a file that was removed says what nobody will read', async () => {
    const path = scratch.write('removed/a.log', 'one\ntwo\n');
    const reader = new FollowReader(join(path, '..'));
    await until(() => expect(reader.text).toBe('one\ntwo\n'));
    const place = await reader.place();
    await reader.stop();
    rmSync(path);
    const next = new FollowReader(join(path, '..'), { ...place, offset: 4, text: 'one\n' });
    await until(() =>
      expect(next.oddities).toEqual(['lost: a.log: was removed with 4 bytes unread']),
    );
    await next.stop();
  });

  it('in a long run is found again without reading the run from its start', async () => {
    const line = `${'x'.repeat(99)}\n`;
    const path = scratch.write('long/a.log', line.repeat(60_000));
    const reader = new FollowReader(path);
    await until(() => expect(reader.text.length).toBe(6_000_000));
    const { state, text } = await reader.place();
    await reader.stop();
    const { waypoints = [] } = state.runs[0] ?? {};
    expect(waypoints.length).toBe(5);
    for (const { bytes, lines } of waypoints) expect(bytes).toBe(lines * line.length);
    const offset = 5_500_050;
    const place = { path: '#1', offset, text: text.slice(0, offset), state };
    const next = new FollowReader(path, place);
    await until(() => expect(next.text.length).toBe(6_000_000));
    expect(next.text).toBe(text);
    await next.stop();
  });
});

const SEED = 21;
describe.each(['folder', 'file'])(
  'rotation of a followed %s, and one reader after the other',
  (kind) => {
    it(`loses no line and repeats none (seed ${SEED})`, { timeout: 60_000 }, async () => {
      const folder = join(scratch.write(`rotation-${kind}/app.log.old`, ''), '..');
      // What is removed while nobody has it open nobody can read.
      const log = new RotatingLog(folder, 1_000);
      const location = kind === 'folder' ? folder : log.path;
      let reader = new FollowReader(location);
      const oddities: string[] = [];
      let state = SEED;
      const random = (below: number): number => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
        return (state >> 8) % below;
      };
      const write = (): void =>
        log.write(1 + random(400), (number) => `line ${number} ${'.'.repeat(random(80))}`);
      const rotate = (): void => log.rotate(ROTATIONS[random(ROTATIONS.length)] ?? 'rename');
      let place = await reader.place();
      for (let round = 0; round < 240; round++) {
        write();
        await new Promise((resolve) => setTimeout(resolve, random(12)));
        if (random(3) === 0) place = await reader.place();
        if (round % 12 === 5) rotate();
        if (round % 12 !== 11) continue;
        // What it read after its place was kept is read again.
        await reader.stop();
        oddities.push(...reader.oddities);
        if (random(2) === 0) rotate();
        write();
        reader = new FollowReader(location, place);
      }
      await until(() => expect(reader.lines.length).toBeGreaterThanOrEqual(log.lines));
      await new Promise((resolve) => setTimeout(resolve, 700));
      const numbers = reader.lines.map((line) => Number(line.split(' ')[1]));
      expect(numbers.toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: log.lines }, (_, index) => index + 1),
      );
      expect([...oddities, ...reader.oddities]).toEqual([]);
      await reader.stop();
    });
  },
);
