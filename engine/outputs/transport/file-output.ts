import { rename, rm, stat } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import { OperationQueue } from '../../base/operation-queue.ts';
import { lockFile, type OwnerLock } from '../../base/owner-lock.ts';
import type { Alert } from '../../detect/alert/alert.ts';
import { LineFile, LinesNotWritten } from './line-file.ts';
import type { Output } from './output.ts';
import { awayFault } from './output-fault.ts';

/** Only the operator and the group read alerts. */
const FILE_MODE = 0o640;

/** When a file is put aside and another one begun. */
export interface Rotation {
  /** Bytes; `undefined`: however large it is. */
  readonly sizeMax: number | undefined;
  /** Milliseconds; `undefined`: however old it is. */
  readonly ageMaxMs: number | undefined;
  /** Files that are kept: FILE.1 is the latest of them. */
  readonly keptMax: number;
  readonly clock: Clock;
}

export interface FileOutputOptions {
  readonly mode: 'keep-alive' | 'reopen';
  readonly rotation?: Rotation | undefined;
}

/** Alerts appended to a file. Without `keep-alive` it is opened for each delivery, so that others can rotate it. */
export class FileOutput implements Output {
  readonly name: string;
  readonly #path: string;
  readonly #rotation: Rotation | undefined;
  readonly #file: LineFile;
  readonly #operations = new OperationQueue();
  #size = 0;
  #sinceMs = 0;
  #lock: OwnerLock | undefined;

  constructor(path: string, { mode, rotation }: FileOutputOptions) {
    this.name = `file ${path}`;
    this.#path = path;
    this.#rotation = rotation;
    this.#file = new LineFile(path, { mode: FILE_MODE, keepsOpen: mode === 'keep-alive' });
  }

  /** Two processes would write into each other's lines. */
  async open(): Promise<void> {
    await this.#file.open();
    if ((await stat(this.#path)).isFile()) this.#lock = await lockFile(this.#path);
    if (this.#rotation !== undefined) await this.#measure();
  }

  deliver(alerts: readonly Alert[]): Promise<void> {
    return this.#operations.run(async () => {
      const text = alerts.map(({ line }) => `${line}\n`).join('');
      try {
        if (this.#rotation !== undefined) await this.#rotateFor(this.#rotation, text);
        await this.#file.append(text);
      } catch (error) {
        throw awayFault(error, error instanceof LinesNotWritten ? error.taken : 0);
      }
    });
  }

  async close(): Promise<void> {
    await this.#operations.run(() => this.#file.close());
    await this.#lock?.release();
  }

  /** What comes goes to a file of this name, wherever the one before is now. */
  reopen(): Promise<void> {
    return this.#operations.run(async () => {
      await this.#file.close();
      await this.#file.open();
      if (this.#rotation !== undefined) await this.#measure();
    });
  }

  async #measure(): Promise<void> {
    const { size, birthtimeMs } = await stat(this.#path);
    this.#size = size;
    this.#sinceMs = birthtimeMs;
  }

  async #rotateFor({ sizeMax, ageMaxMs, keptMax, clock }: Rotation, text: string): Promise<void> {
    const size = Buffer.byteLength(text);
    const isLarge = sizeMax !== undefined && this.#size + size > sizeMax;
    const isOld = ageMaxMs !== undefined && clock.nowMs() - this.#sinceMs >= ageMaxMs;
    // A clock that was set back: it is as old as it was then.
    if (clock.nowMs() < this.#sinceMs) this.#sinceMs = clock.nowMs();
    if (this.#size > 0 && (isLarge || isOld)) {
      await this.#file.close();
      await putAside(this.#path, keptMax);
      this.#size = 0;
      this.#sinceMs = clock.nowMs();
      await this.#file.open();
    }
    this.#size += size;
  }
}

/** Renames FILE to FILE.1, FILE.1 to FILE.2, and so on; the last one is removed. */
async function putAside(path: string, keptMax: number): Promise<void> {
  for (let number = keptMax; number > 1; number--) {
    await rename(`${path}.${number - 1}`, `${path}.${number}`).catch(ignoreMissing);
  }
  if (keptMax > 0) await rename(path, `${path}.1`).catch(ignoreMissing);
  else await rm(path, { force: true });
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
