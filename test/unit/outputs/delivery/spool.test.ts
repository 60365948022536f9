import { cpSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Spool } from '../../../../engine/outputs/delivery/spool/spool.ts';
import { someAlerts } from '../../../support/some-alerts.ts';

import { linesOf, newFolder, openSpool, segmentsIn } from '../../../support/spool-folders.ts';

const SEED = 21;
describe('a spool', () => {
  it('gives alerts as they were, the oldest first', async () => {
    const spool = await openSpool(newFolder());
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
    const spool = await openSpool(folder);
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
    const first = await openSpool(folder, { segmentSize: 500 });
    await first.append(someAlerts(1, 10));
    await first.append(someAlerts(11, 10));
    await first.forget(12);
    await first.close();
    const second = await openSpool(folder);
    expect(second.count).toBe(8);
    expect(await linesOf(second, 2)).toEqual(['13', '14']);
    await second.append(someAlerts(21));
    await second.forget(8);
    expect(await linesOf(second)).toEqual(['21']);
    await second.close();
  });

  it('that is full says so and takes nothing; what is in it is not touched', async () => {
    const spool = await openSpool(newFolder(), { sizeMax: 1_000 });
    const taken = await spool.append(someAlerts(1, 50));
    expect(spool.size).toBeGreaterThan(800);
    expect(spool.size).toBeLessThanOrEqual(1_000);
    await expect(spool.append(someAlerts(51))).rejects.toThrow('it is full: 1000 bytes');
    expect(await linesOf(spool)).toEqual(someAlerts(1, taken).map(({ line }) => line));
    await spool.close();
  });

  it('can be read by its owner only', async () => {
    const folder = newFolder();
    const spool = await openSpool(folder);
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
        let spool = await openSpool(folder, options);
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
            spool = await openSpool(folder, options);
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
        let spool = await openSpool(folder, options);
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
            spool = await openSpool(folder, options);
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
