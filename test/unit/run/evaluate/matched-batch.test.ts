import { describe, expect, it } from 'vitest';
import { matchedBatch } from '../../../../engine/run/evaluate/matched-batch.ts';

const batch = {
  data: new TextEncoder().encode('aa,bbb,c,dddd'),
  spans: Uint32Array.of(0, 2, 3, 6, 7, 8, 9, 13),
  times: BigUint64Array.of(1n, 2n, 3n, 4n),
};

describe('matchedBatch', () => {
  it('keeps each matching event once, compact and in order', () => {
    const matched = matchedBatch(batch, Uint32Array.of(1, 1, 3));
    expect(new TextDecoder().decode(matched.data)).toBe('bbbdddd');
    expect([...matched.spans]).toEqual([0, 3, 3, 7]);
    expect([...matched.times]).toEqual([2n, 4n]);
    expect([...matched.rows]).toEqual([1, 3]);
  });

  it('gives an empty batch for no matches', () => {
    const matched = matchedBatch(batch, new Uint32Array(0));
    expect(matched.data.length + matched.spans.length + matched.rows.length).toBe(0);
  });
});
