import { LineFile } from '../output/line-file.ts';
import { type DeadLetter, writeDeadLetter } from './dead-letter.ts';

/** They hold whole events: only the operator reads them. */
const FILE_MODE = 0o600;

/** Dead letters, appended to a file, one delivery after the other. */
export class DeadLetterFile {
  readonly path: string;
  /** Letters that are in the file, and letters that could not be written. */
  written = 0;
  unwritten = 0;
  readonly #file: LineFile;
  readonly #onProblem: (message: string) => void;
  #writing: Promise<void> = Promise.resolve();
  #hasFailed = false;

  /** `onProblem`: they cannot be written; said once until they can be again. */
  constructor(path: string, onProblem: (message: string) => void) {
    this.path = path;
    this.#file = new LineFile(path, { mode: FILE_MODE, keepsOpen: false });
    this.#onProblem = onProblem;
  }

  /** Rejects with what the system says. */
  open(): Promise<void> {
    return this.#file.open();
  }

  /** Resolves when they are in the file, or cannot be. */
  write(letters: readonly DeadLetter[]): Promise<void> {
    this.#writing = this.#writing.then(() => this.#append(letters));
    return this.#writing;
  }

  async #append(letters: readonly DeadLetter[]): Promise<void> {
    try {
      await this.#file.append(letters.map(writeDeadLetter));
      this.written += letters.length;
      this.#hasFailed = false;
    } catch (error) {
      this.unwritten += letters.length;
      if (!this.#hasFailed)
        this.#onProblem(`cannot be written: ${(error as NodeJS.ErrnoException).code}`);
      this.#hasFailed = true;
    }
  }
}
