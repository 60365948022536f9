import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InOrder } from '../../../../engine/outputs/delivery/in-order.ts';

const SEED = 41;
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('results', () => {
  it(`are taken in the order of their stream, however they come back (seed ${SEED})`, async () => {
    const shuffled = fc
      .integer({ min: 1, max: 20 })
      .chain((count) => fc.shuffledSubarray([...Array(count).keys()], { minLength: count }));
    await fc.assert(
      fc.asyncProperty(shuffled, async (order) => {
        const results = order.map(() => {
          let resolve: (index: number) => void = () => {};
          const promise = new Promise<number>((done) => {
            resolve = done;
          });
          return { promise, resolve };
        });
        const streams = [new InOrder(), new InOrder()] as const;
        const begun: number[] = [];
        const over: number[] = [];
        const settled: number[] = [];
        for (const [index, { promise }] of results.entries()) {
          const take = async (result: number): Promise<number> => {
            begun.push(result);
            for (let ticks = 0; ticks < result % 3; ticks++) await tick();
            over.push(result);
            return result;
          };
          streams[index % 2 === 0 ? 0 : 1].add(promise, take, (result) => {
            // Whatever came earlier in the stream was taken to its end.
            for (let earlier = result; earlier >= 0; earlier -= 2) expect(over).toContain(earlier);
            settled.push(result);
          });
        }
        for (const index of order) results[index]?.resolve(index);
        await Promise.all(streams.map((stream) => stream.drained()));
        for (const stream of [0, 1]) {
          const ofStream = begun.filter((one) => one % 2 === stream);
          expect(ofStream).toEqual([...ofStream].sort((a, b) => a - b));
          const settledOf = settled.filter((one) => one % 2 === stream);
          expect(settledOf).toEqual(ofStream);
        }
        expect(over.sort((a, b) => a - b)).toEqual([...order].sort((a, b) => a - b));
      }),
      { seed: SEED, numRuns: 30 },
    );
  });

  it('of a stream that never gave any need not be waited for', async () => {
    await expect(new InOrder().drained()).resolves.toBeUndefined();
  });
});
