/* The segments of a spool: files of records, each named after the number of its first one. */

import {
  copyFile,
  type FileHandle,
  link,
  lstat,
  open,
  readdir,
  rename,
  rm,
} from 'node:fs/promises';
import { join } from 'node:path';
import { openOwnFile } from '../../../base/own-file.ts';
import type { SpoolPosition } from './position-file.ts';
import { readLines } from './read-lines.ts';
import { readRecord } from './spool-record.ts';

const NAME = /^(\d{12,16})\.jsonl$/;
const NAME_DIGITS = 12;
const DAMAGED = '.damaged';
const FILE_MODE = 0o600;

export interface Segment {
  /** Number of its first record. */
  readonly first: number;
  readonly path: string;
  /** Bytes of records. */
  size: number;
  /** Bytes that were read on the way to the receiver. */
  read: number;
}

export function newSegment(folder: string, first: number): Segment {
  const name = `${String(first).padStart(NAME_DIGITS, '0')}.jsonl`;
  return { first, path: join(folder, name), size: 0, read: 0 };
}

/** Segments of the folder, the oldest first. */
export async function findSegments(folder: string): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const name of await readdir(folder)) {
    const match = NAME.exec(name);
    if (match === null) continue;
    const path = join(folder, name);
    const found = await lstat(path);
    if (found.isFile()) segments.push({ first: Number(match[1]), path, size: found.size, read: 0 });
  }
  return segments.sort((a, b) => a.first - b.first);
}

/** What has the name of a segment and is no file gets another name. */
export async function setAsideOthers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (NAME.test(name) && !(await lstat(path)).isFile()) await rename(path, path + DAMAGED);
  }
}

/** From which number to which alerts wait, as far as the end of the latest segment and the position tell. */
export async function standOf(
  segments: readonly Segment[],
  position: SpoolPosition | undefined,
): Promise<{ begin: number; end: number }> {
  const [oldest, latest] = [segments[0], segments.at(-1)];
  const begin = position?.begin ?? oldest?.first ?? 1;
  let end = Math.max(begin, position?.end ?? 1, latest?.first ?? 1);
  if (latest !== undefined) {
    const scanned = await scanSegment(latest);
    // If it is unknown how far was written, each damaged line is an alert.
    const unknown = position === undefined ? scanned.damagedAtEnd : 0;
    end = Math.max(end, (scanned.end === 0 ? latest.first : scanned.end) + unknown);
  }
  return { begin, end };
}

/** Contents of a segment, whether or not a receiver waits for it. */
interface SegmentContents {
  /** Number after its last intact record; 0 if there is none. */
  readonly end: number;
  /** Damaged lines behind the last record that is intact. */
  readonly damagedAtEnd: number;
}

async function scanSegment({ path, size }: Segment): Promise<SegmentContents> {
  const file = await openOwnFile(path, 'read', FILE_MODE);
  let [end, damagedAtEnd] = [0, 0];
  try {
    for (let offset = 0; offset < size; ) {
      const piece = await readLines(file, offset, size);
      if (piece.size === 0) break;
      offset += piece.size;
      for (const line of piece.lines) {
        const record = readRecord(line);
        damagedAtEnd = record === undefined ? damagedAtEnd + 1 : 0;
        if (record !== undefined) end = Math.max(end, record.number + 1);
      }
    }
  } finally {
    await file.close();
  }
  return { end, damagedAtEnd };
}

/** Reads segments on; keeps the latest one open. */
export class SegmentReader {
  #segment: Segment | undefined;
  #file: FileHandle | undefined;

  get segment(): Segment | undefined {
    return this.#segment;
  }

  /** Lines from where the segment was read to; none if it ends there or is removed. Rejects with the system's error. */
  async read(segment: Segment): Promise<readonly Buffer[]> {
    if (this.#segment !== segment) {
      await this.close();
      try {
        this.#file = await openOwnFile(segment.path, 'read', FILE_MODE);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw error;
      }
      this.#segment = segment;
    }
    if (this.#file === undefined) return [];
    return (await readLines(this.#file, segment.read, segment.size)).lines;
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#segment = undefined;
    await file?.close();
  }
}

/** Keeps a damaged segment for a person to look at; returns where. */
export async function setAside({ path }: Segment): Promise<string> {
  const kept = path + DAMAGED;
  try {
    await link(path, kept);
  } catch (error) {
    // Some file systems have no links.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await copyFile(path, kept);
  }
  return kept;
}

export async function removeSegment({ path }: Segment): Promise<void> {
  // One that stays is older than the position: the next start removes it.
  await rm(path, { force: true }).catch(() => {});
}

/** For writing; what lies there under this name was never confirmed to anybody. */
export async function createSegment({ path }: Segment, folder: string): Promise<FileHandle> {
  const file = await openOwnFile(path, 'replace', FILE_MODE);
  await syncFolder(folder);
  return file;
}

/** The names themselves are on the disk. Some file systems have no such thing for folders. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    await folder.sync().finally(() => folder.close());
  } catch {
    // Only a crash of the machine could still take the name back.
  }
}
