/*
 * One pass over the cells of a slot for each batch: for every dictionary entry it is known which predicates
 * hold (worked out once, when the entry first occurs), and their bits are set. DATA PLANE.
 *
 * effects[id] = numbers of the predicates that hold for entry id; undefined = not yet worked out.
 * Cost: one look-up a cell, and one bit for each predicate that holds. Most inline values are ones that nothing names:
 * that is seen by their size and ends, or the lower half of a number, and they are not made values for it.
 */

import {
  inlineOutline,
  outlineOf,
  passingText,
  type Value,
  valueAt,
} from '../../event/column/cell-values.ts';
import { CELL_INLINE, type Column } from '../../event/column/column.ts';
import { isNumericType } from '../../event/field/field-type.ts';
import type { SlotPredicates } from '../compile/condition-node.ts';
import type { PredicateBits } from './predicate-bits.ts';

const NONE = new Uint32Array(0);
const LOW_WORD = 0xffff_ffffn;

export class SlotEvaluator {
  readonly #predicates: SlotPredicates;
  #effects: (Uint32Array | undefined)[] = [];
  #epoch = -1;
  /** Outlines of the texts that predicates name (see `outlineOf`); for numbers, their lower halves. */
  readonly #outlines = new Set<number>();

  constructor(predicates: SlotPredicates) {
    this.#predicates = predicates;
    for (const value of predicates.byValue.keys()) {
      this.#outlines.add(typeof value === 'string' ? outlineOf(value) : Number(value & LOW_WORD));
    }
  }

  get slot(): number {
    return this.#predicates.slot;
  }

  evaluate(column: Column, rowCount: number, bits: PredicateBits): void {
    if (column.dictionary.epoch !== this.#epoch) {
      this.#effects = [];
      this.#epoch = column.dictionary.epoch;
    }
    const { presence, whenAbsent } = this.#predicates;
    const { cells } = column;
    const effects = this.#effects;
    for (let row = 0; row < rowCount; row++) {
      const cell = cells[row]!;
      let held: Uint32Array | readonly number[];
      if (cell === 0) {
        held = whenAbsent;
      } else {
        if (presence !== -1) bits.set(presence, row);
        if (cell < CELL_INLINE) held = effects[cell] ?? this.#learn(column, cell);
        else held = this.#inline(column, row, cell);
      }
      for (let index = 0; index < held.length; index++) bits.set(held[index]!, row);
    }
  }

  #learn(column: Column, cell: number): Uint32Array {
    const held = this.#held(column.dictionary.entries[cell] ?? '');
    this.#effects[cell] = held;
    return held;
  }

  #inline(column: Column, row: number, cell: number): Uint32Array {
    const { others } = this.#predicates;
    const { type, inline } = column;
    if (!type.isList) {
      const index = cell - CELL_INLINE;
      if (others.length === 0) {
        const outline = isNumericType(type.type)
          ? inline.words[2 * index]!
          : inlineOutline(inline, index);
        if (!this.#outlines.has(outline)) return NONE;
      }
      if (type.type === 'string') return this.#held(passingText(column, index));
    }
    const value = valueAt(column, row);
    return value === undefined ? NONE : this.#held(value);
  }

  #held(value: Value): Uint32Array {
    const { byValue, others } = this.#predicates;
    let held: number[] | undefined;
    if (typeof value === 'string' || typeof value === 'bigint') {
      const named = byValue.get(value);
      if (named !== undefined) held = [...named];
    }
    for (const { predicate, test } of others) {
      if (!test(value)) continue;
      if (held === undefined) held = [predicate];
      else held.push(predicate);
    }
    return held === undefined ? NONE : Uint32Array.from(held);
  }
}
