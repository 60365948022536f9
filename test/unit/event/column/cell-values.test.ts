/* Texts of cells: the same by every way that makes them. */

import { describe, expect, it } from 'vitest';
import {
  inlineOutline,
  inlineText,
  outlineOf,
  passingText,
} from '../../../../engine/event/column/cell-values.ts';
import {
  type Column,
  createInlineValues,
  TEXT_IN_SCRATCH,
} from '../../../../engine/event/column/column.ts';

const SIZE = 100_000;
const data = Uint8Array.from({ length: SIZE }, (_, at) => (at * 7919) % 256);
const scratch = Uint8Array.from({ length: 300 }, (_, at) => 255 - (at % 256));

function columnOf(texts: readonly (readonly [start: number, size: number])[]): Column {
  const answer = {
    texts: Uint32Array.from(texts.flat()),
    numbers: new BigUint64Array(0),
    lists: new Uint32Array(0),
    scratch,
  };
  return {
    type: { type: 'string', isList: false },
    cells: new Uint32Array(0),
    dictionary: { epoch: 0, entries: [''] },
    inline: createInlineValues(answer, data),
  };
}

describe('an inline text', () => {
  /** Across the ends of pieces of 16 KiB, at the ends of the batch, empty, and out of `scratch`. */
  const odd: [number, number][] = [
    [0, 0],
    [0, 1],
    [16_383, 1],
    [16_384, 5],
    [16_380, 9],
    [16_000, 384],
    [10_000, 50_000],
    [SIZE - 1, 1],
    [SIZE, 0],
    [TEXT_IN_SCRATCH, 300],
    [TEXT_IN_SCRATCH + 299, 1],
  ];
  const many = Array.from({ length: 3_000 }, (_, at): [number, number] => [33 * at, at % 33]);

  it.each([
    ['among a few', odd],
    ['among many', [...odd, ...many]],
  ])('is the same in passing, and has the outline of it: %s', (_, texts) => {
    const column = columnOf(texts);
    for (const index of texts.keys()) {
      const text = inlineText(column, index);
      expect(text).toHaveLength(texts[index]?.[1] ?? -1);
      expect(passingText(column, index)).toBe(text);
      expect(inlineOutline(column.inline, index)).toBe(outlineOf(text));
    }
  });

  it('comes out of a piece where there are many, and by itself where there are few', () => {
    const [few, all] = [columnOf(odd), columnOf([...odd, ...many])];
    for (const [column, texts] of [
      [few, odd],
      [all, [...odd, ...many]],
    ] as const)
      for (const index of texts.keys()) passingText(column, index);
    expect(few.inline.pieces).toEqual([]);
    expect(all.inline.pieces.filter((piece) => piece !== undefined)).toHaveLength(7);
  });
});
