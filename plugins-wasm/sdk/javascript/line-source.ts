// A source of lines of text in files: a line is an event. Any other line is reported with its number, and the lines
// after it are still read.

import { add as report } from 'tiercel:plugin/report@0.1.0';
import type { StoredObject } from 'tiercel:plugin/store@0.1.0';
import { hostError, pluginError } from './errors.ts';
import { FileList, nameOf, openFile } from './file-list.ts';
import { positionBytes, readPosition } from './line-position.ts';
import { ReadBuffer } from './read-buffer.ts';
import { NO_TIME, type Source, type Step } from './source.ts';
import { toNumber } from './values.ts';

const READ_SIZE = 256 << 10;
/** A longer line is reported as lost. */
const LINE_SIZE_MAX = 16 << 20;
/** The engine calls sooner when something comes. */
const IDLE_MS = 1000;
const NAMES_SHOWN = 5;
const READS_A_CALL = 16;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

export interface LineSourceOptions {
  /**
   * When what the line tells happened: a Date, nanoseconds since 1970, or `undefined`, if it does not say. What it
   * throws for is no event, and reported as lost with what is thrown. Absent: every line is an event, without a time.
   */
  readonly time?: (line: string) => Date | bigint | undefined;
  /** Files of a folder to read, by their paths, as they lie (`.gz` and `.zst` included); absent: all. */
  readonly isWanted?: (path: string) => boolean;
}

export class LineSource implements Source {
  private readonly options: LineSourceOptions;
  private readonly files: FileList;
  private readonly decoder = new TextDecoder();
  private location = '';
  private object: StoredObject | undefined;
  private path = '';
  private isDropping = false;
  private atEnd = false;
  private endError = '';
  /** Read and not given out; its start is at `offset` in the file. */
  private readonly buffer = new ReadBuffer();
  /** Bytes of it in which no line ends. */
  private searched = 0;
  private offset = 0n;
  private line = 1n;
  private skipped = 0;
  private readonly skippedNames: string[] = [];

  constructor(options: LineSourceOptions = {}) {
    this.options = options;
    const isWanted = options.isWanted ?? (() => true);
    this.files = new FileList(isWanted, (path) => this.passOver(path));
  }

  open(params: string): void {
    this.location = params;
    if (this.files.open() !== 'empty') return;
    throw pluginError('not-found', `${params} holds no files`);
  }

  next(bytesMax: number, eventsMax: number): Step {
    // A call that finds nothing but what is no event ends all the same.
    for (let reads = 0; reads < READS_A_CALL; ) {
      if (this.object === undefined) {
        const next = this.nextFile();
        if (next === 'waiting') return { tag: 'idle', val: IDLE_MS };
        if (next === undefined) return { tag: 'end' };
        continue;
      }
      const events = this.takeLines(bytesMax, eventsMax);
      if (events !== undefined) return events;
      if (this.atEnd) this.closeFile();
      else if (!this.readMore()) return { tag: 'idle', val: IDLE_MS };
      reads++;
    }
    const none = { data: new Uint8Array(), spans: new Uint32Array(), times: new BigUint64Array() };
    return { tag: 'events', val: none };
  }

  checkpoint(): Uint8Array {
    const { offset, line, isDropping, path } = this;
    return positionBytes({ offset, line, isDropping, isOpen: this.object !== undefined, path });
  }

  resume(bytes: Uint8Array): void {
    const position = readPosition(bytes);
    if (position === undefined)
      throw pluginError('invalid-argument', 'not a position of this plugin');
    const { path, offset, line, isOpen, isDropping } = position;
    this.path = path;
    // Before the first file.
    if (!isOpen && offset === 0n && path === '') return;
    this.files.resumeAfter(path);
    // What was read to its end may have grown since, or be gone.
    if (!this.openAt(path, offset, isOpen)) return;
    this.line = line;
    this.isDropping = isDropping;
  }

  /** Files stay where they are. */
  acknowledge(): void {}

  close(): void {
    this.tellSkipped();
    this.object?.[Symbol.dispose]();
    this.object = undefined;
  }

  private nextFile(): 'opened' | 'waiting' | undefined {
    try {
      const next = this.files.next();
      if (next === undefined) this.tellSkipped();
      if (next === undefined || next === 'waiting') return next;
      this.openAt(next.path, 0n, true);
      return 'opened';
    } catch (error) {
      this.lose(this.location, 0n, hostError(error).message);
      return 'opened';
    }
  }

