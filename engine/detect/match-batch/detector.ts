/*
 * Batch + compiled ruleset → matches. Synchronous, no I/O: everything it needs was extracted before. Slots
 * first, then the condition of each rule; a rule whose sparsest part holds nowhere costs a few
 * nanoseconds.
 */

import {
  andInto,
  andNotInto,
  type Bitset,
  createBitset,
  forEachBit,
  orInto,
  setAll,
  wordCount,
} from '../../base/bitset.ts';
import type { Column } from '../../event/column/column.ts';
import type { GetField } from '../compile/compile-operand.ts';
import type { CompiledRuleset } from '../compile/compile-ruleset.ts';
import type { ConditionNode } from '../compile/condition-node.ts';
import { PredicateBits } from './predicate-bits.ts';
import { SlotEvaluator } from './slot-evaluator.ts';

/** In the order of events, then of rules. */
export interface Matches {
  readonly count: number;
  readonly rows: Uint32Array;
  readonly rules: Uint32Array;
}

export interface DetectorOptions {
  readonly ruleMatching: 'first' | 'all';
  readonly batchEventsMax: number;
}

/** Reads fields of one event of a batch, for conditions that go row by row. */
export type FieldsOfRow = (row: number) => GetField;

/** One batch on its way through the rules. */
export interface BatchPass {
  /**
   * With the columns of the screen, by slot: rows for which some rule may still hold, ascending; `undefined`: any. All
   * other columns are needed of those rows only.
   */
  screen(columns: readonly (Column | undefined)[]): Uint32Array | undefined;
  /** With the columns, by slot, that `screen` has not had. `sample`: by rule, where milliseconds are added. */
  finish(columns: readonly (Column | undefined)[], sample?: Float64Array): Matches;
}

export class Detector {
  readonly #ruleset: CompiledRuleset;
  readonly #options: DetectorOptions;
  readonly #slots: readonly SlotEvaluator[];
  readonly #bits: PredicateBits;
  readonly #results: (Bitset | undefined)[];
  readonly #buffers: (Bitset | undefined)[];
  readonly #stamps: Uint32Array;
  readonly #slotStamps: Uint32Array;
  readonly #all: Bitset;
  readonly #left: Bitset;
  #stamp = 0;
  #words = 0;
  #rowCount = 0;
  #fieldsOfRow: FieldsOfRow = noBatch;

  constructor(ruleset: CompiledRuleset, options: DetectorOptions) {
    this.#ruleset = ruleset;
    this.#options = options;
    this.#slots = ruleset.slots.map((slot) => new SlotEvaluator(slot));
    this.#bits = new PredicateBits(ruleset.predicateCount, wordCount(options.batchEventsMax));
    this.#results = new Array(ruleset.nodeCount);
    this.#buffers = new Array(ruleset.nodeCount);
    this.#stamps = new Uint32Array(ruleset.nodeCount);
    this.#slotStamps = new Uint32Array(ruleset.slots.length);
    this.#all = createBitset(options.batchEventsMax);
    this.#left = createBitset(options.batchEventsMax);
  }

