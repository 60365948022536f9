import type { ByteString } from '../../base/text.ts';
import type { ValueType } from '../field/field-type.ts';

/**
 * The values of one field request for one batch, as an extractor answered them (see `columns` in
 * schemas/wit/v0.1/plugin.wit for the layout of a cell). Everything here was checked by the plugin
 * host: identifiers exist, ranges are inside their buffers, types agree.
 */
export interface Column {
  readonly type: ValueType;
  /** One cell an event. */
  readonly cells: Uint32Array;
  readonly dictionary: Dictionary;
  readonly inline: InlineValues;
}

/** What inline cells of one answer refer to; shared by all columns of the answer. */
export interface InlineValues {
  readonly texts: Uint32Array;
  readonly numbers: BigUint64Array;
  /** The same in halves, the lower one first. */
  readonly words: Uint32Array;
  readonly lists: Uint32Array;
  readonly scratch: Uint8Array;
  /** The batch's own bytes. */
  readonly data: Uint8Array;
  /** `data` as texts, as far as they are wanted (see `passingText`). */
  readonly pieces: (ByteString | undefined)[];
}

type AnsweredValues = Pick<InlineValues, 'texts' | 'numbers' | 'lists' | 'scratch'>;

/** `data`: bytes of the batch. */
export function createInlineValues(answer: AnsweredValues, data: Uint8Array): InlineValues {
  const { texts, numbers, lists, scratch } = answer;
  const words = new Uint32Array(numbers.buffer, numbers.byteOffset, 2 * numbers.length);
  return { texts, numbers, words, lists, scratch, data, pieces: [] };
}

/** Values interned by a plugin for one request; grows over batches until its epoch changes. */
export interface Dictionary {
  /** A new number means: forget everything that was remembered by identifier. */
  epoch: number;
  /** By identifier; entry 0 is unused. */
  entries: ByteString[];
}

export const CELL_ABSENT = 0;
/** Set in cells that carry an inline value. */
export const CELL_INLINE = 0x8000_0000;
/** Set in the start of an inline text that lies in `scratch`. */
export const TEXT_IN_SCRATCH = 0x8000_0000;
