/*
 * Alerts on disk while their receiver is away: lines of JSON in segments, the oldest first, and a file that says how
 * much of the oldest segment was delivered. What is in it survives the process; what was delivered in the moment of a
 * crash is delivered again.
 */

import { type FileHandle, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Alert } from '../alert/alert.ts';
import { makeFolder } from '../base/make-folder.ts';
import { parseAlert, printAlert } from './alert-record.ts';

/** A segment that was delivered is removed; the disk gets its room back in parts of this size. */
const SEGMENT_SIZE = 8 << 20;
const READ_SIZE = 256 << 10;
const NEWLINE = 0x0a;
const FOLDER_MODE = 0o700;
/** Alerts hold what only the operator reads. */
const FILE_MODE = 0o600;
const POSITION_FILE = 'position';
const SEGMENT_NAME = /^\d{12}\.jsonl$/;
const POSITION_SIZE = 64;

/** There is no room left in a spool. */
export class SpoolFull extends Error {
  constructor(sizeMax: number) {
    super(`it is full: ${sizeMax} bytes`);
    this.name = 'SpoolFull';
  }
}

interface Segment {
  readonly number: number;
  /** Bytes of whole lines. */
  size: number;
}

/** One that was read and not yet delivered. */
interface Waiting {
  readonly alert: Alert;
  /** Bytes of its line. */
  readonly size: number;
}

export interface SpoolOptions {
  readonly folder: string;
  /** Bytes on disk, at most, but for an alert that is larger. */
  readonly sizeMax: number;
  readonly segmentSize?: number;
}

/** First in, first out. Methods must not overlap, but `append` with `oldest` and `forget`. */
export class Spool {
  readonly folder: string;
  readonly #options: Required<SpoolOptions>;
  /** Oldest first. */
  readonly #segments: Segment[] = [];
  #count = 0;
  /** Delivered bytes of the oldest segment. */
  #delivered = 0;
  #position: FileHandle | undefined;
  #writer: FileHandle | undefined;
  #reader: FileHandle | undefined;
  #ahead: Waiting[] = [];
  /** Of `#ahead`: those before were delivered. */
  #next = 0;
  /** Where reading ahead goes on, in a segment by its number. */
  #readAt = { segment: 1, offset: 0 };
  /** Lines that nobody wrote like this: they are passed over. */
  unreadable = 0;

  constructor(options: SpoolOptions) {
    this.#options = { segmentSize: SEGMENT_SIZE, ...options };
    this.folder = options.folder;
  }

  /** Alerts that are not delivered. */
  get count(): number {
    return this.#count;
  }

  /** Bytes on disk. */
  get size(): number {
    return this.#segments.reduce((sum, { size }) => sum + size, 0);
  }

