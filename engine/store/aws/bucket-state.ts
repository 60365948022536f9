/* How far a followed bucket was read, as one process leaves it to the next. */

import type { SweepState } from './bucket-sweeps.ts';

export interface KeptObject {
  readonly path: string;
  readonly size: number;
  readonly modifiedNs: bigint;
}

export interface BucketState {
  /** Number of the latest run that was read from; 0 before the first. */
  readonly lastNumber: number;
  /** The latest ones up to it, one of which a position may name. */
  readonly runs: readonly (KeptObject & { readonly number: number })[];
  /** Found, and not read. */
  readonly unread: readonly KeptObject[];
  readonly sweep: SweepState;
}

export function writeBucketState({ lastNumber, runs, unread, sweep }: BucketState): unknown {
  const write = <Kept extends KeptObject>(kept: Kept) => ({
    ...kept,
    modifiedNs: kept.modifiedNs.toString(),
  });
  return { lastNumber, runs: runs.map(write), unread: unread.map(write), sweep };
}
