/*
 * Alerts to the standard input of a program that is kept and reads line after line.
 *
 * Such a program does not say what it has read. What was written last may still lie in its pipe, and is gone when it
 * ends. So these alerts are `unread`, until later ones have pushed them through: a pipe takes no more than its size.
 * At the end the program has read everything when it ends with code 0 after its input was closed.
 */

import { readFileSync } from 'node:fs';
import type { Alert } from '../../detect/alert/alert.ts';
import type { Output } from './output.ts';
import {
  END_TIME_MS,
  type ProgramOptions,
  programName,
  RunningProgram,
} from './running-program.ts';

export interface KeptProgramOptions extends ProgramOptions {
  /** Milliseconds for the program to end once its input is closed. */
  readonly closeTimeoutMs: number;
}

/** Where the system does not tell, and beyond what it tells: it takes one piece more than its limit. */
const PIPE_SIZE = 256 << 10;
const PIPE_PIECE_SIZE = 64 << 10;
/** Linux: of the socket that Node gives a program as its standard input. */
const PIPE_SIZE_FILE = '/proc/sys/net/core/wmem_default';

export class KeptProgramOutput implements Output {
  readonly name: string;
  onFailure: ((error: unknown) => void) | undefined;
  readonly #options: KeptProgramOptions;
  readonly #pipeSize = pipeSize();
  #child: RunningProgram | undefined;
  /** Sizes in bytes of the alerts handed over last; those before index `#read` are certainly read. */
  #sizes: number[] = [];
  #read = 0;
  #unreadSize = 0;
  #isBusy = false;

  constructor(options: KeptProgramOptions) {
    this.#options = options;
    this.name = programName(options.program);
  }

  get unread(): number {
    return this.#sizes.length - this.#read;
  }

  /** A shell says only when it runs that there is no such program. */
  async open(): Promise<void> {
    this.#child = this.#start();
  }

  async deliver(alerts: readonly Alert[]): Promise<void> {
    const lines = alerts.map(({ line }) => `${line}\n`);
    this.#isBusy = true;
    try {
      if (this.#child?.hasEnded) this.#forget(this.#child);
      this.#child ??= this.#start();
      await this.#child.write(lines.join(''));
      this.#remember(lines);
    } catch (error) {
      this.#reset();
      throw error;
    } finally {
      this.#isBusy = false;
    }
  }

  async flush(leftMs: () => number): Promise<void> {
    this.#isBusy = true;
    try {
      await this.#child?.finish(this.#options.closeTimeoutMs, () => leftMs() - END_TIME_MS);
    } finally {
      this.#reset();
      this.#isBusy = false;
    }
  }

  async close(): Promise<void> {
    this.#child?.kill();
  }

  /** Throws when it has ended and may not have read everything. */
  #forget(child: RunningProgram): void {
    this.#child = undefined;
    if (this.unread > 0) throw child.fault;
  }

  #reset(): void {
    this.#child = undefined;
    this.#sizes = [];
    this.#read = 0;
    this.#unreadSize = 0;
  }

  #start(): RunningProgram {
    const child = new RunningProgram(this.#options, () => {
      if (this.#child === child && this.unread > 0 && !this.#isBusy) this.onFailure?.(child.fault);
    });
    return child;
  }

  #remember(lines: readonly string[]): void {
    for (const line of lines) {
      const size = Buffer.byteLength(line);
      this.#sizes.push(size);
      this.#unreadSize += size;
    }
    for (;;) {
      const oldest = this.#sizes[this.#read] ?? 0;
      if (this.unread === 0 || this.#unreadSize - oldest < this.#pipeSize) break;
      this.#unreadSize -= oldest;
      this.#read += 1;
    }
    if (this.#read * 2 > this.#sizes.length) {
      this.#sizes = this.#sizes.slice(this.#read);
      this.#read = 0;
    }
  }
}

function pipeSize(): number {
  try {
    const size = Number(readFileSync(PIPE_SIZE_FILE, 'latin1'));
    return Math.max(PIPE_SIZE, size) + PIPE_PIECE_SIZE;
  } catch {
    return PIPE_SIZE + PIPE_PIECE_SIZE;
  }
}
