import { appendFileSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Spool } from '../../../engine/deliver/spool.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { someAlerts } from '../../support/some-alerts.ts';

const SEED = 21;
const scratch = scratchFolder('spool');
let folders = 0;
const newFolder = (): string => join(scratch.path, `s${folders++}`);
const open = async (folder: string, more: object = {}): Promise<Spool> => {
  const spool = new Spool({ folder, sizeMax: 1 << 20, ...more });
  await spool.open();
  return spool;
};
const linesOf = async (spool: Spool, max = 1_000): Promise<string[]> =>
  (await spool.oldest(max)).map(({ line }) => line);
const segmentsIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.endsWith('.jsonl'));

describe('a spool', () => {
  it('gives alerts as they were, the oldest first', async () => {
    const spool = await open(newFolder());
    const alerts = someAlerts(1, 3);
    await spool.append(alerts);
    expect(await spool.oldest(2)).toEqual(alerts.slice(0, 2));
    expect(spool.count).toBe(3);
    await spool.forget(2);
    expect(await spool.oldest(9)).toEqual(alerts.slice(2));
    await spool.close();
  });

  it('has nothing on disk when all is delivered', async () => {
    const folder = newFolder();
    const spool = await open(folder);
    await spool.append(someAlerts(1, 100));
    await spool.oldest(100);
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

  it('takes half a line away that a crash left, and passes over what is none of its lines', async () => {
    const folder = newFolder();
    const first = await open(folder);
    await first.append(someAlerts(1, 2));
    await first.close();
    const path = join(folder, segmentsIn(folder)[0] ?? '');
    appendFileSync(path, 'no alert\n{"rule":"ha');
    const second = await open(folder);
    expect(second.count).toBe(2);
    await second.append(someAlerts(3));
    expect(await linesOf(second)).toEqual(['1', '2', '3']);
    await second.forget(3);
    expect(second.count).toBe(0);
    expect(existsSync(path)).toBe(false);
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

  it(`loses and repeats nothing, whatever is done in which order (seed ${SEED})`, async () => {
    const step = fc.oneof(
      fc.record({ add: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ take: fc.integer({ min: 1, max: 60 }) }),
      fc.constant({ reopen: true }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const folder = newFolder();
        let spool = await open(folder, { segmentSize: 1_500 });
        let [added, taken] = [0, 0];
        for (const one of steps) {
          if ('add' in one) {
            await spool.append(someAlerts(added + 1, one.add));
            added += one.add;
          } else if ('take' in one) {
            const lines = await linesOf(spool, one.take);
            const count = Math.min(one.take, added - taken);
            expect(lines).toEqual(someAlerts(taken + 1, count).map(({ line }) => line));
            await spool.forget(count);
            taken += count;
          } else {
            await spool.close();
            spool = await open(folder, { segmentSize: 1_500 });
          }
          expect(spool.count).toBe(added - taken);
        }
        await spool.close();
      }),
      { seed: SEED, numRuns: 60 },
    );
  });
});
