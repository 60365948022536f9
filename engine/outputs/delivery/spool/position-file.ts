/*
 * Where a spool stands, in a file of two entries that are written in turn: an entry that is damaged leaves the one
 * before it. An entry is `CHECKSUM TURN BEGIN END DESTINATION`, padded to a fixed size.
 */

import { type FileHandle, lstat, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { openOwnFile, readOwnFile } from '../../../base/own-file.ts';
import { hasChecksum, withChecksum } from './spool-record.ts';

const FILE_NAME = 'position';
const FILE_MODE = 0o600;
const ENTRY_SIZE = 96;
const ENTRY_COUNT = 2;
/** Bytes after the entries are ignored. */
const FILE_SIZE_MAX = 1 << 20;
const ENTRY = /^\S+ (\d+) (\d+) (\d+) ([0-9a-f]{16}|-)$/;

export interface SpoolPosition {
  /** Number of the oldest alert that is not delivered. */
  readonly begin: number;
  /** At least so far alerts were written: the number of the next one, or an older number. */
  readonly end: number;
  /** Digest of the destination; `undefined`: any. */
  readonly digest: string | undefined;
}

/** Contents of the file. Damage is no reason to reject; an error of the system is. */
export interface ReadPosition {
  /** `undefined`: there is no file, or no entry is intact. */
  readonly position: SpoolPosition | undefined;
  /** An entry is damaged or missing. */
  readonly isDamaged: boolean;
  readonly turn: number;
}

export async function readPosition(folder: string): Promise<ReadPosition> {
  const path = join(folder, FILE_NAME);
  const found = await lstat(path).catch(() => undefined);
  const bytes = found?.isFile() === true ? readOwnFile(path, FILE_SIZE_MAX) : undefined;
  const written = Array.from({ length: ENTRY_COUNT }, (_, index) =>
    (bytes ?? Buffer.alloc(0)).subarray(index * ENTRY_SIZE, (index + 1) * ENTRY_SIZE),
  ).filter((entry) => entry.some((byte) => byte !== 0));
  const entries = written.flatMap(readEntry).sort((a, b) => b.turn - a.turn);
  const isDamaged = entries.length === 0 || entries.length < written.length;
  return { position: entries[0], isDamaged, turn: entries[0]?.turn ?? 0 };
}

export class PositionFile {
  readonly #folder: string;
  #file: FileHandle | undefined;
  #turn = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Creates the file if it does not exist; anything else with its name is set aside. */
  async open(): Promise<ReadPosition> {
    const path = join(this.#folder, FILE_NAME);
    const read = await readPosition(this.#folder);
    const found = await lstat(path).catch(() => undefined);
    if (found !== undefined && !found.isFile()) await rename(path, `${path}.damaged`);
    this.#file = await openOwnFile(path, 'change', FILE_MODE);
    this.#turn = read.turn;
    return read;
  }

  /** It survives the process from then on. */
  async write({ begin, end, digest = '-' }: SpoolPosition): Promise<void> {
    this.#turn += 1;
    const text = withChecksum(`${this.#turn} ${begin} ${end} ${digest}`).padEnd(ENTRY_SIZE - 1);
    await this.#file?.write(`${text}\n`, (this.#turn % ENTRY_COUNT) * ENTRY_SIZE, 'latin1');
  }

  /** What was written survives the machine. */
  async sync(): Promise<void> {
    await this.#file?.datasync();
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }
}

function readEntry(bytes: Buffer): (SpoolPosition & { readonly turn: number })[] {
  const text = bytes.toString('latin1').trimEnd();
  const match = ENTRY.exec(text);
  if (match === null || !hasChecksum(Buffer.from(text, 'latin1'))) return [];
  const [turn = 0, begin = 0, end = 0] = match.slice(1, 4).map(Number);
  const digest = match[4] === '-' ? undefined : match[4];
  return begin > 0 && begin <= end ? [{ turn, begin, end, digest }] : [];
}
