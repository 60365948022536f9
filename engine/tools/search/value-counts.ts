import { LIMITS } from '../../base/limits.ts';

export interface ValueCount {
  /** As JSON text; `undefined`: all values beyond the limit of different ones. */
  readonly value: string | undefined;
  readonly count: number;
}

/** Counts how often each value of a field occurs, up to `searchValuesMax` different ones. */
export class ValueCounts {
  readonly #counts = new Map<string, number>();
  readonly #valuesMax: number;
  #others = 0;

  constructor(valuesMax: number = LIMITS.searchValuesMax.value) {
    this.#valuesMax = valuesMax;
  }

  add(value: string): void {
    const count = this.#counts.get(value);
    if (count === undefined && this.#counts.size >= this.#valuesMax) this.#others += 1;
    else this.#counts.set(value, (count ?? 0) + 1);
  }

  /** The most frequent one first, then by value; the rest last. */
  get sorted(): ValueCount[] {
    const counts = [...this.#counts].map(([value, count]) => ({ value, count }));
    counts.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
    return this.#others === 0 ? counts : [...counts, { value: undefined, count: this.#others }];
  }
}
