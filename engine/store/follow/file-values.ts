/*
 * What is known of a followed file, as values: its bytes, by which it is recognized under another name or in a copy,
 * how it was found, and how far it was read.
 */

/** The first bytes of a file, by which a copy of it is known. */
export const HEAD_SIZE = 1024;
/** The last bytes that were given out, by which a file is known that begins as another one does. */
const TAIL_SIZE = 256;

export interface FileHead {
  /** gzip or zstd; `undefined` of an empty file, and until its first bytes were read. */
  readonly isCompressed: boolean | undefined;
  /** Up to `HEAD_SIZE` decoded bytes. */
  readonly bytes: Uint8Array;
}

export const NO_HEAD: FileHead = { isCompressed: undefined, bytes: new Uint8Array(0) };

/** Bytes of a file that end where a line ends; none of a file of which nothing was read. */
export interface FileTail {
  /** Behind them, in decoded bytes of the file. */
  readonly end: number;
  readonly bytes: Uint8Array;
}

export const NO_TAIL: FileTail = { end: 0, bytes: new Uint8Array(0) };

/** The tail when further bytes, up to `end`, were given out. */
export function extendTail(tail: FileTail, end: number, given: Uint8Array): FileTail {
  const isNext = tail.end === end - given.length && given.length < TAIL_SIZE;
  const bytes = isNext ? Buffer.concat([tail.bytes, given]) : given;
  return { end, bytes: bytes.slice(-TAIL_SIZE) };
}

/** Whether one of them begins with all that is known of the other; nothing is known of an empty one. */
export function areRelated(one: Uint8Array, other: Uint8Array): boolean {
  const size = Math.min(one.length, other.length);
  return size > 0 && Buffer.compare(one.subarray(0, size), other.subarray(0, size)) === 0;
}

/** When a file was changed that was not looked at yet. */
export const NEVER_NS = -1n;

/** A file as it was found. */
export interface Sight {
  readonly path: string;
  /** Device and inode: stays when the file is renamed. */
  readonly id: string;
  readonly size: number;
  readonly modifiedNs: bigint;
}

/** A file when it was last looked at. */
export interface Look {
  /** In stored bytes. */
  readonly size: number;
  readonly modifiedNs: bigint;
  /** When it was last seen to change, in monotonic milliseconds. */
  readonly changedMs: number;
}

/** How far a file was given out. */
export interface FileProgress {
  /** Everything before it was given out in whole lines, in decoded bytes; and how many lines those were. */
  readonly offset: number;
  readonly lines: number;
  /** Size up to which all was given out that there was to give. */
  readonly seenEnd: number;
  /** The last line was given out without its end. */
  readonly isRestGiven: boolean;
}

export const NO_PROGRESS: FileProgress = { offset: 0, lines: 0, seenEnd: 0, isRestGiven: false };

/** What was read of a file, given out or not. */
export interface ReadBytes {
  /** Behind the furthest byte. */
  readonly readTo: number;
  /** Last bytes given out; unknown for a compressed file. */
  readonly tail: FileTail;
}

/** The runs of a file. */
export interface FileRuns {
  /** Number of the latest one; 0: there was none. */
  readonly latest: number;
  /** It has not come to its end. */
  readonly isOpen: boolean;
}

/** What became of a file: see `Fate`. */
export const FATES = ['there', 'gone', 'truncated'] as const;
export type FateKind = (typeof FATES)[number];

/** A file as another process knew it. */
export interface KnownFile extends Omit<Sight, 'modifiedNs'> {
  readonly knownAs: string;
  readonly fate: FateKind;
  readonly isAside: boolean;
  readonly isCompressed: boolean | undefined;
  readonly head: Uint8Array;
  readonly tail: FileTail;
  readonly progress: FileProgress;
}
