/* Alerts that a receiver will not have, with the reason, one a line of JSON. */

import { dirname } from 'node:path';
import { withChecksum } from '../../base/json-line.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { hideSecrets } from '../../base/secrets.ts';
import { systemErrorText } from '../../base/system-error.ts';
import type { Alert } from '../../detect/alert/alert.ts';
import { LineFile, LinesNotWritten } from '../transport/line-file.ts';
import { printAlert } from './alert-record.ts';

/** Alerts hold what only the operator reads. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

export class UndeliveredFile {
  readonly path: string;
  readonly #file: LineFile;
  readonly #outputName: string;
  readonly #say: (message: string) => void;
  #hasFailed = false;

  /** `say`: they cannot be written; once until they can be again. */
  constructor(path: string, outputName: string, say: (message: string) => void) {
    this.path = path;
    this.#outputName = outputName;
    this.#say = say;
    this.#file = new LineFile(path, { mode: FILE_MODE, keepsOpen: false, isOwn: true });
  }

  /** Rejects with the system's error. */
  async open(): Promise<void> {
    makeFolder(dirname(this.path), FOLDER_MODE);
    await this.#file.open();
  }

  /** Resolves to how many of them, from the first one on, are in the file. */
  async write(alerts: readonly Alert[], reason: string): Promise<number> {
    const output = this.#outputName;
    try {
      const lines = alerts.map((alert) => {
        return `${withChecksum({ output, reason: hideSecrets(reason), alert: JSON.parse(printAlert(alert)) })}\n`;
      });
      await this.#file.append(lines.join(''));
      this.#hasFailed = false;
      return alerts.length;
    } catch (error) {
      if (!this.#hasFailed)
        this.#say(`${this.path} cannot be written: ${systemErrorText(error)}; alerts wait`);
      this.#hasFailed = true;
      return error instanceof LinesNotWritten ? error.taken : 0;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
