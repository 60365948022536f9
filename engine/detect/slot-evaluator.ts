/*
 * One pass over the cells of a slot for each batch: for every dictionary entry it is known which predicates
 * hold (worked out once, when the entry first occurs), and their bits are set. DATA PLANE.
 *
 * effects[id] = numbers of the predicates that hold for entry id; undefined = not yet worked out.
 * Cost: one look-up a cell, and one bit for each predicate that holds.
 */

import { inlineText, type Value, valueAt } from '../column/cell-values.ts';
import { CELL_INLINE, type Column } from '../column/column.ts';
import type { SlotPredicates } from '../compile/condition-node.ts';
import type { PredicateBits } from './predicate-bits.ts';

const NONE = new Uint32Array(0);

export class SlotEvaluator {
  readonly #predicates: SlotPredicates;
  #effects: (Uint32Array | undefined)[] = [];
  #epoch = -1;

  constructor(predicates: SlotPredicates) {
    this.#predicates = predicates;
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
    const { byValue, others } = this.#predicates;
    if (column.type.type === 'string' && !column.type.isList) {
      // Most inline values are identifiers that nothing names: one look-up, no list.
      const text = inlineText(column, cell - CELL_INLINE);
      if (others.length === 0 && !byValue.has(text)) return NONE;
      return this.#held(text);
    }
    const value = valueAt(column, row);
    return value === undefined ? NONE : this.#held(value);
  }

  #held(value: Value): Uint32Array {
    const { byValue, others } = this.#predicates;
    const held: number[] = [];
    if (typeof value === 'string' || typeof value === 'bigint') {
      for (const predicate of byValue.get(value) ?? []) held.push(predicate);
    }
    for (const { predicate, test } of others) if (test(value)) held.push(predicate);
    return held.length === 0 ? NONE : Uint32Array.from(held);
  }
}
