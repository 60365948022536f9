import type { EventBatch } from '../../plugin/abi/plugin-instance.ts';

/** The matching events of a batch as a batch of their own: what extractors see of plan 1. */
export interface MatchedBatch extends EventBatch {
  /** Row in the batch the events come from, ascending. */
  readonly rows: Uint32Array;
}

/** `rows` of matches, ascending and with repetitions, as a compact batch without. */
export function matchedBatch(batch: EventBatch, matchRows: Uint32Array): MatchedBatch {
  const rows = withoutRepetitions(matchRows);
  if (rows.length === batch.times.length) return { ...batch, rows };
  const spans = new Uint32Array(2 * rows.length);
  const times = new BigUint64Array(rows.length);
  // Rows that follow each other are copied in one piece, with what lies between their events.
  const pieces: { readonly from: number; readonly to: number; readonly at: number }[] = [];
  let size = 0;
  for (let first = 0; first < rows.length; ) {
    let last = first;
    while (rows[last + 1] === rows[last]! + 1) last += 1;
    const from = batch.spans[2 * rows[first]!]!;
    const to = batch.spans[2 * rows[last]! + 1]!;
    for (let index = first; index <= last; index++) {
      const row = rows[index]!;
      spans[2 * index] = batch.spans[2 * row]! - from + size;
      spans[2 * index + 1] = batch.spans[2 * row + 1]! - from + size;
      times[index] = batch.times[row]!;
    }
    pieces.push({ from, to, at: size });
    size += to - from;
    first = last + 1;
  }
  const data = new Uint8Array(size);
  for (const { from, to, at } of pieces) data.set(batch.data.subarray(from, to), at);
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
