/* How far a root without an end was read, as one process leaves it to the next. */

import * as v from 'valibot';
import { BUCKET_STATE, type BucketState, writeBucketState } from '../aws/bucket-state.ts';
import { FOLLOW_STATE, type FollowState, writeFollowState } from '../follow/follow-state.ts';

export type KeptRoot = FollowState | BucketState;

export function isOfBucket(kept: KeptRoot): kept is BucketState {
  return 'sweep' in kept;
}

export function writeKeptRoot(kept: KeptRoot): unknown {
  return isOfBucket(kept) ? writeBucketState(kept) : writeFollowState(kept);
}

export const KEPT_ROOT = v.union([BUCKET_STATE, FOLLOW_STATE]);
