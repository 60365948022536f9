import type { EventBatch } from '../../plugin/abi/plugin-instance.ts';

/** Events `from` up to `to` of a batch as one of their own, with no bytes of the others. */
export function eventsBetween(events: EventBatch, from: number, to: number): EventBatch {
  const start = events.spans[2 * from] ?? 0;
  const end = events.spans[2 * to - 1] ?? start;
  const spans = events.spans.slice(2 * from, 2 * to);
  for (let index = 0; index < spans.length; index++) spans[index]! -= start;
  return { data: events.data.subarray(start, end), spans, times: events.times.subarray(from, to) };
}
