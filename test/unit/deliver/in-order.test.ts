import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InOrder } from '../../../engine/deliver/in-order.ts';

const SEED = 41;
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('results', () => {
  it(`leave in the order of their stream, one at a time, however they come back (seed ${SEED})`, async () => {
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
        const inOrder = new InOrder();
        const taken: number[] = [];
        let underway = 0;
        for (const [index, { promise }] of results.entries()) {
          inOrder.add(index % 2, promise, async (result) => {
            underway += 1;
            expect(underway).toBe(1);
            await tick();
            taken.push(result);
            underway -= 1;
          });
        }
        for (const index of order) results[index]?.resolve(index);
        await Promise.all([inOrder.drained(0), inOrder.drained(1)]);
        const ofStream = (stream: number): number[] => taken.filter((one) => one % 2 === stream);
        for (const stream of [0, 1]) {
          expect(ofStream(stream)).toEqual([...ofStream(stream)].sort((a, b) => a - b));
        }
        expect(taken).toHaveLength(order.length);
      }),
      { seed: SEED, numRuns: 30 },
    );
  });
});
