/* A program that alerts are written to, through a shell, as Falco starts it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { systemErrorText } from '../../base/system-error.ts';
import { OutputFault } from './output-fault.ts';

export interface ProgramOptions {
  /** A command for the shell. */
  readonly program: string;
  /** Called with each line that it prints on standard error. */
  readonly onError?: ((line: string) => void) | undefined;
}

const REASON_SIZE_MAX = 200;
/** Longest line of standard error, in characters; a longer one is reported in parts. */
const LINE_SIZE_MAX = 4_096;
const NAME_SIZE_MAX = 60;
/** Milliseconds between SIGTERM and SIGKILL, and after it. */
const TERM_TIME_MS = 400;
const KILL_TIME_MS = 200;
/** Milliseconds from the end of a process to the end of its standard error, at most. */
const LAST_WORDS_TIME_MS = 100;
/** Whether there is less time by now. */
const LOOK_MS = 50;

export function programName(program: string): string {
  const shown = program.length > NAME_SIZE_MAX ? `${program.slice(0, NAME_SIZE_MAX)}…` : program;
  return `program ${shown}`;
}

export class RunningProgram {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #isOver = false;
  #isSuccess = false;
  /** Why it is over, or will be. */
  #reason = '';
  /** The latest line on its standard error that is not blank. */
  #lastLine = '';
  /** The start of the next one. */
  #lineStart = '';

  /** `onEnd` is called once, when it is over, however that came about. */
  constructor({ program, onError }: ProgramOptions, onEnd: () => void = () => {}) {
    this.#child = spawn(program, {
      shell: true,
      // What it prints is seen where ours is, as with Falco.
      stdio: ['pipe', 'inherit', 'pipe'],
      // A process group of its own: Ctrl-C is meant for us, and the alerts on their way still have to be written.
      detached: true,
    });
    this.#child.stdin?.on('error', () => {});
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#hear(text, onError));
    this.#ended = new Promise((resolve) => {
      const end = (reason: string): void => {
        if (this.#isOver) return;
        if (this.#reason === '') this.#reason = reason;
        this.#isOver = true;
        resolve();
        onEnd();
      };
      this.#child.on('error', (error) => end(systemErrorText(error)));
      const endWith = (code: number | null, signal: NodeJS.Signals | null): void => {
        if (this.#isOver) return;
        this.#isSuccess = code === 0 && this.#reason === '';
        const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
        this.#hear('\n', onError);
        end(this.#lastLine === '' ? how : `${how}: ${this.#lastLine}`);
      };
      // The end may be seen before what it last said; a child that it leaves behind keeps its standard error open.
      this.#child.on('exit', (code, signal) => {
        // What is in the pipe by then is read before what an immediate does, however late the timer is.
        const atLast = (): unknown => setImmediate(() => endWith(code, signal));
        const timer = setTimeout(atLast, LAST_WORDS_TIME_MS);
        this.#child.on('close', () => clearTimeout(timer));
      });
      this.#child.on('close', endWith);
    });
  }

  get hasEnded(): boolean {
    return this.#isOver;
  }

  get fault(): OutputFault {
    return new OutputFault('away', this.#reason);
  }

  /** Resolves when the system has it; rejects when the program has ended. */
  write(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#child.stdin?.write(text, (error) => {
        if (error === null || error === undefined) resolve();
        else void this.#ended.then(() => reject(this.fault));
      });
    });
  }

  /**
   * Its input ends, and it gets so many milliseconds to read the rest, fewer when `leftMs` says so; then it is ended.
   * Resolves when it has ended by itself with code 0, rejects if not.
   */
  async finish(timeMaxMs: number, leftMs = () => Number.POSITIVE_INFINITY): Promise<void> {
    this.#child.stdin?.end();
    const startMs = SYSTEM_CLOCK.monotonicMs();
    const spentMs = (): number => SYSTEM_CLOCK.monotonicMs() - startMs;
    for (;;) {
      const restMs = Math.min(timeMaxMs - spentMs(), leftMs());
      if (restMs <= 0 || (await this.#hasEndedWithin(Math.min(LOOK_MS, restMs)))) break;
    }
    if (!this.#isOver) {
      this.#reason = `did not end within ${Math.round(Math.min(timeMaxMs, spentMs()))} ms`;
      this.#signal('SIGTERM');
      if (!(await this.#hasEndedWithin(TERM_TIME_MS))) this.#signal('SIGKILL');
      await this.#hasEndedWithin(KILL_TIME_MS);
    }
    if (!this.#isSuccess) throw this.fault;
  }

  /** Its standard error comes in pieces of any size. */
  #hear(text: string, onError: ProgramOptions['onError']): void {
    const lines = `${this.#lineStart}${text}`.split('\n');
    const rest = lines.pop() ?? '';
    const isLong = rest.length > LINE_SIZE_MAX;
    this.#lineStart = isLong ? '' : rest;
    for (const line of isLong ? [...lines, rest] : lines) {
      const told = line.trim();
      if (told === '') continue;
      this.#lastLine = told.slice(0, REASON_SIZE_MAX);
      onError?.(told);
    }
  }

  /** The shell and what it started. */
  kill(): void {
    this.#signal('SIGKILL');
  }

  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#isOver) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }

  async #hasEndedWithin(timeMaxMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const isLate = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.max(0, timeMaxMs));
    });
    await Promise.race([this.#ended, isLate]);
    clearTimeout(timer);
    return this.#isOver;
  }
}

/** What `finish` may take beyond its time. */
export const END_TIME_MS = TERM_TIME_MS + KILL_TIME_MS;
