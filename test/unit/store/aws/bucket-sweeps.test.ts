/* What is new in a bucket: each object once, whenever it was put and however late it appears. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BucketSweeps, type SweepState } from '../../../../engine/store/aws/bucket-sweeps.ts';
import { skipOldDays } from '../../../../engine/store/aws/key-days.ts';
import type { StoreEntry } from '../../../../engine/store/object-store.ts';

const HOUR_MS = 3_600_000;
const NOON_MS = Date.UTC(2026, 10, 27, 12);

/** Objects in memory, listed as a bucket is, at a clock that is set by hand. */
class Bucket {
  readonly objects = new Map<string, number>();
  readonly asked: string[] = [];
  nowMs = NOON_MS;
  pageSize = 3;

  get answeredMs(): number {
    return this.nowMs;
  }

  readonly clock = { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs };

  async listEntries(after: string): Promise<StoreEntry[]> {
    this.asked.push(after);
    const paths = [...this.objects.keys()].sort().filter((path) => path > after);
    return paths.slice(0, this.pageSize).map((path) => ({
      path,
      size: 1,
      modifiedNs: BigInt(this.objects.get(path) ?? 0) * 1_000_000n,
    }));
  }

  sweeps(state?: SweepState): BucketSweeps {
    return new BucketSweeps({ store: this, lookBackMs: HOUR_MS, clock: this.clock, state });
  }
}

async function sweep(sweeps: BucketSweeps): Promise<string[]> {
  const found: string[] = [];
  while (!(await sweeps.step((entries) => found.push(...entries.map(({ path }) => path)))));
  return found;
}

describe('sweeps over a bucket', () => {
  it('find everything, then what is new, then nothing', async () => {
    const bucket = new Bucket();
    for (const path of ['b', 'd', 'f', 'h']) bucket.objects.set(path, NOON_MS - 90 * HOUR_MS);
    const sweeps = bucket.sweeps();
    expect(await sweep(sweeps)).toEqual(['b', 'd', 'f', 'h']);
    bucket.objects
      .set('a', NOON_MS + 1)
      .set('g', NOON_MS - HOUR_MS + 1)
      .set('d', NOON_MS + 2);
    expect(await sweep(sweeps)).toEqual(['a', 'd', 'g']);
    expect(await sweep(sweeps)).toEqual([]);
  });

  it('leave out days that are over, but for one sweep an hour', async () => {
    const bucket = new Bucket();
    const day = (date: string, name: string): string => `logs/eu/${date}/${name}`;
    for (let index = 0; index < 9; index++)
      bucket.objects.set(day('2026/10/30', `x${index}`), NOON_MS - 600 * HOUR_MS);
    bucket.objects.set(day('2026/11/27', 'a'), NOON_MS);
    const sweeps = bucket.sweeps();
    expect(await sweep(sweeps)).toHaveLength(10);
    bucket.asked.length = 0;
    bucket.objects.set(day('2026/10/30', 'late'), NOON_MS + 5);
    bucket.objects.set(day('2026/11/27', 'b'), NOON_MS + 5);
    expect(await sweep(sweeps)).toEqual([day('2026/11/27', 'b')]);
    expect(bucket.asked).toEqual(['', 'logs/eu/2026/11/26', day('2026/11/27', 'b')]);
    bucket.nowMs += HOUR_MS;
    expect(await sweep(sweeps)).toEqual([]);
    expect(await sweep(sweeps)).toEqual([day('2026/10/30', 'late')]);
  });

  it('learn what nobody wants, for the sweep under way', async () => {
    const bucket = new Bucket();
    for (const path of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) bucket.objects.set(path, NOON_MS);
    const sweeps = bucket.sweeps();
    const found: string[] = [];
    const take = (entries: readonly StoreEntry[]): void => {
      found.push(...entries.map(({ path }) => path));
    };
    await sweeps.step(take);
    sweeps.skipTo('f');
    while (!(await sweeps.step(take)));
    expect(found).toEqual(['a', 'b', 'c', 'g', 'h']);
    expect(await sweep(sweeps)).toEqual(['d', 'e', 'f']);
  });

  it('find each object once, whenever it was put, by however many processes', async () => {
    const act = fc.record({
      name: fc.integer({ min: 0, max: 40 }),
      /** How late it appears, as a share of the look-back. */
      late: fc.double({ min: 0, max: 0.9, noNaN: true }),
      minutes: fc.integer({ min: 0, max: 50 }),
      kind: fc.constantFrom('put', 'put', 'step', 'step', 'restart'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 60 }), async (acts) => {
        const bucket = new Bucket();
        const put = new Set<string>();
        const found: string[] = [];
        const take = (entries: readonly StoreEntry[]): void => {
          for (const { path, modifiedNs } of entries) found.push(`${path} ${modifiedNs}`);
        };
        let sweeps = bucket.sweeps();
        for (const { name, late, minutes, kind } of acts) {
          bucket.nowMs += minutes * 60_000;
          const path = `p${String(name).padStart(2, '0')}`;
          if (kind === 'put' && !bucket.objects.has(path)) {
            const modifiedMs = Math.round(bucket.nowMs - late * HOUR_MS);
            bucket.objects.set(path, modifiedMs);
            put.add(`${path} ${BigInt(modifiedMs) * 1_000_000n}`);
          } else if (kind === 'step') await sweeps.step(take);
          else if (kind === 'restart') {
            sweeps = bucket.sweeps(JSON.parse(JSON.stringify(sweeps.state)) as SweepState);
          }
        }
        for (let rest = 0; rest < 2; rest++) while (!(await sweeps.step(take)));
        bucket.nowMs += 2 * HOUR_MS;
        for (let rest = 0; rest < 2; rest++) while (!(await sweeps.step(take)));
        expect(found.toSorted()).toEqual([...put].sort());
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('days in keys', () => {
  const oldest = Date.UTC(2026, 10, 25, 7);
  it.each([
    ['AWSLogs/1/CloudTrail/eu/2026/11/24/x.gz', 'AWSLogs/1/CloudTrail/eu/2026/11/25'],
    ['2024/02/29/x', '2026/11/25'],
    ['a/year=2026/month=01/day=31/x', 'a/year=2026/month=11/day=25'],
    ['a/dt=2026-11-01/hour=3/x', 'a/dt=2026-11-25'],
    ['AWSLogs/1/CloudTrail/eu/2026/11/25/x.gz', undefined],
    ['AWSLogs/1/CloudTrail/eu/2027/01/01/x.gz', undefined],
    ['AWSLogs/1/CloudTrail/eu/2026-11/24/x.gz', undefined],
    ['2024/02/x', undefined],
    ['12024/02/02/x', undefined],
  ])('%s', (path, skipped) => {
    expect(skipOldDays(path, oldest)).toBe(skipped);
  });
});
