import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Spool } from '../../../../engine/outputs/delivery/spool/spool.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';
import { someAlerts } from '../../../support/some-alerts.ts';

const SEED = 21;
const scratch = scratchFolder('spool');
let folders = 0;
const newFolder = (): string => join(scratch.path, `s${folders++}`);
const open = async (folder: string, more: object = {}): Promise<Spool> => {
  const spool = new Spool({ folder, sizeMax: 1 << 20, isLocked: true, ...more });
  await spool.open();
  return spool;
};
const linesOf = async (spool: Spool, max = 1_000): Promise<string[]> =>
  (await spool.peek(max)).map(({ line }) => line);
const segmentsIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.endsWith('.jsonl'));

describe('a spool', () => {
  it('gives alerts as they were, the oldest first', async () => {
    const spool = await open(newFolder());
    const alerts = someAlerts(1, 3);
    await spool.append(alerts);
    expect(await spool.peek(2)).toEqual(alerts.slice(0, 2));
    expect(spool.count).toBe(3);
    await spool.forget(2);
    expect(await spool.peek(9)).toEqual(alerts.slice(2));
    await spool.close();
  });

  it('has nothing on disk when all is delivered', async () => {
    const folder = newFolder();
    const spool = await open(folder);
    await spool.append(someAlerts(1, 100));
    await spool.peek(100);
    await spool.forget(100);
    expect(segmentsIn(folder)).toEqual([]);
    expect(spool.size).toBe(0);
    await spool.append(someAlerts(101));
    expect(await linesOf(spool)).toEqual(['101']);
    await spool.close();
  });

  it('is taken up by the next process where it stood', async () => {
    const folder = newFolder();
    const first = await open(folder, { segmentSize: 500 });
    await first.append(someAlerts(1, 10));
    await first.append(someAlerts(11, 10));
    await first.forget(12);
    await first.close();
    const second = await open(folder);
    expect(second.count).toBe(8);
    expect(await linesOf(second, 2)).toEqual(['13', '14']);
    await second.append(someAlerts(21));
    await second.forget(8);
    expect(await linesOf(second)).toEqual(['21']);
    await second.close();
  });

  it('that is full says so and takes nothing; what is in it is not touched', async () => {
    const spool = await open(newFolder(), { sizeMax: 1_000 });
    const taken = await spool.append(someAlerts(1, 50));
    expect(spool.size).toBeGreaterThan(800);
    expect(spool.size).toBeLessThanOrEqual(1_000);
    await expect(spool.append(someAlerts(51))).rejects.toThrow('it is full: 1000 bytes');
    expect(await linesOf(spool)).toEqual(someAlerts(1, taken).map(({ line }) => line));
    await spool.close();
  });

  it('can be read by its owner only', async () => {
    const folder = newFolder();
    const spool = await open(folder);
    await spool.append(someAlerts(1));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, segmentsIn(folder)[0] ?? '')).mode & 0o777).toBe(0o600);
    await spool.close();
  });

  it(`does the same for calls that are not waited for (seed ${SEED})`, async () => {
    const step = fc.oneof(
      fc.record({ add: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ take: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ reopen: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const folder = newFolder();
        const options = { segmentSize: 1_500 };
        let spool = await open(folder, options);
        let [added, taken] = [0, 0];
        const checks: Promise<unknown>[] = [];
        for (const one of steps) {
          if ('add' in one) {
            checks.push(spool.append(someAlerts(added + 1, one.add)));
            added += one.add;
          } else if ('take' in one) {
            const [from, count] = [taken + 1, Math.min(one.take, added - taken)];
            checks.push(
              spool.peek(one.take).then((found) => expect(found).toEqual(someAlerts(from, count))),
            );
            checks.push(spool.forget(count));
            taken += count;
          } else {
            await Promise.all(checks);
            await spool.close();
            spool = await open(folder, options);
            expect(spool.count).toBe(added - taken);
          }
        }
        await Promise.all(checks);
        expect(spool.count).toBe(added - taken);
        expect(segmentsIn(folder).length > 0).toBe(added > taken);
        await spool.close();
      }),
      { seed: SEED, numRuns: 80 },
    );
  });

  it(`has all that was confirmed after a crash, at whatever byte it cut a write off (seed ${SEED})`, async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ add: fc.integer({ min: 1, max: 12 }) }) },
      { weight: 2, arbitrary: fc.record({ take: fc.integer({ min: 1, max: 14 }) }) },
      { weight: 2, arbitrary: fc.record({ cutAt: fc.double({ min: 0, max: 1, noNaN: true }) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
        let folder = newFolder();
        const said: string[] = [];
        const options = { segmentSize: 800, say: (text: string) => said.push(text) };
        let spool = await open(folder, options);
        let expected: string[] = [];
        let next = 1;
        for (const one of steps) {
          if ('add' in one) {
            const alerts = someAlerts(next, one.add);
            await spool.append(alerts);
            expected.push(...alerts.map(({ line }) => line));
            next += one.add;
          } else if ('take' in one) {
            expect(await linesOf(spool, one.take)).toEqual(expected.slice(0, one.take));
            await spool.forget(Math.min(one.take, expected.length));
            expected = expected.slice(one.take);
          } else {
            const crashed = await crashWhileAppending(
              spool,
              folder,
              someAlerts(next, 5),
              one.cutAt,
            );
            folder = crashed.folder;
            next += 5;
            spool = await open(folder, options);
            const found = await linesOf(spool);
            expect(found.slice(0, expected.length)).toEqual(expected);
            expect(crashed.lines.slice(0, found.length - expected.length)).toEqual(
              found.slice(expected.length),
            );
            expected = found;
          }
        }
        expect(await linesOf(spool)).toEqual(expected);
        expect([spool.lost, said]).toEqual([0, []]);
        await spool.close();
      }),
      { seed: SEED, numRuns: 60 },
    );
  });
});

