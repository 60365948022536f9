import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { someAlerts } from '../../../support/some-alerts.ts';

import { linesOf, newFolder, openSpool, segmentsIn } from '../../../support/spool-folders.ts';

const SEED = 21;
describe('a damaged spool', () => {
  const COUNT = 60;
  const filled = async (): Promise<string> => {
    const folder = newFolder();
    const spool = await openSpool(folder, { segmentSize: 1_000 });
    for (let from = 1; from <= COUNT; from += 10) await spool.append(someAlerts(from, 10));
    await spool.forget(4);
    await spool.close();
    return folder;
  };
  const drain = async (folder: string) => {
    const said: string[] = [];
    const spool = await openSpool(folder, { say: (text: string) => said.push(text) });
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

  it(`is delivered except for alerts reported as lost, whatever is changed in it (seed ${SEED})`, async () => {
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
