/*
 * How a receiver is tried: so many alerts at a time, with pauses that grow while it is away, and when it is given up
 * for now.
 */

import { SYSTEM_CLOCK } from '../../base/clock.ts';
import type { OutputFault } from '../transport/output-fault.ts';

export interface TriesOptions {
  /** Alerts of one delivery. */
  readonly batchSizeMax: number;
  /** Before alerts go to the dead letters; `undefined`: they are tried until they arrive. */
  readonly triesMax: number | undefined;
  /** Milliseconds before the second try, doubled with each, up to the other. */
  readonly pauseMinMs: number;
  readonly pauseMaxMs: number;
}

export class Tries {
  readonly #options: TriesOptions;
  /** Smaller after the receiver refused a batch, until the guilty alert stands alone. */
  #batchSize: number;
  /** Deliveries of the oldest alerts that failed. */
  #failed = 0;
  #isGivenUp = false;
  #isAway = false;
  #nextMs = 0;

  constructor(options: TriesOptions) {
    this.#options = options;
    this.#batchSize = options.batchSizeMax;
  }

  get batchSize(): number {
    return this.#batchSize;
  }

  /** Deliveries fail, and are tried again. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /** Alerts were given up on and none has arrived since: what comes is not tried before the next pause is over. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  /** Milliseconds until the next try; 0 or less: it is time. */
  get pauseMs(): number {
    return this.#nextMs - SYSTEM_CLOCK.monotonicMs();
  }

  /** Some alerts were taken. Answers whether the receiver was away before. */
  arrived(): boolean {
    const wasAway = this.#isAway;
    this.#isGivenUp = false;
    this.#nextMs = 0;
    this.#isAway = false;
    return wasAway;
  }

  /** The oldest alerts are known to have arrived. */
  confirmed(): void {
    this.#failed = 0;
  }

  /** All of a batch were taken: the next one may be larger. */
  succeeded(): void {
    this.#batchSize = Math.min(this.#options.batchSizeMax, 2 * this.#batchSize);
  }

  /** A batch of so many was refused, and it is not known for which of them. */
  refused(count: number): void {
    this.#batchSize = Math.max(1, count >> 1);
  }

  /** A delivery failed. Answers whether that was the last try of its alerts. */
  failed({ pauseMs }: Pick<OutputFault, 'pauseMs'>): boolean {
    const { triesMax, pauseMinMs, pauseMaxMs } = this.#options;
    this.#failed += 1;
    this.#isAway = true;
    const isLast = this.#isGivenUp || (triesMax !== undefined && this.#failed >= triesMax);
    const growing = Math.min(pauseMaxMs, pauseMinMs * 2 ** (this.#failed - 1));
    const ownMs = isLast ? pauseMaxMs : growing;
    this.#nextMs = SYSTEM_CLOCK.monotonicMs() + Math.max(ownMs, Math.min(pauseMs, pauseMaxMs));
    return isLast;
  }

  /** Its alerts are not tried any more. */
  giveUp(): void {
    this.#isGivenUp = true;
  }
}
