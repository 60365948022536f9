/*
 * How far a followed location was read, as one process leaves it to the next: which files there were, by device, inode
 * and first bytes, how far each of them was read, and the latest runs of them, one of which a position may name.
 */

import { areTexts, fieldsOf, isCount } from '../../base/json-fields.ts';
import { type Fate, type FileTail, NEVER_NS, NO_TAIL, TrackedFile } from './tracked-file.ts';
import type { Waypoint } from './waypoints.ts';

export interface KeptFile {
  readonly id: string;
  readonly path: string;
  readonly knownAs: string;
  readonly fate: Fate;
  readonly isAside: boolean;
  readonly isCompressed: boolean | undefined;
  readonly head: Uint8Array;
  readonly tail: FileTail;
  /** Stored bytes. */
  readonly size: number;
  readonly progress: FileProgress;
}

/** As in `TrackedFile`. */
export interface FileProgress {
  readonly offset: number;
  readonly lines: number;
  readonly seenEnd: number;
  readonly isRestGiven: boolean;
}

export interface KeptRun {
  readonly number: number;
  /** Index of its file. */
  readonly file: number;
  readonly start: number;
  readonly startLines: number;
  /** `undefined`: it goes on. */
  readonly end: number | undefined;
  readonly waypoints: readonly Waypoint[];
}

export interface FollowState {
  readonly files: readonly KeptFile[];
  /** The latest last. */
  readonly runs: readonly KeptRun[];
  /** Of the latest run; 0 before the first. */
  readonly lastNumber: number;
}

export function progressOf({ offset, lines, seenEnd, isRestGiven }: TrackedFile): FileProgress {
  return { offset, lines, seenEnd, isRestGiven };
}

/** Nothing of what it has behind `offset` was read. */
export function progressAt(file: TrackedFile, offset: number, lines: number): FileProgress {
  // Of a compressed file it is not known how much there is.
  const seenEnd = file.isCompressed === true ? 0 : offset;
  return { offset, lines, seenEnd, isRestGiven: false };
}

export function keepFile(file: TrackedFile, progress: FileProgress): KeptFile {
  const { id, path, knownAs, fate, isAside, isCompressed, head, tail, size } = file;
  return { id, path, knownAs, fate, isAside, isCompressed, head, tail, size, progress };
}

export function restoreFile(kept: KeptFile, nowMs: number): TrackedFile {
  // Of what it was then it is not known whether it still is.
  const file = new TrackedFile({ ...kept, modifiedNs: NEVER_NS }, false, nowMs);
  const { knownAs, fate, isAside, isCompressed, head, tail, progress } = kept;
  Object.assign(file, { knownAs, fate, isAside, isCompressed, head, tail, ...progress });
  // One that is smaller now is another one.
  file.readTo = Math.max(progress.offset, tail.end);
  file.fateMs = nowMs;
  return file;
}

export function writeFollowState({ files, ...rest }: FollowState): unknown {
  const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  const write = ({ head, tail, ...file }: KeptFile): unknown => ({
    ...file,
    head: toText(head),
    tail: { end: tail.end, bytes: toText(tail.bytes) },
  });
  return { ...rest, files: files.map(write) };
}

/** `undefined` for what is no such state. */
export function parseFollowState(value: unknown): FollowState | undefined {
  const { files, runs, lastNumber } = fieldsOf(value);
  if (!Array.isArray(files) || !Array.isArray(runs) || !isCount(lastNumber)) return undefined;
  const keptFiles = files.map(parseFile);
  const keptRuns = runs.map((run) => parseRun(run, files.length));
  const parsed = { lastNumber: Number(lastNumber) };
  const areFiles = keptFiles.every((one) => one !== undefined);
  if (!areFiles || !keptRuns.every((one) => one !== undefined)) return undefined;
  return { ...parsed, files: keptFiles, runs: keptRuns };
}

function parseFile(value: unknown): KeptFile | undefined {
  const { id, path, knownAs, fate, isAside, isCompressed, head, tail, size, progress } =
    fieldsOf(value);
  const { offset, lines, seenEnd, isRestGiven } = fieldsOf(progress);
  if (!areTexts([id, path, knownAs, fate, head])) return undefined;
  if (![size, offset, lines, seenEnd].every(isCount)) return undefined;
  if (!FATES.includes(fate as Fate)) return undefined;
  return {
    id: String(id),
    path: String(path),
    knownAs: String(knownAs),
    fate: fate as Fate,
    isAside: isAside === true,
    isCompressed: typeof isCompressed === 'boolean' ? isCompressed : undefined,
    head: toBytes(head),
    tail: parseTail(tail),
    size: Number(size),
    progress: {
      offset: Number(offset),
      lines: Number(lines),
      seenEnd: Number(seenEnd),
      isRestGiven: isRestGiven === true,
    },
  };
}

/** Earlier versions kept none. */
function parseTail(value: unknown): FileTail {
  const { end, bytes } = fieldsOf(value);
  if (!isCount(end) || !areTexts([bytes])) return NO_TAIL;
  const tail = { end: Number(end), bytes: toBytes(bytes) };
  return tail.bytes.length <= tail.end ? tail : NO_TAIL;
}

function toBytes(text: unknown): Uint8Array {
  return new Uint8Array(Buffer.from(String(text), 'base64'));
}

const FATES: readonly Fate[] = ['there', 'gone', 'truncated'];

function parseRun(value: unknown, fileCount: number): KeptRun | undefined {
  const { number, file, start, startLines, end, waypoints } = fieldsOf(value);
  if (![number, file, start, startLines, end ?? 0].every(isCount)) return undefined;
  if (Number(file) >= fileCount || !Array.isArray(waypoints)) return undefined;
  const points = waypoints.map(fieldsOf);
  if (!points.every(({ bytes, lines }) => isCount(bytes) && isCount(lines))) return undefined;
  return {
    number: Number(number),
    file: Number(file),
    start: Number(start),
    startLines: Number(startLines),
    end: end === undefined ? undefined : Number(end),
    waypoints: points.map(({ bytes, lines }) => ({ bytes: Number(bytes), lines: Number(lines) })),
  };
}
