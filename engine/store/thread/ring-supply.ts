/* The rings of one connection. The first objects that are open at a time have large ones, all others small ones. */

import { LIMITS } from '../../base/limits.ts';
import { createRing, isLargeRing } from '../client/ring.ts';

export class RingSupply {
  readonly #largeMax: number;
  readonly #large: SharedArrayBuffer[] = [];
  readonly #small: SharedArrayBuffer[] = [];
  #largeCount = 0;

  /** `aheadMax`: objects that are read ahead on their way to the reader. */
  constructor(aheadMax: number) {
    this.#largeMax = LIMITS.largeRingsMax.value + aheadMax;
  }

  take(): SharedArrayBuffer {
    const large = this.#large.pop();
    if (large !== undefined) return large;
    if (this.#largeCount >= this.#largeMax) return this.#small.pop() ?? createRing('small');
    this.#largeCount += 1;
    return createRing('large');
  }

  /** Takes back a ring that nobody uses, for further objects. */
  give(ring: SharedArrayBuffer): void {
    (isLargeRing(ring) ? this.#large : this.#small).push(ring);
  }
}
