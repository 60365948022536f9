/* A file that lines are appended to, by this process and by others before it. */

import { type FileHandle, open, stat } from 'node:fs/promises';
import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { openOwnFile } from '../../base/own-file.ts';
import { systemErrorText } from '../../base/system-error.ts';

const NEWLINE = 0x0a;
/** Between two looks whether a file that is kept open was deleted. */
const LOOK_INTERVAL_MS = 100;

/** A file took only a part of what was appended. */
export class LinesNotWritten extends Error {
  /** Whole lines, from the first one on, that are in the file. */
  readonly taken: number;

  constructor(cause: Error, taken: number) {
    super(systemErrorText(cause), { cause });
    this.name = 'LinesNotWritten';
    this.taken = taken;
  }
}

export interface LineFileOptions {
  /** Mode of a file that is created. */
  readonly mode: number;
  /** One that is not can be rotated by others. */
  readonly keepsOpen: boolean;
  /** It holds what only this program knows: it is never a link or a device. */
  readonly isOwn?: boolean;
}

export class LineFile {
  readonly #path: string;
  readonly #mode: number;
  readonly #keepsOpen: boolean;
  readonly #isOwn: boolean;
  #handle: FileHandle | undefined;
  /** It ends in a part of a line: the next one must not be part of it. */
  #isTorn = false;
  #lookedMs = 0;

  constructor(path: string, { mode, keepsOpen, isOwn = false }: LineFileOptions) {
    this.#path = path;
    this.#mode = mode;
    this.#keepsOpen = keepsOpen;
    this.#isOwn = isOwn;
  }

  /** Creates the file if it does not exist. */
  async open(): Promise<void> {
    const handle = await this.#openHandle();
    // A process that was killed may have left half a line.
    if (await endsInLine(this.#path)) await handle.appendFile('\n');
    if (!this.#keepsOpen) await this.close();
  }

  /** Whole lines, each with its end. Rejects with `LinesNotWritten`; the file can be tried again. */
  async append(text: string): Promise<void> {
    let [bytes, ending, written] = [Buffer.alloc(0), '', 0];
    try {
      await this.#leaveDeleted();
      const handle = await this.#openHandle();
      // Others may have moved it meanwhile.
      if (this.#isTorn && (await endsInLine(this.#path))) ending = '\n';
      bytes = Buffer.from(ending + text);
      while (written < bytes.length) {
        written += (await handle.write(bytes, written)).bytesWritten;
        this.#isTorn = bytes[written - 1] !== NEWLINE;
      }
      if (!this.#keepsOpen) await this.close();
    } catch (error) {
      // What it leads to may be gone.
      await this.close().catch(() => {});
      const lines = bytes.subarray(ending.length, Math.max(written, ending.length));
      throw new LinesNotWritten(error as Error, lines.filter((byte) => byte === NEWLINE).length);
    }
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  /** Nobody would see lines in a file that has no name any more. */
  async #leaveDeleted(): Promise<void> {
    const nowMs = SYSTEM_CLOCK.monotonicMs();
    if (this.#handle === undefined || nowMs - this.#lookedMs < LOOK_INTERVAL_MS) return;
    this.#lookedMs = nowMs;
    if ((await this.#handle.stat()).nlink === 0) await this.close();
  }

  async #openHandle(): Promise<FileHandle> {
    this.#handle ??= this.#isOwn
      ? await openOwnFile(this.#path, 'append', this.#mode)
      : await open(this.#path, 'a', this.#mode);
    return this.#handle;
  }
}

/** Whether there is something after the last line end. Always false for anything but a regular file. */
async function endsInLine(path: string): Promise<boolean> {
  const found = await stat(path);
  if (!found.isFile() || found.size === 0) return false;
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch {
    // The file may be writable and not readable: then it is unknown.
    return false;
  }
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, found.size - 1);
    return bytesRead === 1 && buffer[0] !== NEWLINE;
  } finally {
    await file.close();
  }
}
