import { expect, it } from 'vitest';
import { LIMITS } from '../../../../engine/base/limits.ts';
import { isLargeRing } from '../../../../engine/store/client/ring.ts';
import { RingSupply } from '../../../../engine/store/thread/ring-supply.ts';

const LARGE = LIMITS.largeRingsMax.value;

it('gives large rings to the first, and small ones to all others', () => {
  const supply = new RingSupply(2);
  const taken = Array.from({ length: LARGE + 12 }, () => supply.take());
  expect(taken.map(isLargeRing)).toEqual(taken.map((_, index) => index < LARGE + 2));
});

it('gives again what was given back, large ones first', () => {
  const supply = new RingSupply(0);
  const taken = Array.from({ length: LARGE + 2 }, () => supply.take());
  for (const ring of taken) supply.give(ring);
  const again = Array.from({ length: LARGE + 2 }, () => supply.take());
  expect(new Set(again)).toEqual(new Set(taken));
  expect(again.map(isLargeRing)).toEqual(again.map((_, index) => index < LARGE));
});
