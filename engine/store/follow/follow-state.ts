/*
 * How far a followed location was read, as one process leaves it to the next: which files there were, by device, inode
 * and first bytes, how far each of them was read, and the latest runs of them, one of which a position may name.
 */

import type { FileProgress, KnownFile } from './file-values.ts';
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
  /** Number of the latest run; 0 before the first. */
  readonly lastNumber: number;
}

/** Nothing of what it has behind `offset` was read. */
export function progressAt(file: TrackedFile, offset: number, lines: number): FileProgress {
  // The size of a compressed file's contents is unknown.
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
