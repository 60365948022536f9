/* Values of cells, for what is evaluated row by row and for outputs; predicates on whole columns do not come here. */

import type { ByteString } from '../../base/text.ts';
import { isNumericType } from '../field/field-type.ts';
import {
  CELL_ABSENT,
  CELL_INLINE,
  type Column,
  type InlineValues,
  TEXT_IN_SCRATCH,
} from './column.ts';

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
  return isInScratch
    ? bytesAsText(inline.scratch, start - TEXT_IN_SCRATCH, size)
    : bytesAsText(inline.data, start, size);
}

/** Size, first and last byte: texts that differ there differ. */
export function outlineOf(text: ByteString): number {
  const last = text.length - 1;
  return last < 0 ? 0 : (text.length << 16) | (text.charCodeAt(0) << 8) | text.charCodeAt(last);
}

/** That of inline text `index`, which is not made for it. */
export function inlineOutline({ texts, data, scratch }: InlineValues, index: number): number {
  const start = texts[2 * index]!;
  const size = texts[2 * index + 1]!;
  if (size === 0) return 0;
  const isInScratch = start >= TEXT_IN_SCRATCH;
  const bytes = isInScratch ? scratch : data;
  const from = isInScratch ? start - TEXT_IN_SCRATCH : start;
  return (size << 16) | (bytes[from]! << 8) | bytes[from + size - 1]!;
}

/** Bytes of a piece: its text fits where V8 has the youngest values. */
const PIECE_SHIFT = 14;
/** With fewer inline texts in a piece than that it is not worth making. */
const TEXTS_A_PIECE = 32;

/**
 * The same for whoever does not keep it: it may be a part of a longer text, which costs a tenth of a text of its own,
 * and would keep all of that alive.
 */
export function passingText(column: Column, index: number): ByteString {
  const { texts, data, pieces } = column.inline;
  const start = texts[2 * index] ?? 0;
  const size = texts[2 * index + 1] ?? 0;
  const piece = start >>> PIECE_SHIFT;
  const from = piece << PIECE_SHIFT;
  const isOfPiece =
    start < TEXT_IN_SCRATCH &&
    start + size <= from + (1 << PIECE_SHIFT) &&
    (texts.length >> 1) * (1 << PIECE_SHIFT) >= TEXTS_A_PIECE * data.length;
  if (!isOfPiece) return inlineText(column, index);
  let text = pieces[piece];
  if (text === undefined) {
    text = bytesAsText(data, from, Math.min(1 << PIECE_SHIFT, data.length - from));
    pieces[piece] = text;
  }
  return text.slice(start - from, start - from + size);
}

function bytesAsText({ buffer, byteOffset }: Uint8Array, start: number, size: number): ByteString {
  return Buffer.from(buffer, byteOffset + start, size).toString('latin1');
}
