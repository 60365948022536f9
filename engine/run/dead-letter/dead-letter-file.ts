import { OperationQueue } from '../../base/operation-queue.ts';
import { systemErrorText } from '../../base/system-error.ts';
import { LineFile, LinesNotWritten } from '../../outputs/transport/line-file.ts';
import {
  type DeadLetter,
  type MessageLetter,
  writeDeadLetter,
  writeMessageLetter,
} from './dead-letter.ts';

/** They hold whole events: only the operator reads them. */
const FILE_MODE = 0o600;
/** A file that cannot be written is tried again so often, for half a minute: events wait meanwhile. */
const PAUSE_MS = 1_000;
const TRIES_MAX = 30;

/** Dead letters, appended to a file, one delivery after the other. */
export class DeadLetterFile {
  readonly path: string;
  #written = 0;
  #unwritten = 0;
  #messagesWritten = 0;
  readonly #file: LineFile;
  readonly #onProblem: (message: string) => void;
  readonly #operations = new OperationQueue();
  #hasFailed = false;
  #isStopping = false;
  #endPause: () => void = () => {};

  /** `onProblem`: they cannot be written; said once until they can be again. */
  constructor(path: string, onProblem: (message: string) => void) {
    this.path = path;
    this.#file = new LineFile(path, { mode: FILE_MODE, keepsOpen: false, isOwn: true });
    this.#onProblem = onProblem;
  }

  /** Letters that are in the file, and letters that could not be written. */
  get written(): number {
    return this.#written;
  }

  get unwritten(): number {
    return this.#unwritten;
  }

  /** Messages that are in the file. */
  get messagesWritten(): number {
    return this.#messagesWritten;
  }

  /** Rejects with the system's error. */
  open(): Promise<void> {
    return this.#file.open();
  }

  /** Resolves when they are in the file, or could not be written for half a minute. */
  async write(letters: readonly DeadLetter[]): Promise<void> {
    const written = await this.#append(letters.map(writeDeadLetter));
    this.#written += written;
    this.#unwritten += letters.length - written;
  }

  /** Resolves to whether it is in the file. */
  async writeMessage(letter: MessageLetter): Promise<boolean> {
    const written = await this.#append([writeMessageLetter(letter)]);
    this.#messagesWritten += written;
    return written === 1;
  }

  /** The run ends: what cannot be written now is not tried again. */
  stopWaiting(): void {
    this.#isStopping = true;
    this.#endPause();
  }

  /** Resolves to how many of them are in the file. */
  #append(lines: readonly string[]): Promise<number> {
    return this.#operations.run(async () => {
      let left = lines;
      for (let tries = 1; left.length > 0; tries++) {
        left = left.slice(await this.#appendOnce(left));
        if (left.length === 0 || tries === TRIES_MAX || this.#isStopping) break;
        await this.#pause();
      }
      return lines.length - left.length;
    });
  }

  async #appendOnce(lines: readonly string[]): Promise<number> {
    try {
      await this.#file.append(`${lines.join('\n')}\n`);
      this.#hasFailed = false;
      return lines.length;
    } catch (error) {
      if (!this.#hasFailed)
        this.#onProblem(`cannot be written: ${systemErrorText(error)}; events wait`);
      this.#hasFailed = true;
      return error instanceof LinesNotWritten ? error.taken : 0;
    }
  }

  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PAUSE_MS);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
