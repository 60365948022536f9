/* How far a root without an end was read, as one process leaves it to the next. */

import { type BucketState, writeBucketState } from '../aws/bucket-state.ts';
import { type FollowState, writeFollowState } from '../follow/follow-state.ts';

export type KeptRoot = FollowState | BucketState;

export function isOfBucket(kept: KeptRoot): kept is BucketState {
  return 'sweep' in kept;
}

export function writeKeptRoot(kept: KeptRoot): unknown {
  return isOfBucket(kept) ? writeBucketState(kept) : writeFollowState(kept);
}
