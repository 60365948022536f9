import type { FileHandle } from 'node:fs/promises';

/** What became of a file: it is there, no path leads to it any more, or it was cut and is another file now. */
export type Fate = 'there' | 'gone' | 'truncated';

/** The first bytes of a file, by which a copy of it is known. */
export const HEAD_SIZE = 1024;
/** The last bytes that were given out, by which a file is known that begins as another one does. */
const TAIL_SIZE = 256;

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

/** When a file was changed that was not looked at yet. */
export const NEVER_NS = -1n;

/** One file that is followed, from its first byte to its last, whatever it is called meanwhile. */
export class TrackedFile {
  /** Device and inode: stays when the file is renamed. */
  readonly id: string;
  /** Below the root, where it was last seen. */
  path: string;
  /** Where its first bytes were found: what is judged by its name is judged by this one. */
  knownAs: string;
  fate: Fate = 'there';
  /** It may be a copy of another one, or not be written to its end: nothing of it is read before that is known. */
  isHeld: boolean;
  /** Beside the file that is followed: only of interest where it has bytes of that one. */
  isAside = false;
  /** gzip or zstd; `undefined` until its first bytes were read. */
  isCompressed: boolean | undefined;
  /** Up to `HEAD_SIZE` decoded bytes, as far as they are known. */
  head: Uint8Array = new Uint8Array(0);
  /** Last bytes given out; unknown for a compressed file. */
  tail: FileTail = NO_TAIL;
  /** Its size when its head was looked at. */
  headSeenAt = 0;
  /** Stored bytes when it was last looked at. */
  size: number;
  modifiedNs: bigint;
  /** When it was last seen to change, and when its fate was, in monotonic milliseconds. */
  changedMs: number;
  fateMs = 0;
  /** Everything before it was given out in whole lines, in decoded bytes; and how many lines those were. */
  offset = 0;
  lines = 0;
  /** The furthest byte that was read. */
  readTo = 0;
  /** Size up to which all was given out that there was to give. */
  seenEnd = 0;
  /** The last line was given out without its end. */
  isRestGiven = false;
  /** A run of it has not come to its end. */
  isBeingRead = false;
  /** Number of the latest run of it. */
  servedBy = 0;
  handle: FileHandle | undefined;
  /** The file that goes on where this one stood. */
  heir: TrackedFile | undefined;

  constructor(seen: Sight, isHeld: boolean, changedMs: number) {
    this.id = seen.id;
    this.path = seen.path;
    this.knownAs = seen.path;
    this.size = seen.size;
    this.modifiedNs = seen.modifiedNs;
    this.isHeld = isHeld;
    this.changedMs = changedMs;
  }

  /** Its bytes are no more; a copy of them may be elsewhere. */
  get isCut(): boolean {
    return this.fate === 'truncated';
  }

  /** It can be read no more than it was. */
  get isDrained(): boolean {
    if (this.isBeingRead) return false;
    if (this.isCut) return true;
    return this.fate === 'gone' && (this.handle === undefined || this.size <= this.seenEnd);
  }

  /** Whether a run of it would give something. */
  hasNews(nowMs: number, restMs: number): boolean {
    if (this.isHeld || this.isAside || this.isCut) return false;
    if (this.fate === 'gone' && this.handle === undefined) return false;
    if (this.size > this.seenEnd) return true;
    if (this.size <= this.offset || this.isRestGiven || this.isCompressed === true) return false;
    return nowMs - this.changedMs >= restMs;
  }

  async close(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    await handle?.close();
  }
}

/** A file as it was found. */
export interface Sight {
  readonly path: string;
  readonly id: string;
  readonly size: number;
  readonly modifiedNs: bigint;
}

/** Whether one of them begins with all that is known of the other; nothing is known of an empty one. */
export function areRelated(one: Uint8Array, other: Uint8Array): boolean {
  const size = Math.min(one.length, other.length);
  return size > 0 && Buffer.compare(one.subarray(0, size), other.subarray(0, size)) === 0;
}

/** The file that has the bytes of this one now. */
export function presentOf(file: TrackedFile): TrackedFile {
  let present = file;
  while (present.heir !== undefined) present = present.heir;
  return present;
}