  private openAt(path: string, offset: bigint, hasToBeThere: boolean): boolean {
    this.path = path;
    this.offset = offset;
    this.line = 1n;
    this.buffer.clear();
    this.searched = 0;
    this.atEnd = false;
    this.endError = '';
    this.isDropping = false;
    try {
      this.object = openFile(path, offset);
      return true;
    } catch (error) {
      const { code, message } = hostError(error);
      if (hasToBeThere || code !== 'not-found') this.lose(this.name, 0n, message);
      return false;
    }
  }

  private closeFile(): void {
    if (this.endError !== '') this.lose(this.name, 0n, this.endError);
    this.object?.[Symbol.dispose]();
    this.object = undefined;
  }

  /** False: there is nothing for now. */
  private readMore(): boolean {
    try {
      const bytes = this.object?.read(READ_SIZE) ?? new Uint8Array();
      if (bytes.length === 0) this.atEnd = true;
      else this.buffer.add(bytes);
    } catch (error) {
      const { code, message } = hostError(error);
      if (code === 'timed-out') return false;
      // What is complete is still used.
      this.endError = message;
      this.atEnd = true;
    }
    if (this.buffer.size <= LINE_SIZE_MAX) return true;
    if (!this.isDropping) this.lose(this.name, this.line, 'longer than an event may be (16 MiB)');
    this.isDropping = true;
    this.use(this.buffer.size);
    return true;
  }

  /** The events of the whole lines that are there; `undefined`: none. */
  private takeLines(bytesMax: number, eventsMax: number): Step | undefined {
    const rest = this.buffer.bytes();
    const spans: number[] = [];
    const times: bigint[] = [];
    let used = 0;
    // What stops at a limit is not searched to its end.
    let isSearched = false;
    while (
      times.length < eventsMax &&
      (used < bytesMax || times.length === 0) &&
      used < rest.length
    ) {
      const feed = rest.indexOf(LINE_FEED, Math.max(used, this.searched));
      isSearched = feed < 0;
      if (isSearched && !this.atEnd) break;
      const end = feed < 0 ? rest.length : feed;
      const [from, to] = trimmed(rest, used, end);
      const time =
        this.isDropping || from === to ? undefined : this.timeOf(rest.subarray(from, to));
      if (time !== undefined) {
        spans.push(from, to);
        times.push(time);
      }
      used = Math.min(end + 1, rest.length);
      if (feed >= 0) {
        this.isDropping = false;
        this.line++;
      }
    }
    this.use(used);
    if (isSearched) this.searched = this.buffer.size;
    if (times.length === 0) return undefined;
    const data = rest.subarray(0, used);
    return {
      tag: 'events',
      val: { data, spans: Uint32Array.from(spans), times: BigUint64Array.from(times) },
    };
  }

  /** `undefined` if the line is not an event. */
  private timeOf(line: Uint8Array): bigint | undefined {
    const { time } = this.options;
    if (time === undefined) return NO_TIME;
    try {
      return toNumber(time(this.decoder.decode(line))) ?? NO_TIME;
    } catch (error) {
      this.lose(this.name, this.line, (error as Error).message);
      return undefined;
    }
  }

  private use(size: number): void {
    this.buffer.use(size);
    this.searched = 0;
    this.offset += BigInt(size);
  }

  /** For people: a location that is one file has no path of its own. */
  private get name(): string {
    const name = nameOf(this.path);
    return name === '' ? this.location.slice(this.location.lastIndexOf('/') + 1) : name;
  }

  private lose(subject: string, line: bigint, message: string): void {
    report({ severity: 'lost', subject, line, message });
  }

  private passOver(path: string): void {
    this.skipped++;
    if (this.skippedNames.length < NAMES_SHOWN) this.skippedNames.push(path);
  }

  private tellSkipped(): void {
    if (this.skipped === 0) return;
    const more = this.skipped > this.skippedNames.length ? ', …' : '';
    const files = this.skipped === 1 ? '1 file was' : `${this.skipped} files were`;
    const message = `${files} left out (${this.skippedNames.join(', ')}${more})`;
    report({ severity: 'warning', subject: this.location, line: 0n, message });
    this.skipped = 0;
    this.skippedNames.length = 0;
  }
}

/** Without the carriage return before a line end, and the mark at the start of a file that some programs write. */
function trimmed(bytes: Uint8Array, start: number, end: number): [from: number, to: number] {
  const isMarked = BYTE_ORDER_MARK.every((byte, index) => bytes[start + index] === byte);
  const from = isMarked && start + 3 <= end ? start + 3 : start;
  return [from, end > from && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end];
}
