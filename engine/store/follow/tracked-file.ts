/*
 * One file that is followed, from its first byte to its last, whatever it is called meanwhile. What is known of it are
 * values that are replaced as a whole, by verbs that say what happened; each verb asserts what must hold then:
 *
 * - what was given out was read: `offset ≤ readTo`, and so is the tail;
 * - a file that was cut has no handle, is never there again, and gets no further run;
 * - bytes have one heir, when nothing more of them can be read;
 * - what a file is taken for is judged once.
 */

import type { FileHandle } from 'node:fs/promises';
import { assert } from '../../base/assert.ts';
import {
  extendTail,
  type FileHead,
  type FileProgress,
  type FileRuns,
  type FileTail,
  type KnownFile,
  type Look,
  NEVER_NS,
  NO_HEAD,
  NO_PROGRESS,
  NO_TAIL,
  type ReadBytes,
  type Sight,
} from './file-values.ts';

/**
 * What became of a file: it is there, no path leads to it any more, or it was cut and is another file now. `sinceMs`:
 * monotonic. `heir`: the file that has its bytes now.
 */
export type Fate = { readonly kind: 'there' } | EndedFate<'gone'> | EndedFate<'truncated'>;

interface EndedFate<Kind> {
  readonly kind: Kind;
  readonly sinceMs: number;
  readonly heir: TrackedFile | undefined;
}

/**
 * What it is taken for. `held`: it may be a copy of another one, or not be written to its end, and nothing of it is
 * read before that is known; `aside`: it lies beside the file that is followed, and is only of interest where it has
 * bytes of that one.
 */
export type Standing = 'held' | 'followed' | 'aside';

/** Where a file is found. */
interface Names {
  /** Below the root, where it was last seen. */
  readonly path: string;
  /** Path at which its first bytes were found: anything judged by name is judged by this one. */
  readonly knownAs: string;
}

export class TrackedFile {
  readonly id: string;
  #names: Names;
  /** The head, and the stored size of the file when the head was read. */
  #head: FileHead & { readonly seenAt: number } = { ...NO_HEAD, seenAt: 0 };
  #look: Look;
  #progress: FileProgress = NO_PROGRESS;
  #bytes: ReadBytes = { readTo: 0, tail: NO_TAIL };
  #fate: Fate = { kind: 'there' };
  #standing: Standing;
  #runs: FileRuns = { latest: 0, isOpen: false };
  #handle: FileHandle | undefined;

  constructor({ id, path, size, modifiedNs }: Sight, standing: Standing, changedMs: number) {
    this.id = id;
    this.#names = { path, knownAs: path };
    this.#look = { size, modifiedNs, changedMs };
    this.#standing = standing;
  }

  /** One that another process knew: of what it was then it is not known whether it still is. */
  static restore(known: KnownFile, nowMs: number): TrackedFile {
    const { path, knownAs, fate, isAside, isCompressed, head, tail, progress } = known;
    const standing = isAside ? 'aside' : 'followed';
    const file = new TrackedFile({ ...known, modifiedNs: NEVER_NS }, standing, nowMs);
    file.#names = { path, knownAs };
    file.#head = { isCompressed, bytes: head, seenAt: 0 };
    file.#progress = progress;
    // One that is smaller now is another one.
    file.#bytes = { readTo: Math.max(progress.offset, tail.end), tail };
    if (fate !== 'there') file.#fate = { kind: fate, sinceMs: nowMs, heir: undefined };
    return file;
  }

  get path(): string {
    return this.#names.path;
  }

  get knownAs(): string {
    return this.#names.knownAs;
  }

  get head(): FileHead & { readonly seenAt: number } {
    return this.#head;
  }

  get isCompressed(): boolean {
    return this.#head.isCompressed === true;
  }

  /** Stored bytes at the last look. */
  get size(): number {
    return this.#look.size;
  }

  get modifiedNs(): bigint {
    return this.#look.modifiedNs;
  }

  get changedMs(): number {
    return this.#look.changedMs;
  }

  get progress(): FileProgress {
    return this.#progress;
  }

  get readTo(): number {
    return this.#bytes.readTo;
  }

  get tail(): FileTail {
    return this.#bytes.tail;
  }

  get fate(): Fate {
    return this.#fate;
  }

  get isThere(): boolean {
    return this.#fate.kind === 'there';
  }

  get isGone(): boolean {
    return this.#fate.kind === 'gone';
  }

  /** Its bytes are no more; a copy of them may be elsewhere. */
  get isCut(): boolean {
    return this.#fate.kind === 'truncated';
  }

  get standing(): Standing {
    return this.#standing;
  }

  get latestRun(): number {
    return this.#runs.latest;
  }

  /** A run of it has not come to its end. */
  get isBeingRead(): boolean {
    return this.#runs.isOpen;
  }

  get handle(): FileHandle | undefined {
    return this.#handle;
  }

