/*
 * Alerts to the standard input of a program, through a shell, as Falco does it: one process that is kept and reads
 * line after line, or one for each alert.
 *
 * A process that is kept does not say what it has read. When it ends, what was written to it last is written to the
 * next one as well: an alert may come twice, and none is lost in a pipe that nobody reads any more.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import type { Alert } from '../alert/alert.ts';
import type { Output } from './output.ts';
import { awayFault, OutputFault } from './output-fault.ts';

export interface ProgramOutputOptions {
  /** A command for the shell. */
  readonly program: string;
  readonly mode: 'keep-alive' | 'each';
  /** Milliseconds for a process that has one alert. */
  readonly timeoutMs: number;
  /** Called with what it prints on standard error. */
  readonly onError?: (text: string) => void;
}

/** What may lie between us and the program: buffers of the system, and of the program itself. */
const UNCONFIRMED_SIZE_MAX = 256 << 10;
const REASON_SIZE_MAX = 200;
const NAME_SIZE_MAX = 60;
/** For a program to end once it has read everything. */
const END_TIME_MAX_MS = 2_000;

export class ProgramOutput implements Output {
  readonly name: string;
  readonly #options: ProgramOutputOptions;
  #child: RunningProgram | undefined;
  /** What was written last, oldest first. */
  #unconfirmed: string[] = [];
  #unconfirmedSize = 0;
  #isAbandoned = false;

  constructor(options: ProgramOutputOptions) {
    this.#options = options;
    const { program } = options;
    const shown = program.length > NAME_SIZE_MAX ? `${program.slice(0, NAME_SIZE_MAX)}…` : program;
    this.name = `program ${shown}`;
  }

  /** A shell says only when it runs that there is no such program. */
  async open(): Promise<void> {
    if (this.#options.mode === 'keep-alive') this.#child = this.#start();
  }

  async deliver(alerts: readonly Alert[]): Promise<void> {
    if (this.#options.mode === 'keep-alive') await this.#write(alerts);
    else await this.#runEach(alerts);
  }

  /** Rejects when the program did not end well, and the next one did not either. */
  async close(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    try {
      await child?.finish(END_TIME_MAX_MS);
    } catch (error) {
      if (this.#isAbandoned || this.#unconfirmed.length === 0) throw error;
      const last = this.#start();
      await last.write(this.#unconfirmed.join(''));
      await last.finish(END_TIME_MAX_MS);
    }
  }

  abandon(): void {
    this.#isAbandoned = true;
    this.#child?.kill();
  }

  async #write(alerts: readonly Alert[]): Promise<void> {
    const text = alerts.map(({ line }) => `${line}\n`).join('');
    if (this.#child === undefined || this.#child.hasEnded) {
      this.#child = this.#start();
      const again = this.#unconfirmed.join('');
      if (again !== '') await this.#child.write(again);
    }
    await this.#child.write(text);
    this.#remember(text);
  }

  async #runEach(alerts: readonly Alert[]): Promise<void> {
    for (const [index, { line }] of alerts.entries()) {
      try {
        if (this.#isAbandoned) throw new OutputFault('away', 'no time left');
        this.#child = this.#start();
        // A program may end without having read all that it was given; its exit code says whether that is wrong.
        await this.#child.write(`${line}\n`).catch(() => {});
        await this.#child.finish(this.#options.timeoutMs);
      } catch (error) {
        throw awayFault(error, index);
      } finally {
        this.#child = undefined;
      }
    }
  }

  #start(): RunningProgram {
    return new RunningProgram(this.#options);
  }

  #remember(text: string): void {
    this.#unconfirmed.push(text);
    this.#unconfirmedSize += text.length;
    while (this.#unconfirmed.length > 1) {
      const oldest = this.#unconfirmed[0] ?? '';
      if (this.#unconfirmedSize - oldest.length < UNCONFIRMED_SIZE_MAX) return;
      this.#unconfirmed.shift();
      this.#unconfirmedSize -= oldest.length;
    }
  }
}

class RunningProgram {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #isOver = false;
  #isSuccess = false;
  /** Why it is over, or will be. */
  #reason = '';
  #lastError = '';

  constructor({ program, onError }: ProgramOutputOptions) {
    this.#child = spawn(program, {
      shell: true,
      // What it prints is seen where ours is, as with Falco.
      stdio: ['pipe', 'inherit', 'pipe'],
      // Of its own: Ctrl-C is for us, and what is on its way is still to be written.
      detached: true,
    });
    this.#child.stdin?.on('error', () => {});
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastError = text.trim().slice(0, REASON_SIZE_MAX);
      onError?.(text);
    });
    this.#ended = new Promise((resolve) => {
      const end = (reason: string): void => {
        if (this.#reason === '') this.#reason = reason;
        this.#isOver = true;
        resolve();
      };
      this.#child.on('error', (error) => end(error.message));
      this.#child.on('exit', (code, signal) => {
        this.#isSuccess = code === 0;
        const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
        end(this.#lastError === '' ? how : `${how}: ${this.#lastError}`);
      });
    });
  }

  get hasEnded(): boolean {
    return this.#isOver;
  }

  /** Resolves when the system has it; rejects when the program has ended. */
  write(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#child.stdin?.write(text, (error) => {
        if (error === null || error === undefined) resolve();
        else void this.#ended.then(() => reject(new OutputFault('away', this.#reason)));
      });
    });
  }

  /** Its input ends, and it is waited for; rejects when it takes longer, or did not end well. */
  async finish(timeMaxMs: number): Promise<void> {
    this.#child.stdin?.end();
    const timer = setTimeout(() => {
      this.#reason = `did not end within ${timeMaxMs} ms`;
      this.kill();
    }, timeMaxMs);
    await this.#ended;
    clearTimeout(timer);
    if (!this.#isSuccess) throw new OutputFault('away', this.#reason);
  }

  /** The shell and what it started. */
  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#isOver) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}
