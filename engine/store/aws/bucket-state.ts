/* How far a followed bucket was read, as one process leaves it to the next. */

import { areTexts, fieldsOf, isCount, isTimeText } from '../../base/json-fields.ts';
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

/** `undefined` for what is no such state. */
export function parseBucketState(value: unknown): BucketState | undefined {
  const { lastNumber, runs, unread, sweep } = fieldsOf(value);
  if (!isCount(lastNumber) || !Array.isArray(runs) || !Array.isArray(unread)) return undefined;
  const keptRuns = runs.map((run) => {
    const object = parseObject(run);
    const { number } = fieldsOf(run);
    return object === undefined || !isCount(number)
      ? undefined
      : { ...object, number: Number(number) };
  });
  const keptUnread = unread.map(parseObject);
  const keptSweep = parseSweep(sweep);
  if (!keptRuns.every((one) => one !== undefined)) return undefined;
  if (!keptUnread.every((one) => one !== undefined) || keptSweep === undefined) return undefined;
  return { lastNumber: Number(lastNumber), runs: keptRuns, unread: keptUnread, sweep: keptSweep };
}

function parseObject(value: unknown): KeptObject | undefined {
  const { path, size, modifiedNs } = fieldsOf(value);
  if (!areTexts([path]) || !isCount(size) || !isTimeText(modifiedNs)) return undefined;
  return { path: String(path), size: Number(size), modifiedNs: BigInt(String(modifiedNs)) };
}

function parseSweep(value: unknown): SweepState | undefined {
  const { knownMs, known, startMs, isFull, path } = fieldsOf(value);
  const times = Object.entries(fieldsOf(known));
  const areCounts = [knownMs ?? 0, startMs ?? 0, ...times.map(([, time]) => time)].every(isCount);
  if (!areCounts || !areTexts([path]) || typeof isFull !== 'boolean') return undefined;
  return {
    knownMs: knownMs === undefined ? undefined : Number(knownMs),
    known: Object.fromEntries(times.map(([digest, time]) => [digest, Number(time)])),
    startMs: startMs === undefined ? undefined : Number(startMs),
    isFull,
    path: String(path),
  };
}