  /** The file that has the bytes of this one now. */
  get present(): TrackedFile {
    let present: TrackedFile = this;
    while (present.#fate.kind !== 'there' && present.#fate.heir !== undefined)
      present = present.#fate.heir;
    return present;
  }

  /** It can be read no more than it was. */
  get isDrained(): boolean {
    if (this.isBeingRead) return false;
    if (this.isCut) return true;
    return this.isGone && (this.#handle === undefined || this.size <= this.#progress.seenEnd);
  }

  /** Whether a run of it would give something. */
  hasNews(nowMs: number, restMs: number): boolean {
    if (this.#standing !== 'followed' || this.isCut) return false;
    if (this.isGone && this.#handle === undefined) return false;
    const { offset, seenEnd, isRestGiven } = this.#progress;
    if (this.size > seenEnd) return true;
    if (this.size <= offset || isRestGiven || this.isCompressed) return false;
    return nowMs - this.changedMs >= restMs;
  }

  /** It was found at another path. */
  moveTo(path: string): void {
    assert(this.isThere, `${path} is a file that no path leads to`);
    this.#names = { ...this.#names, path };
  }

  /** A look found it changed. */
  see(size: number, modifiedNs: bigint, changedMs: number): void {
    assert(!this.isCut, `${this.path} was cut before the look`);
    this.#look = { size, modifiedNs, changedMs };
  }

  /** Its first bytes were read, when it had so many stored bytes. */
  recognize(head: FileHead, seenAt: number): void {
    this.#head = { ...head, seenAt };
  }

  /** It is not a copy of another one. */
  judge(standing: 'followed' | 'aside'): void {
    assert(this.#standing === 'held', `${this.path} is judged a second time`);
    this.#standing = standing;
  }

  beginRun(number: number): void {
    assert(this.#standing === 'followed', `a run of ${this.path}, which is not followed`);
    assert(!this.isCut, `a run of ${this.path}, which was cut`);
    assert(number > this.#runs.latest, `run ${number} of ${this.path} behind a later one`);
    this.#runs = { latest: number, isOpen: true };
  }

  /** Its latest run is read again: no copy of it goes on before it is known how far it was read. */
  resumeRun(): void {
    this.#runs = { ...this.#runs, isOpen: true };
  }

  endRun(): void {
    this.#runs = { ...this.#runs, isOpen: false };
  }

  /** It was read up to there. */
  reach(position: number): void {
    this.#bytes = { ...this.#bytes, readTo: Math.max(this.readTo, position) };
  }

  /** Whole lines were given out, the latest ones up to there; others than before only. */
  give(end: number, given: Uint8Array): void {
    assert(end <= this.readTo, `${end} bytes of ${this.path} were given out, ${this.readTo} read`);
    if (end <= this.tail.end) return;
    this.#bytes = { ...this.#bytes, tail: extendTail(this.tail, end, given) };
  }

  /** A run is left there. */
  settle(progress: FileProgress): void {
    const { offset, lines } = progress;
    assert(offset >= 0 && lines >= 0, `${this.path} was read to ${offset}, ${lines} lines`);
    this.#progress = progress;
    this.reach(offset);
  }

  /** Its bytes were not wanted. */
  passOver(): void {
    this.#progress = { ...this.#progress, seenEnd: this.size };
  }

  /** Number of unread bytes that can never be read. */
  giveUp(): number {
    assert(!this.isThere && !this.isBeingRead, `${this.path} is given up and can be read`);
    const lost = this.size - this.#progress.offset;
    this.settle({ ...this.#progress, offset: this.size });
    return lost;
  }

  /** No path leads to it, or there is another file in its place. */
  leave(kind: 'gone' | 'truncated', nowMs: number): void {
    assert(!this.isCut && this.present === this, `${this.path} is left again`);
    assert(kind === 'gone' || this.#handle === undefined, `${this.path} was cut and is open`);
    this.#fate = { kind, sinceMs: nowMs, heir: undefined };
  }

  /** There is a path to it after all. */
  comeBack(): void {
    assert(this.isGone && this.present === this, `${this.path} is back and was not away`);
    this.#fate = { kind: 'there' };
  }

  /** Another file has the bytes of this one: what was read of this one counts as read of that. */
  handOverTo(heir: TrackedFile): void {
    const fate = this.#fate;
    assert(fate.kind !== 'there' && fate.heir === undefined, `${this.path} is handed over twice`);
    assert(this.isDrained && heir.#standing === 'held', `${this.path} goes on in ${heir.path}`);
    this.#fate = { ...fate, heir };
    heir.judge(this.#standing === 'aside' ? 'aside' : 'followed');
    heir.#names = { ...heir.#names, knownAs: this.knownAs };
    const { offset, lines } = this.#progress;
    // The size of a compressed file's contents is unknown.
    const seenEnd = heir.isCompressed ? 0 : offset;
    heir.#progress = { ...heir.#progress, offset, lines, seenEnd };
    heir.#bytes = { readTo: offset, tail: heir.isCompressed ? NO_TAIL : this.tail };
  }

  /** It is open now. */
  attach(handle: FileHandle): void {
    assert(this.#handle === undefined && !this.isCut, `${this.path} is opened twice, or was cut`);
    this.#handle = handle;
  }

  /** Takes its handle away, open as it is. */
  detach(): FileHandle | undefined {
    const handle = this.#handle;
    this.#handle = undefined;
    return handle;
  }

  /** What lies in the place of another one has its turn where that one had it. */
  takeTurnOf(other: TrackedFile): void {
    this.#runs = { latest: other.latestRun, isOpen: false };
  }

  async close(): Promise<void> {
    await this.detach()?.close();
  }
}
