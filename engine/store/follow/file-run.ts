/*
 * A run of whole lines of one followed file, read as they come. It goes on as long as nothing else waits: a record of
 * several lines is cut only where files take turns. The end of a line that is not there yet is waited for; it is given
 * out as it is when nothing more is to come.
 */

import { createDeferred } from '../../base/deferred.ts';
import { LIMITS } from '../../base/limits.ts';
import type { FollowedRun, StoredObject } from '../object-store.ts';
import { StoreError, toStoreError } from '../store-error.ts';
import type { FollowTimes } from './follow-times.ts';
import { LineBuffer } from './line-buffer.ts';
import type { TrackedFile } from './tracked-file.ts';
import type { Waypoints } from './waypoints.ts';

const NEWLINE = 0x0a;
/** A file gives way to others when it had nothing for so long, or when it was read for so long. */
const TURN_IDLE_MS = 50;
const TURN_MAX_MS = 500;
/** A file that was not written to for so long gives way at once. */
const STILL_MS = 1_000;
/** Files that were moved away do not tell of changes. */
const POLL_MS = 250;
/** Interval of looks at a file while it is read. */
const LOOK_MS = 100;

/** What a run knows of the files around its own. */
export interface RunSurroundings {
  readonly nowMs: () => number;
  readonly times: FollowTimes;
  /** Whether another file has something to give. */
  readonly doOthersWait: () => boolean;
  /** Looks at the file; its fate and size are known then. */
  readonly look: (file: TrackedFile) => Promise<void>;
  /** Resolves at the next change anywhere, or after the time. */
  readonly changed: (milliseconds: number) => Promise<void>;
}

export interface RunSpan {
  readonly file: TrackedFile;
  /** In decoded bytes. */
  readonly start: number;
  readonly startLines: number;
  /** End of a run that was read before. */
  readonly end: number | undefined;
  readonly waypoints: Waypoints;
}

export class FileRun implements StoredObject {
  readonly isLive = true;
  readonly size = undefined;
  readonly descriptor = undefined;
  readonly run: FollowedRun;
  readonly #span: RunSpan;
  readonly #around: RunSurroundings;
  readonly #lines = new LineBuffer(LIMITS.eventSizeMax.value);
  readonly #startedMs: number;
  readonly #settled = createDeferred<void>();
  /** Position after the bytes in the buffer. */
  #position: number;
  /** Behind what was given out. */
  #given: number;
  /** Lines of the run before the part that is given out here. */
  #linesBefore = 0;
  #lastDataMs: number;
  #lookedMs = 0;
  #restStart: number | undefined;
  #isOver = false;
  #isClosed = false;

