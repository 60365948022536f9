/*
 * What a source answered, checked before first use: the generated bindings clamp wrong lengths silently,
 * so nothing here relies on them. One loop over the spans, a few ns an event.
 */

import { LIMITS } from '../../base/limits.ts';
import { countOf } from '../../base/quantity.ts';
import type { EventBatch } from './plugin-instance.ts';

/** The sentence that is broken, or `undefined`. */
export function findBatchFault(batch: EventBatch, eventsMax: number): string | undefined {
  const { data, spans, times } = batch;
  if (
    !(data instanceof Uint8Array) ||
    !(spans instanceof Uint32Array) ||
    !(times instanceof BigUint64Array)
  ) {
    return 'a batch is not made of lists of numbers';
  }
  if (spans.length % 2 !== 0) return 'spans come in pairs, but their number is odd';
  const eventCount = spans.length / 2;
  if (times.length !== eventCount)
    return `${countOf(times.length, 'time')} for ${countOf(eventCount, 'event')}`;
  if (eventCount > eventsMax)
    return `${countOf(eventCount, 'event')} in a batch, asked for at most ${eventsMax}`;
  if (data.length > LIMITS.batchDataSizeMax.value) return `a batch of ${data.length} bytes`;
  let end = 0;
  for (let index = 0; index < spans.length; index += 2) {
    const start = spans[index]!;
    const next = spans[index + 1]!;
    if (start < end || next < start) return `span ${index / 2} is not in order`;
    if (next - start > LIMITS.eventSizeMax.value) return `an event of ${next - start} bytes`;
    end = next;
  }
  if (end > data.length) return `spans end at ${end} in ${countOf(data.length, 'byte')}`;
  return undefined;
}
