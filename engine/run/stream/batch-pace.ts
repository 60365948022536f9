/* How many events a batch has, so that its alerts can be held: rules may make hundreds of alerts of every event. */

import { LIMITS } from '../../base/limits.ts';

/** Most events of the first batches, while it is unknown how many alerts they give. */
export const FIRST_EVENTS_MAX = 64;
const EVENTS_MAX = LIMITS.batchEventsMax.value;
/** Characters of alerts that a batch is to give. */
const ALERTS_SIZE = 4 << 20;

/** `size`: characters of the alerts that so many events gave. Answers for the next batches, from what it was. */
export function nextEventsMax(before: number, eventCount: number, size: number): number {
  if (size > ALERTS_SIZE) return Math.max(1, Math.floor((eventCount * ALERTS_SIZE) / size));
  const isSmall = 2 * size <= ALERTS_SIZE;
  return isSmall && eventCount >= before ? Math.min(EVENTS_MAX, 2 * before) : before;
}
