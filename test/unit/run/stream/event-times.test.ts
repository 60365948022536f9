import { describe, expect, it } from 'vitest';
import { NO_TIME, resolveTimes } from '../../../../engine/run/stream/event-times.ts';

describe('resolveTimes', () => {
  it('gives an event without a time the time before it', () => {
    const { times, withoutTimeCount } = resolveTimes(BigUint64Array.of(5n, NO_TIME, 3n), undefined);
    expect([...times]).toEqual([5n, 5n, 3n]);
    expect(withoutTimeCount).toBe(1);
  });

  it('goes on from the batch before', () => {
    expect([...resolveTimes(BigUint64Array.of(NO_TIME), 9n).times]).toEqual([9n]);
  });

  it('has nothing better than the epoch at the start of a stream', () => {
    expect([...resolveTimes(BigUint64Array.of(NO_TIME), undefined).times]).toEqual([0n]);
  });

  it('leaves the answer of the source as it was', () => {
    const given = BigUint64Array.of(NO_TIME);
    resolveTimes(given, 1n);
    expect([...given]).toEqual([NO_TIME]);
  });
});