/** What a disk has when a process is killed in the middle of a write: the position of before, a part of the bytes. */
async function crashWhileAppending(
  spool: Spool,
  folder: string,
  alerts: ReturnType<typeof someAlerts>,
  cutAt: number,
): Promise<{ folder: string; lines: string[] }> {
  const crashed = newFolder();
  cpSync(folder, crashed, { recursive: true });
  await spool.append(alerts);
  await spool.close();
  const name = segmentsIn(folder).sort().at(-1) ?? '';
  const before = existsSync(join(crashed, name)) ? statSync(join(crashed, name)).size : 0;
  const bytes = readFileSync(join(folder, name));
  const size = before + Math.floor(cutAt * (bytes.length - before));
  writeFileSync(join(crashed, name), bytes.subarray(0, size));
  return { folder: crashed, lines: alerts.map(({ line }) => line) };
}

describe('a damaged spool', () => {
  const COUNT = 60;
  const filled = async (): Promise<string> => {
    const folder = newFolder();
    const spool = await open(folder, { segmentSize: 1_000 });
    for (let from = 1; from <= COUNT; from += 10) await spool.append(someAlerts(from, 10));
    await spool.forget(4);
    await spool.close();
    return folder;
  };
  const drain = async (folder: string) => {
    const said: string[] = [];
    const spool = await open(folder, { say: (text: string) => said.push(text) });
    const lines: string[] = [];
    while (spool.count > 0) {
      const some = await linesOf(spool, 7);
      lines.push(...some);
      await spool.forget(some.length);
    }
    await spool.close();
    return { lines, said, lost: spool.lost };
  };
  const change = (path: string, how: (bytes: Buffer) => Buffer): void =>
    writeFileSync(path, how(readFileSync(path)));

  it('costs the alerts in the damaged place, says so, and keeps the file', async () => {
    const folder = await filled();
    const path = join(folder, segmentsIn(folder)[1] ?? '');
    change(path, (bytes) => {
      bytes[200] = (bytes[200] ?? 0) ^ 1;
      return bytes;
    });
    const { lines, said, lost } = await drain(folder);
    expect(lines).toHaveLength(COUNT - 4 - 1);
    expect(lost).toBe(1);
    expect(said).toEqual([
      expect.stringMatching(
        /jsonl: 1 alert on disk is lost: \d+ bytes from byte \d+ on are damaged; the file is kept as 0+\d+\.jsonl\.damaged$/,
      ),
    ]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.damaged'))).toHaveLength(1);
    expect(segmentsIn(folder)).toEqual([]);
  });

  it.each([
    ['the last segment emptied', (folder: string) => rewrite(folder, -1, () => Buffer.alloc(0))],
    ['a segment removed', (folder: string) => rmSync(join(folder, segmentsIn(folder)[1] ?? ''))],
    ['all segments removed', (folder: string) => removeSegments(folder)],
    ['lines of another version', (folder: string) => rewrite(folder, 1, otherVersion)],
    ['zeros', (folder: string) => rewrite(folder, 0, (bytes) => Buffer.alloc(bytes.length))],
    ['a folder in the place of a segment', (folder: string) => makeSegmentFolder(folder)],
  ])('knows how many alerts are missing: %s', async (_, damage) => {
    const folder = await filled();
    damage(folder);
    const { lines, said, lost } = await drain(folder);
    expect(lines.length).toBeLessThan(COUNT - 4);
    expect(lines.length + lost).toBe(COUNT - 4);
    expect(said.join()).toContain('lost');
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['another entry', Buffer.from('5 218176\n'.padStart(64))],
    ['random bytes', Buffer.from('no position at all'.repeat(8))],
  ])('without its position is delivered from its start, and says so: %s', async (_, bytes) => {
    const folder = await filled();
    writeFileSync(join(folder, 'position'), bytes);
    const { lines, said, lost } = await drain(folder);
    expect(lines).toEqual(someAlerts(1, COUNT).map(({ line }) => line));
    expect([said.length, lost]).toEqual([1, 0]);
    expect(said[0]).toContain('position is damaged; alerts that were delivered are sent again');
  });

  it(`is delivered but for what is said to be lost, whatever is changed in it (seed ${SEED})`, async () => {
    const damage = fc.record({
      file: fc.nat(),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      size: fc.integer({ min: 1, max: 300 }),
      kind: fc.constantFrom('flip', 'cut', 'zero', 'insert', 'remove', 'delete'),
    });
    const all = someAlerts(5, COUNT - 4).map(({ line }) => line);
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
        const folder = await filled();
        for (const one of damages) harm(folder, one);
        const { lines, said, lost } = await drain(folder);
        const missing = all.filter((line) => !lines.includes(line));
        expect(lost).toBeGreaterThanOrEqual(missing.length);
        if (missing.length > 0) expect(said.join()).toContain('lost');
        expect([...lines].sort((a, b) => Number(a) - Number(b))).toEqual(lines);
        expect(new Set(lines).size).toBe(lines.length);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  function rewrite(folder: string, index: number, how: (bytes: Buffer) => Buffer): void {
    change(join(folder, segmentsIn(folder).sort().at(index) ?? ''), how);
  }

  function removeSegments(folder: string): void {
    for (const name of segmentsIn(folder)) rmSync(join(folder, name));
  }

  function otherVersion(bytes: Buffer): Buffer {
    return Buffer.from(bytes.toString().replaceAll('"eventNumber":', '"number":'));
  }

  function makeSegmentFolder(folder: string): void {
    const path = join(folder, segmentsIn(folder)[2] ?? '');
    rmSync(path);
    mkdirSync(path);
  }
});

interface Harm {
  readonly file: number;
  /** Part of the file. */
  readonly at: number;
  readonly size: number;
  readonly kind: string;
}

/** The position and the segments stay apart: one of them is enough to know what is missing. */
function harm(folder: string, { file, at, size, kind }: Harm): void {
  const names = segmentsIn(folder).sort();
  const path = join(folder, names[file % Math.max(1, names.length)] ?? '');
  if (names.length === 0) return;
  const bytes = readFileSync(path);
  const from = Math.floor(at * bytes.length);
  const [before, after] = [bytes.subarray(0, from), bytes.subarray(from)];
  if (kind === 'delete') {
    rmSync(path);
    return;
  }
  if (kind === 'flip' && from < bytes.length) bytes[from] = (bytes[from] ?? 0) ^ (1 << (size % 8));
  const changed: Record<string, Buffer> = {
    flip: bytes,
    cut: before,
    zero: Buffer.concat([before, Buffer.alloc(size), after.subarray(size)]),
    insert: Buffer.concat([before, Buffer.alloc(size, 'x'), after]),
    remove: Buffer.concat([before, after.subarray(size)]),
  };
  writeFileSync(path, changed[kind] ?? bytes);
}
