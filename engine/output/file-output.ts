import type { Alert } from '../alert/alert.ts';
import { LineFile } from './line-file.ts';
import type { Output } from './output.ts';

/** Only the operator and the group read alerts. */
const FILE_MODE = 0o640;

/** Alerts appended to a file. Without `keep-alive` it is opened for each delivery, so that it can be rotated. */
export class FileOutput implements Output {
  readonly name: string;
  readonly #file: LineFile;

  constructor(path: string, mode: 'keep-alive' | 'reopen') {
    this.name = `file ${path}`;
    this.#file = new LineFile(path, { mode: FILE_MODE, keepsOpen: mode === 'keep-alive' });
  }

  open(): Promise<void> {
    return this.#file.open();
  }

  deliver(alerts: readonly Alert[]): Promise<void> {
    return this.#file.append(alerts.map(({ line }) => line));
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