  constructor(span: RunSpan, around: RunSurroundings, name: string) {
    this.#span = span;
    this.#around = around;
    this.#position = span.start;
    this.#given = span.start;
    this.#startedMs = around.nowMs();
    this.#lastDataMs = this.#startedMs;
    if (!this.#isRepeated) span.file.resumeRun();
    const whenSettled = this.#settled.promise;
    this.run = { name, isDecoded: true, linesBefore: span.startLines, whenSettled };
  }

  /** The reader stops: the file stands where it was left. Bytes that nobody wanted are passed over. */
  settle(): void {
    if (this.#isRepeated) return;
    const { file, startLines } = this.#span;
    // The end of a line that was given out without it: all of the line is given out again when it comes.
    file.settle({
      offset: file.isThere ? (this.#restStart ?? this.#given) : this.#given,
      lines: startLines + this.#linesSoFar,
      isRestGiven: this.isRestGiven,
      seenEnd: this.#isOver ? this.#position : file.size,
    });
  }

  async read(room: Uint8Array): Promise<number> {
    for (;;) {
      if (this.#lines.hasLines) return this.#give(room);
      if (this.#isClosed || this.#isOver) {
        if (this.#isOver) this.#finish();
        this.#settled.resolve();
        return 0;
      }
      if (this.#isTurnOver() || !(await this.#fill())) await this.#atEnd();
    }
  }

  seek(offset: number): number {
    const { start, waypoints } = this.#span;
    const { bytes, lines } = waypoints.before(offset);
    this.#position = start + bytes;
    this.#given = start + bytes;
    this.#linesBefore = lines;
    return bytes;
  }

  /** The last line was given out without its end. */
  get isRestGiven(): boolean {
    return this.#restStart !== undefined;
  }

  /** It was over before: its file is known already. */
  get #isRepeated(): boolean {
    return this.#span.end !== undefined;
  }

  get #linesSoFar(): number {
    return this.#linesBefore + this.#lines.linesGiven;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#settled.resolve();
  }

  #give(room: Uint8Array): number {
    const size = this.#lines.take(room);
    this.#given += size;
    this.#rememberTail(room.subarray(0, size));
    this.#span.waypoints.reached(this.#given - this.#span.start, this.#linesSoFar);
    this.#settled.resolve();
    return size;
  }

  /** Half a line that was given out may be overwritten when the rest of it comes. */
  #rememberTail(given: Uint8Array): void {
    if (this.#isRepeated || given.at(-1) !== NEWLINE) return;
    this.#span.file.give(this.#given, given);
  }

  /** Whether there was more. */
  async #fill(): Promise<boolean> {
    const { file, end } = this.#span;
    if (file.isCut || file.handle === undefined) return false;
    const room = this.#lines.room();
    const most = end === undefined ? room.length : Math.min(room.length, end - this.#position);
    let size: number;
    try {
      size = (await file.handle.read(room, 0, most, this.#position)).bytesRead;
    } catch (error) {
      if (this.#isClosed) return false;
      throw toStoreError(error);
    }
    // What was read may be of another file that was written over this one.
    if (size > 0 && (file.size < this.#position + size || this.#isLookDue)) await this.#look();
    if (size === 0 || file.isCut) return false;
    this.#lines.commit(size);
    this.#position += size;
    file.reach(this.#position);
    this.#lastDataMs = this.#around.nowMs();
    return true;
  }

  #isTurnOver(): boolean {
    const { nowMs, doOthersWait } = this.#around;
    return nowMs() - this.#startedMs > TURN_MAX_MS && doOthersWait();
  }

  /** There is nothing more for now: waits, or ends the run. */
  async #atEnd(): Promise<void> {
    const { file, end } = this.#span;
    const { nowMs, times, doOthersWait, changed } = this.#around;
    if (this.#isClosed) return;
    if (file.isCut || (end !== undefined && this.#position >= end)) {
      this.#lines.dropRest();
      return this.#end();
    }
    if (file.handle === undefined) throw new StoreError('not-found', 'no longer exists');
    const quietMs = nowMs() - file.changedMs;
    if (file.isGone && quietMs >= times.goneMs) return this.#endWithRest();
    if (this.#lines.restSize > 0 && quietMs >= times.restMs) return this.#endWithRest();
    const idleMs = nowMs() - this.#lastDataMs;
    const mayTurn = idleMs >= TURN_IDLE_MS || quietMs >= STILL_MS || this.#isTurnOver();
    if (mayTurn && doOthersWait()) return this.#end();
    this.#settled.resolve();
    await changed(doOthersWait() ? TURN_IDLE_MS : POLL_MS);
    await this.#look();
  }

  get #isLookDue(): boolean {
    return this.#around.nowMs() - this.#lookedMs > LOOK_MS;
  }

  async #look(): Promise<void> {
    this.#lookedMs = this.#around.nowMs();
    await this.#around.look(this.#span.file);
  }

  #endWithRest(): void {
    if (this.#lines.restSize > 0) this.#restStart = this.#given;
    this.#lines.giveRest();
    this.#isOver = true;
  }

  #end(): void {
    this.#isOver = true;
    this.#finish();
  }

  /** Copies of the file may go on where it stands now. */
  #finish(): void {
    this.settle();
    if (!this.#isRepeated) this.#span.file.endRun();
  }
}
