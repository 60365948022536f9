import { type FileHandle, open } from 'node:fs/promises';
import type { Alert } from '../alert/alert.ts';
import type { Output } from './output.ts';

/** Only the operator and the group read alerts. */
const FILE_MODE = 0o640;

/** Alerts appended to a file. Without `keep-alive` it is opened for each delivery, so that it can be rotated. */
export class FileOutput implements Output {
  readonly name: string;
  readonly #path: string;
  readonly #keepAlive: boolean;
  #handle: FileHandle | undefined;

  constructor(path: string, mode: 'keep-alive' | 'reopen') {
    this.name = `file ${path}`;
    this.#path = path;
    this.#keepAlive = mode === 'keep-alive';
  }

  async open(): Promise<void> {
    await this.#openHandle();
    if (!this.#keepAlive) await this.close();
  }

  async deliver(alerts: readonly Alert[]): Promise<void> {
    const handle = await this.#openHandle();
    await handle.appendFile(`${alerts.map(({ line }) => line).join('\n')}\n`);
    if (!this.#keepAlive) await this.close();
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  async #openHandle(): Promise<FileHandle> {
    this.#handle ??= await open(this.#path, 'a', FILE_MODE);
    return this.#handle;
  }
}
