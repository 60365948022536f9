/* How far a followed bucket was read, as one process leaves it to the next. */

import * as v from 'valibot';
import { COUNT, orAbsent, TIME_TEXT } from '../../base/own-json.ts';
import type { SweepState } from './bucket-sweeps.ts';

export interface KeptObject {
  readonly path: string;
  readonly size: number;
  readonly modifiedNs: bigint;
}

export interface BucketState {
  /** Of the latest run that was read from; 0 before the first. */
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

const KEPT_OBJECT = v.object({ path: v.string(), size: COUNT, modifiedNs: TIME_TEXT });

export const BUCKET_STATE = v.object({
  lastNumber: COUNT,
  runs: v.array(v.object({ ...KEPT_OBJECT.entries, number: COUNT })),
  unread: v.array(KEPT_OBJECT),
  sweep: v.object({
    knownMs: orAbsent(COUNT),
    known: v.record(v.string(), COUNT),
    startMs: orAbsent(COUNT),
    isFull: v.boolean(),
    path: v.string(),
  }),
});
