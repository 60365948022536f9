import { LineFile } from '../output/line-file.ts';
import {
  type DeadLetter,
  type MessageLetter,
  writeDeadLetter,
  writeMessageLetter,
} from './dead-letter.ts';

/** They hold whole events: only the operator reads them. */
const FILE_MODE = 0o600;

/** Dead letters, appended to a file, one delivery after the other. */
export class DeadLetterFile {
  readonly path: string;
  /** Letters that are in the file, and letters that could not be written. */
  written = 0;
  unwritten = 0;
  /** Messages that are in the file. */
  messagesWritten = 0;
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
    const written = this.#append(letters.map(writeDeadLetter)).then((isWritten) => {
      if (isWritten) this.written += letters.length;
      else this.unwritten += letters.length;
    });
    return written;
  }

  /** Resolves to whether it is in the file. */
  async writeMessage(letter: MessageLetter): Promise<boolean> {
    const isWritten = await this.#append([writeMessageLetter(letter)]);
    if (isWritten) this.messagesWritten += 1;
    return isWritten;
  }

  #append(lines: readonly string[]): Promise<boolean> {
    const appended = this.#writing.then(() => this.#appendNow(lines));
    this.#writing = appended.then(() => {});
    return appended;
  }

  async #appendNow(lines: readonly string[]): Promise<boolean> {
    try {
      await this.#file.append(`${lines.join('\n')}\n`);
      this.#hasFailed = false;
      return true;
    } catch (error) {
      if (!this.#hasFailed)
        this.#onProblem(`cannot be written: ${(error as NodeJS.ErrnoException).code}`);
      this.#hasFailed = true;
      return false;
    }
  }
}
