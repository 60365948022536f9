import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Alert } from '../alert/alert.ts';
import type { Output } from './output.ts';

/** Only the operator and the group read alerts. */
const FILE_MODE = 0o640;
const NEWLINE = 0x0a;

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
    const handle = await this.#openHandle();
    // A process that was killed may have left half a line: the next one must not be part of it.
    if (await endsInLine(this.#path)) await handle.appendFile('\n');
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

/** Whether there is something behind the last line end. Never so for what is no regular file. */
async function endsInLine(path: string): Promise<boolean> {
  const found = await stat(path);
  if (!found.isFile() || found.size === 0) return false;
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch {
    // It may be written and not be read: then nobody can tell.
    return false;
  }
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, found.size - 1);
    return bytesRead === 1 && buffer[0] !== NEWLINE;
  } finally {
    await file.close();
  }
}
