/*
 * Where a spool stands, in a file of two entries that are written in turn: an entry that is damaged leaves the one
 * before it. An entry is `CHECKSUM TURN BEGIN END`, padded to a fixed size.
 */

import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasChecksum, withChecksum } from './spool-record.ts';

const FILE_NAME = 'position';
const FILE_MODE = 0o600;
const ENTRY_SIZE = 64;
const ENTRY_COUNT = 2;
const ENTRY = /^\S+ (\d+) (\d+) (\d+) *\n$/;

/** Numbers of alerts. */
export interface SpoolPosition {
  /** The oldest that is not delivered. */
  readonly begin: number;
  /** At least so far alerts were written: the next number, or an older one. */
  readonly end: number;
}

export class PositionFile {
  readonly #path: string;
  #file: FileHandle | undefined;
  #turn = 0;

  constructor(folder: string) {
    this.#path = join(folder, FILE_NAME);
  }

  /** `undefined`: the file is new, or no entry of it is intact. Rejects with what the system says. */
  async open(): Promise<{ position: SpoolPosition | undefined; isDamaged: boolean }> {
    const found = await stat(this.#path).catch(() => undefined);
    const isOther = found !== undefined && !found.isFile();
    if (isOther) await rename(this.#path, `${this.#path}.damaged`);
    await (await open(this.#path, 'a', FILE_MODE)).close();
    this.#file = await open(this.#path, 'r+');
    const size = ENTRY_COUNT * ENTRY_SIZE;
    const { buffer, bytesRead } = await this.#file.read(Buffer.alloc(size), 0, size, 0);
    const written = [0, ENTRY_SIZE]
      .map((from) => buffer.subarray(from, Math.min(from + ENTRY_SIZE, bytesRead)))
      .filter((bytes) => bytes.some((byte) => byte !== 0));
    const entries = written.flatMap(readEntry);
    const [latest] = entries.sort((a, b) => b.turn - a.turn);
    this.#turn = latest?.turn ?? 0;
    return { position: latest, isDamaged: latest === undefined || entries.length < written.length };
  }

  /** It survives the process from then on. */
  async write({ begin, end }: SpoolPosition): Promise<void> {
    this.#turn += 1;
    const text = withChecksum(`${this.#turn} ${begin} ${end}`).padEnd(ENTRY_SIZE - 1);
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
  const match = ENTRY.exec(bytes.toString('latin1'));
  if (match === null || !hasChecksum(Buffer.from(bytes.toString('latin1').trimEnd(), 'latin1')))
    return [];
  const [turn = 0, begin = 0, end = 0] = match.slice(1).map(Number);
  return begin > 0 && begin <= end ? [{ turn, begin, end }] : [];
}
