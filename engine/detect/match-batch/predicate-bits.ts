/*
 * A bitset for each predicate, cleared when it is first set in a batch (its stamp is older): a batch costs
 * what holds in it, not what could. DATA PLANE.
 */

import type { Bitset } from '../../base/bitset.ts';

export class PredicateBits {
  readonly #words: number;
  readonly #bits: Uint32Array;
  readonly #stamps: Uint32Array;
  #stamp = 0;

  constructor(predicateCount: number, wordsMax: number) {
    this.#words = wordsMax;
    this.#bits = new Uint32Array(predicateCount * wordsMax);
    this.#stamps = new Uint32Array(predicateCount);
  }

  startBatch(): void {
    this.#stamp += 1;
  }

  set(predicate: number, row: number): void {
    const start = predicate * this.#words;
    if (this.#stamps[predicate] !== this.#stamp) {
      this.#stamps[predicate] = this.#stamp;
      this.#bits.fill(0, start, start + this.#words);
    }
    this.#bits[start + (row >> 5)]! |= 1 << (row & 31);
  }

  /** `undefined`: it holds nowhere in this batch. */
  get(predicate: number): Bitset | undefined {
    if (this.#stamps[predicate] !== this.#stamp) return undefined;
    const start = predicate * this.#words;
    return this.#bits.subarray(start, start + this.#words);
  }
}
