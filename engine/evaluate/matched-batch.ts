import type { EventBatch } from '../plugin/plugin-instance.ts';

/** The matching events of a batch as a batch of their own: what extractors see of plan 1. */
export interface MatchedBatch extends EventBatch {
  /** Row in the batch the events come from, ascending. */
  readonly rows: Uint32Array;
}

/** `rows` of matches, ascending and with repetitions, as a compact batch without. */
export function matchedBatch(batch: EventBatch, matchRows: Uint32Array): MatchedBatch {
  const rows = withoutRepetitions(matchRows);
  const spans = new Uint32Array(2 * rows.length);
  const times = new BigUint64Array(rows.length);
  let size = 0;
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    spans[2 * index] = size;
    size += batch.spans[2 * row + 1]! - batch.spans[2 * row]!;
    spans[2 * index + 1] = size;
    times[index] = batch.times[row]!;
  }
  const data = new Uint8Array(size);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    data.set(batch.data.subarray(batch.spans[2 * row], batch.spans[2 * row + 1]), spans[2 * index]);
  }
  return { data, spans, times, rows };
}

function withoutRepetitions(ascending: Uint32Array): Uint32Array {
  const distinct = new Uint32Array(ascending.length);
  let count = 0;
  for (let index = 0; index < ascending.length; index++) {
    if (index === 0 || ascending[index] !== ascending[index - 1]) {
      distinct[count++] = ascending[index]!;
    }
  }
  return distinct.subarray(0, count);
}
