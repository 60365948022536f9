import type { Value } from '../../event/column/cell-values.ts';
import type { SlotPredicates, UnaryPredicate } from './condition-node.ts';

interface SlotEntry {
  byValue: Map<string | bigint, number[]>;
  others: UnaryPredicate[];
  whenAbsent: number[];
  presence: number;
}

/** Numbers predicates as conditions are compiled; equal ones get the same number. */
export class PredicateTable {
  readonly #slots = new Map<number, SlotEntry>();
  readonly #known = new Map<string, number>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  presence(slot: number): number {
    const entry = this.#entry(slot);
    if (entry.presence === -1) entry.presence = this.#next();
    return entry.presence;
  }

  /** Holds for these values of the slot, and where it is absent if `whenAbsent` says so. */
  oneOf(slot: number, values: readonly (string | bigint)[], whenAbsent: boolean): number {
    const distinct = [...new Set(values)];
    const key = `${slot} ${whenAbsent} ${JSON.stringify(distinct.map((value) => [typeof value, String(value)]))}`;
    return this.#share(key, (predicate) => {
      const entry = this.#entry(slot);
      for (const value of distinct) {
        const list = entry.byValue.get(value);
        if (list === undefined) entry.byValue.set(value, [predicate]);
        else list.push(predicate);
      }
      if (whenAbsent) entry.whenAbsent.push(predicate);
    });
  }

  /** Any other test of a slot's value; `key` says what it is. */
  test(slot: number, key: string, test: (value: Value) => boolean): number {
    return this.#share(`${slot} test ${key}`, (predicate) => {
      this.#entry(slot).others.push({ predicate, test });
    });
  }

  slots(): SlotPredicates[] {
    return [...this.#slots].map(([slot, entry]) => ({ slot, ...entry }));
  }

  #share(key: string, add: (predicate: number) => void): number {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const predicate = this.#next();
    this.#known.set(key, predicate);
    add(predicate);
    return predicate;
  }

  #entry(slot: number): SlotEntry {
    let entry = this.#slots.get(slot);
    if (entry === undefined) {
      entry = { byValue: new Map(), others: [], whenAbsent: [], presence: -1 };
      this.#slots.set(slot, entry);
    }
    return entry;
  }

  #next(): number {
    this.#count += 1;
    return this.#count - 1;
  }
}
