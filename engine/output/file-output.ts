import { type FileHandle, open } from 'node:fs/promises';
import type { Alert } from '../alert/alert.ts';
import type { Output } from './output.ts';

/** Alerts appended to a file. Without `keepAlive` it is opened for each delivery, so that it can be rotated. */
export class FileOutput implements Output {
  readonly name = 'file';
  readonly #path: string;
  readonly #keepAlive: boolean;
  #handle: FileHandle | undefined;

  constructor(path: string, keepAlive: 'keep-alive' | 'reopen') {
    this.#path = path;
    this.#keepAlive = keepAlive === 'keep-alive';
  }

  async deliver(alerts: readonly Alert[]): Promise<void> {
    const handle = this.#handle ?? (await open(this.#path, 'a', 0o640));
    this.#handle = handle;
    await handle.appendFile(`${alerts.map(({ line }) => line).join('\n')}\n`);
    if (!this.#keepAlive) await this.close();
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}