  /** Takes up what an earlier process left. Rejects with what the system says. */
  async open(): Promise<void> {
    const { folder } = this.#options;
    makeFolder(folder, FOLDER_MODE);
    this.#position = await open(join(folder, POSITION_FILE), 'a+', FILE_MODE);
    await this.#position.close();
    this.#position = await open(join(folder, POSITION_FILE), 'r+');
    const kept = readPosition(await this.#position.readFile('utf8'));
    const names = (await readdir(folder)).filter((name) => SEGMENT_NAME.test(name)).sort();
    for (const name of names) {
      const number = Number.parseInt(name, 10);
      if (number < kept.segment) {
        await rm(join(folder, name), { force: true });
        continue;
      }
      this.#segments.push({ number, size: (await stat(join(folder, name))).size });
    }
    const oldest = this.#segments[0];
    // Older numbers are those of segments that were delivered.
    this.#readAt = { segment: Math.max(1, kept.segment), offset: 0 };
    if (oldest === undefined) return;
    this.#delivered = oldest.number === kept.segment ? Math.min(kept.offset, oldest.size) : 0;
    this.#readAt = { segment: oldest.number, offset: this.#delivered };
    await this.#measure();
  }

  /** Resolves to how many of them, from the first one on, are on the disk now; rejects when none is. */
  async append(alerts: readonly Alert[]): Promise<number> {
    const { segmentSize } = this.#options;
    const lines = this.#fitting(alerts);
    const bytes = Buffer.concat(lines);
    let segment = this.#segments.at(-1);
    if (segment === undefined || this.#writer === undefined || segment.size >= segmentSize) {
      segment = await this.#startSegment();
    }
    const writer = this.#writer;
    if (writer === undefined) throw new Error('a segment without a file');
    try {
      let written = 0;
      while (written < bytes.length) {
        const { bytesWritten } = await writer.write(
          bytes,
          written,
          bytes.length - written,
          segment.size + written,
        );
        written += bytesWritten;
      }
      // A position may be kept behind these alerts from now on.
      await writer.datasync();
    } catch (error) {
      await writer.truncate(segment.size).catch(() => {});
      throw error;
    }
    segment.size += bytes.length;
    this.#count += lines.length;
    return lines.length;
  }

  #fitting(alerts: readonly Alert[]): Buffer[] {
    const { sizeMax } = this.#options;
    const lines: Buffer[] = [];
    let room = sizeMax - this.size;
    for (const alert of alerts) {
      const line = Buffer.from(`${printAlert(alert)}\n`);
      const isAlone = lines.length === 0 && this.size === 0;
      if (line.length > room && !isAlone) break;
      lines.push(line);
      room -= line.length;
    }
    if (lines.length === 0) throw new SpoolFull(sizeMax);
    return lines;
  }