  /** A batch of so many events; the one that was begun before is over. */
  begin(rowCount: number, fieldsOfRow: FieldsOfRow): BatchPass {
    this.#fieldsOfRow = fieldsOfRow;
    this.#rowCount = rowCount;
    this.#words = wordCount(rowCount);
    this.#stamp += 1;
    setAll(this.#all, rowCount);
    this.#bits.startBatch();
    const stamp = this.#stamp;
    const add = (columns: readonly (Column | undefined)[]): void => {
      if (stamp !== this.#stamp) throw new Error('another batch was begun');
      this.#addColumns(columns);
    };
    return {
      screen: (columns) => {
        add(columns);
        return this.#candidates();
      },
      finish: (columns, sample) => {
        add(columns);
        return this.#finish(sample);
      },
    };
  }

  /** By slot; those that were added before are left as they are. */
  #addColumns(columns: readonly (Column | undefined)[]): void {
    for (let index = 0; index < this.#slots.length; index++) {
      const slot = this.#slots[index]!;
      const column = columns[slot.slot];
      if (column === undefined || this.#slotStamps[index] === this.#stamp) continue;
      this.#slotStamps[index] = this.#stamp;
      slot.evaluate(column, this.#rowCount, this.#bits);
    }
  }

  #candidates(): Uint32Array | undefined {
    const { screens } = this.#ruleset;
    if (screens === undefined) return undefined;
    const rows: number[] = [];
    this.#left.fill(0);
    for (const screen of screens) {
      const bits = this.#node(screen);
      if (bits !== undefined) orInto(this.#left, bits, this.#words);
    }
    forEachBit(this.#left, this.#words, (row) => rows.push(row));
    return Uint32Array.from(rows);
  }

  #finish(sample: Float64Array | undefined): Matches {
    const isFirst = this.#options.ruleMatching === 'first';
    const found: number[] = [];
    this.#left.set(this.#all);
    const { conditions } = this.#ruleset;
    // A match is one number, row × rules + rule: sorting them gives the order of events, then of rules.
    const ruleCount = conditions.length;
    let sinceMs = sample === undefined ? 0 : performance.now();
    for (let rule = 0; rule < ruleCount; rule++) {
      const matched = this.#node(conditions[rule]!);
      if (sample !== undefined) {
        const nowMs = performance.now();
        sample[rule]! += nowMs - sinceMs;
        sinceMs = nowMs;
      }
      if (matched === undefined) continue;
      if (!isFirst) {
        forEachBit(matched, this.#words, (row) => found.push(row * ruleCount + rule));
        continue;
      }
      const buffer = this.#left;
      forEachBit(matched, this.#words, (row) => {
        const bit = 1 << (row & 31);
        if ((buffer[row >> 5]! & bit) === 0) return;
        buffer[row >> 5]! &= ~bit;
        found.push(row * ruleCount + rule);
      });
    }
    if (found.length > 1) found.sort((a, b) => a - b);
    const rows = new Uint32Array(found.length);
    const rules = new Uint32Array(found.length);
    for (let index = 0; index < found.length; index++) {
      rows[index] = Math.floor(found[index]! / ruleCount);
      rules[index] = found[index]! % ruleCount;
    }
    return { count: found.length, rows, rules };
  }

  /** Rows of the batch for which the node holds; `undefined`: none. */
  #node(node: ConditionNode): Bitset | undefined {
    if (node.kind === 'predicate') return this.#bits.get(node.predicate);
    if (this.#stamps[node.id] === this.#stamp) return this.#results[node.id];
    const result = this.#compute(node);
    this.#stamps[node.id] = this.#stamp;
    this.#results[node.id] = result;
    return result;
  }

  #compute(node: ConditionNode): Bitset | undefined {
    switch (node.kind) {
      case 'and':
        return this.#computeAnd(node);
      case 'or': {
        let target: Bitset | undefined;
        for (const operand of node.operands) {
          const bits = this.#node(operand);
          if (bits === undefined) continue;
          if (target === undefined) {
            target = this.#buffer(node.id);
            target.set(bits);
          } else orInto(target, bits, this.#words);
        }
        return target;
      }
      case 'not': {
        const bits = this.#node(node.operand);
        if (bits === undefined) return this.#all;
        const target = this.#buffer(node.id);
        target.set(this.#all);
        return andNotInto(target, bits, this.#words) ? target : undefined;
      }
      case 'row':
        return this.#testRows(node, this.#all);
      default:
        return undefined;
    }
  }

  #computeAnd(node: ConditionNode & { kind: 'and' }): Bitset | undefined {
    let target: Bitset | undefined;
    for (const operand of node.operands) {
      if (operand.kind === 'row') {
        const rows = this.#testRows(operand, target ?? this.#all);
        if (rows === undefined) return undefined;
        target ??= this.#buffer(node.id);
        target.set(rows);
        continue;
      }
      if (operand.kind === 'not' && target !== undefined) {
        const excluded = this.#node(operand.operand);
        if (excluded !== undefined && !andNotInto(target, excluded, this.#words)) return undefined;
        continue;
      }
      const bits = this.#node(operand);
      if (bits === undefined) return undefined;
      if (target === undefined) {
        target = this.#buffer(node.id);
        target.set(bits);
      } else if (!andInto(target, bits, this.#words)) return undefined;
    }
    return target;
  }

  #testRows(node: ConditionNode & { kind: 'row' }, candidates: Bitset): Bitset | undefined {
    const rows = createBitset(this.#options.batchEventsMax);
    let any = false;
    forEachBit(candidates, this.#words, (row) => {
      if (!node.test(this.#fieldsOfRow(row))) return;
      rows[row >> 5]! |= 1 << (row & 31);
      any = true;
    });
    return any ? rows : undefined;
  }

  #buffer(id: number): Bitset {
    let buffer = this.#buffers[id];
    if (buffer === undefined) {
      buffer = createBitset(this.#options.batchEventsMax);
      this.#buffers[id] = buffer;
    }
    return buffer;
  }
}

function noBatch(): never {
  throw new Error('no batch was begun');
}
