/* Alerts of a spool that were read and are not delivered, oldest first. */

import { assert } from '../../../base/assert.ts';
import type { Alert } from '../../../detect/alert/alert.ts';

interface Waiting {
  /** Number of its record. */
  readonly number: number;
  readonly alert: Alert;
}

export class ReadAhead {
  #waiting: Waiting[] = [];
  /** Index of the oldest one. */
  #oldest = 0;

  get length(): number {
    return this.#waiting.length - this.#oldest;
  }

  /** Number of the oldest one; `undefined` if there is none. */
  get firstNumber(): number | undefined {
    return this.#waiting[this.#oldest]?.number;
  }

  push(number: number, alert: Alert): void {
    const latest = this.#waiting.at(-1);
    assert(latest === undefined || latest.number < number, 'alerts of a spool are read in order');
    this.#waiting.push({ number, alert });
  }

  /** Those behind the `skip` oldest, no more than `max`. */
  peek(max: number, skip: number): Alert[] {
    const from = this.#oldest + skip;
    return this.#waiting.slice(from, from + max).map(({ alert }) => alert);
  }

  /** Drops the oldest ones, at most so many: how many that were. */
  drop(count: number): number {
    const gone = Math.min(count, this.length);
    this.#oldest += gone;
    if (this.#oldest * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#oldest);
      this.#oldest = 0;
    }
    return gone;
  }
}