  /** The oldest that are not delivered, no more than `max`. */
  async oldest(max: number): Promise<Alert[]> {
    while (this.#ahead.length - this.#next < Math.min(max, this.#count)) {
      if (!(await this.#readAhead())) break;
    }
    return this.#ahead.slice(this.#next, this.#next + max).map(({ alert }) => alert);
  }

  /** The oldest ones are delivered. */
  async forget(count: number): Promise<void> {
    while (this.#ahead.length - this.#next < count && (await this.#readAhead()));
    const gone = this.#ahead.slice(this.#next, this.#next + count);
    this.#next += gone.length;
    this.#count -= gone.length;
    for (const { size } of gone) await this.#pass(size);
    if (this.#next > 1_000 && this.#next * 2 > this.#ahead.length) {
      this.#ahead = this.#ahead.slice(this.#next);
      this.#next = 0;
    }
    if (this.#count === 0) await this.#clear();
    else await this.#keepPosition();
  }

  async close(): Promise<void> {
    await this.#position?.close();
    await this.#writer?.close();
    await this.#reader?.close();
    this.#position = undefined;
    this.#writer = undefined;
    this.#reader = undefined;
  }

  /** So many bytes of the oldest segments were delivered. */
  async #pass(size: number): Promise<void> {
    this.#delivered += size;
    const oldest = this.#segments[0];
    if (oldest === undefined || this.#delivered < oldest.size || this.#segments.length === 1)
      return;
    this.#segments.shift();
    this.#delivered = 0;
    await this.#keepPosition();
    await rm(this.#pathOf(oldest.number), { force: true });
  }

  /** All was delivered: the disk gets its room back. */
  async #clear(): Promise<void> {
    const last = this.#segments.at(-1);
    if (last === undefined || this.#delivered < last.size) {
      await this.#keepPosition();
      return;
    }
    await this.#writer?.close();
    this.#writer = undefined;
    await this.#reader?.close();
    this.#reader = undefined;
    this.#segments.length = 0;
    this.#delivered = 0;
    this.#readAt = { segment: last.number + 1, offset: 0 };
    await this.#keepPosition(last.number + 1);
    await rm(this.#pathOf(last.number), { force: true });
  }

  async #keepPosition(segment = this.#segments[0]?.number ?? 0): Promise<void> {
    const text = `${segment} ${this.#delivered}\n`.padStart(POSITION_SIZE);
    await this.#position?.write(text, 0, 'latin1');
  }

  async #startSegment(): Promise<Segment> {
    await this.#writer?.close();
    this.#writer = undefined;
    const last = this.#segments.at(-1);
    const segment = {
      number: last === undefined ? this.#readAt.segment : last.number + 1,
      size: 0,
    };
    // Made anew: what lies there under this name is nobody's.
    this.#writer = await open(this.#pathOf(segment.number), 'w', FILE_MODE);
    this.#segments.push(segment);
    return segment;
  }

  /** Whether there was something to read. */
  async #readAhead(): Promise<boolean> {
    const { segment: at, offset } = this.#readAt;
    const segment = this.#segments.find(({ number }) => number === at);
    if (segment === undefined || offset >= segment.size) {
      const following = this.#segments.find(({ number }) => number > at);
      if (following === undefined) return false;
      await this.#reader?.close();
      this.#reader = undefined;
      this.#readAt = { segment: following.number, offset: 0 };
      return true;
    }
    this.#reader ??= await open(this.#pathOf(segment.number), 'r');
    const { lines, size } = await readLines(this.#reader, offset, segment.size);
    this.#readAt.offset += size;
    let passed = 0;
    for (const line of lines) {
      const alert = parseAlert(line.toString('utf8'));
      passed += line.length + 1;
      if (alert === undefined) {
        this.unreadable += 1;
        continue;
      }
      this.#ahead.push({ alert, size: passed });
      passed = 0;
    }
    if (passed > 0) await this.#passTail(passed);
    return true;
  }

  /** Bytes behind the last alert that was read, of lines that are none: they belong to it. */
  async #passTail(size: number): Promise<void> {
    const last = this.#ahead.at(-1);
    if (last === undefined || this.#ahead.length === this.#next) await this.#pass(size);
    else this.#ahead[this.#ahead.length - 1] = { ...last, size: last.size + size };
  }

  /** Counts what is there, and takes half a line away that a crash left. */
  async #measure(): Promise<void> {
    for (const segment of this.#segments) {
      const file = await open(this.#pathOf(segment.number), 'r+');
      try {
        let offset = segment === this.#segments[0] ? this.#delivered : 0;
        const end = segment.size;
        while (offset < end) {
          const { lines, size } = await readLines(file, offset, end);
          if (size === 0) break;
          offset += size;
          this.#count += lines.filter((line) => parseAlert(line.toString('utf8'))).length;
        }
        if (offset < end) await file.truncate(offset);
        segment.size = offset;
      } finally {
        await file.close();
      }
    }
  }

  #pathOf(number: number): string {
    return join(this.#options.folder, `${String(number).padStart(12, '0')}.jsonl`);
  }
}

/** Whole lines from `offset` on, at least one if there is one, and how many bytes they are with their ends. */
async function readLines(
  file: FileHandle,
  offset: number,
  end: number,
): Promise<{ lines: Buffer[]; size: number }> {
  for (let room = READ_SIZE; ; room *= 2) {
    const wanted = Math.min(room, end - offset);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted), 0, wanted, offset);
    const bytes = buffer.subarray(0, bytesRead);
    const size = bytes.lastIndexOf(NEWLINE) + 1;
    if (size > 0) return { lines: splitLines(bytes.subarray(0, size)), size };
    if (wanted < room || bytesRead < wanted) return { lines: [], size: 0 };
  }
}

/** Each line ends. */
function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, start);
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

function readPosition(text: string): { segment: number; offset: number } {
  const [segment = 0, offset = 0] = text.trim().split(' ').map(Number);
  return Number.isSafeInteger(segment) && Number.isSafeInteger(offset)
    ? { segment, offset }
    : { segment: 0, offset: 0 };
}
