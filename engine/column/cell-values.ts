/* Values of cells, for what is evaluated row by row and for outputs; predicates on whole columns do not come here. */

import type { ByteString } from '../base/text.ts';
import { isNumericType } from '../field/field-type.ts';
import { CELL_ABSENT, CELL_INLINE, type Column, TEXT_IN_SCRATCH } from './column.ts';

/** Text, addresses: byte strings. Numbers and bools: bigints. */
export type Value = ByteString | bigint | readonly (ByteString | bigint)[];

export function valueAt(column: Column, row: number): Value | undefined {
  const cell = column.cells[row] ?? CELL_ABSENT;
  if (cell === CELL_ABSENT) return undefined;
  if (!column.type.isList) return scalarOf(column, cell);
  const { lists } = column.inline;
  const start = cell - CELL_INLINE;
  const values: (ByteString | bigint)[] = [];
  const count = lists[start] ?? 0;
  for (let at = start + 1; at <= start + count; at++) values.push(scalarOf(column, lists[at] ?? 0));
  return values;
}

function scalarOf(column: Column, cell: number): ByteString | bigint {
  if (cell < CELL_INLINE) return column.dictionary.entries[cell] ?? '';
  const index = cell - CELL_INLINE;
  if (isNumericType(column.type.type)) return column.inline.numbers[index] ?? 0n;
  return inlineText(column, index);
}

/** Bytes of all inline texts of a column; those that cells share count for each. */
export function textSizeOf({ type, cells, inline }: Column): number {
  if (isNumericType(type.type)) return 0;
  const { texts, lists } = inline;
  const sizeOf = (cell: number): number =>
    cell < CELL_INLINE ? 0 : (texts[2 * (cell - CELL_INLINE) + 1] ?? 0);
  let size = 0;
  for (const cell of cells) {
    if (!type.isList) size += sizeOf(cell);
    else if (cell >= CELL_INLINE) {
      const start = cell - CELL_INLINE;
      const end = start + 1 + (lists[start] ?? 0);
      for (let at = start + 1; at < end; at++) size += sizeOf(lists[at] ?? 0);
    }
  }
  return size;
}

/** Inline text `index` of a column's answer. */
export function inlineText({ inline }: Column, index: number): ByteString {
  const start = inline.texts[2 * index] ?? 0;
  const size = inline.texts[2 * index + 1] ?? 0;
  const isInScratch = start >= TEXT_IN_SCRATCH;
  const bytes = isInScratch ? inline.scratch : inline.data;
  const from = bytes.byteOffset + (isInScratch ? start - TEXT_IN_SCRATCH : start);
  return Buffer.from(bytes.buffer, from, size).toString('latin1');
}
