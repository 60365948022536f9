/*
 * How far a followed location was read, as one process leaves it to the next: which files there were, by device, inode
 * and first bytes, how far each of them was read, and the latest runs of them, one of which a position may name.
 */

import { areTexts, fieldsOf, isCount } from '../../base/json-fields.ts';
import {
  type FateKind,
  type FileProgress,
  type FileTail,
  type KnownFile,
  NO_TAIL,
} from './file-values.ts';
import type { TrackedFile } from './tracked-file.ts';
import type { Waypoint } from './waypoints.ts';

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
  readonly files: readonly KnownFile[];
  /** The latest last. */
  readonly runs: readonly KeptRun[];
  /** Of the latest run; 0 before the first. */
  readonly lastNumber: number;
}

/** Nothing of what it has behind `offset` was read. */
export function progressAt(file: TrackedFile, offset: number, lines: number): FileProgress {
  // Of a compressed file it is not known how much there is.
  const seenEnd = file.isCompressed ? 0 : offset;
  return { offset, lines, seenEnd, isRestGiven: false };
}

export function keepFile(file: TrackedFile, progress: FileProgress): KnownFile {
  const { id, path, knownAs, fate, standing, head, tail, size } = file;
  return {
    ...{ id, path, knownAs, size, tail, progress },
    fate: fate.kind,
    isAside: standing === 'aside',
    isCompressed: head.isCompressed,
    head: head.bytes,
  };
}

export function writeFollowState({ files, ...rest }: FollowState): unknown {
  const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  const write = ({ head, tail, ...file }: KnownFile): unknown => ({
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

function parseFile(value: unknown): KnownFile | undefined {
  const { id, path, knownAs, fate, isAside, isCompressed, head, tail, size, progress } =
    fieldsOf(value);
  const { offset, lines, seenEnd, isRestGiven } = fieldsOf(progress);
  if (!areTexts([id, path, knownAs, fate, head])) return undefined;
  if (![size, offset, lines, seenEnd].every(isCount)) return undefined;
  if (!FATES.includes(fate as FateKind)) return undefined;
  return {
    id: String(id),
    path: String(path),
    knownAs: String(knownAs),
    fate: fate as FateKind,
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

const FATES: readonly FateKind[] = ['there', 'gone', 'truncated'];

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
