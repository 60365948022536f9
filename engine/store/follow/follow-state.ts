/*
 * How far a followed location was read, as one process leaves it to the next: which files there were, by device, inode
 * and first bytes, how far each of them was read, and the latest runs of them, one of which a position may name.
 */

import * as v from 'valibot';
import { BASE64, COUNT, orAbsent } from '../../base/own-json.ts';
import { FATES, type FileProgress, type KnownFile, NO_TAIL } from './file-values.ts';
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

/** Earlier versions kept no tail. */
const TAIL = v.pipe(
  v.object({ end: COUNT, bytes: BASE64 }),
  v.check((tail) => tail.bytes.length <= tail.end),
);

const KNOWN_FILE = v.object({
  id: v.string(),
  path: v.string(),
  knownAs: v.string(),
  fate: v.picklist(FATES),
  isAside: v.fallback(v.boolean(), false),
  isCompressed: v.fallback(orAbsent(v.boolean()), undefined),
  head: BASE64,
  tail: v.fallback(TAIL, NO_TAIL),
  size: COUNT,
  progress: v.object({
    offset: COUNT,
    lines: COUNT,
    seenEnd: COUNT,
    isRestGiven: v.fallback(v.boolean(), false),
  }),
});

const KEPT_RUN = v.object({
  number: COUNT,
  file: COUNT,
  start: COUNT,
  startLines: COUNT,
  end: orAbsent(COUNT),
  waypoints: v.array(v.object({ bytes: COUNT, lines: COUNT })),
});

export const FOLLOW_STATE = v.pipe(
  v.object({ files: v.array(KNOWN_FILE), runs: v.array(KEPT_RUN), lastNumber: COUNT }),
  v.check(({ files, runs }) => runs.every((run) => run.file < files.length)),
);
