/* How far a root without an end was read, as one process leaves it to the next. */

import { fieldsOf } from '../../base/json-fields.ts';
import { type BucketState, parseBucketState, writeBucketState } from '../aws/bucket-state.ts';
import { type FollowState, parseFollowState, writeFollowState } from '../follow/follow-state.ts';

export type KeptRoot = FollowState | BucketState;

export function isOfBucket(kept: KeptRoot): kept is BucketState {
  return 'sweep' in kept;
}

export function writeKeptRoot(kept: KeptRoot): unknown {
  return isOfBucket(kept) ? writeBucketState(kept) : writeFollowState(kept);
}

/** `undefined` for what is no such state. */
export function parseKeptRoot(value: unknown): KeptRoot | undefined {
  return 'sweep' in fieldsOf(value) ? parseBucketState(value) : parseFollowState(value);
}
