/* Alerts to the standard input of a program: a process for each of them, whose exit code says whether it has it. */

import type { Alert } from '../../detect/alert/alert.ts';
import type { Output } from './output.ts';
import { awayFault, OutputFault } from './output-fault.ts';
import { type ProgramOptions, programName, RunningProgram } from './running-program.ts';

export interface ProgramOutputOptions extends ProgramOptions {
  /** Milliseconds for a process that has one alert. */
  readonly timeoutMs: number;
}

export class ProgramOutput implements Output {
  readonly name: string;
  readonly #options: ProgramOutputOptions;
  #child: RunningProgram | undefined;
  #isAbandoned = false;

  constructor(options: ProgramOutputOptions) {
    this.#options = options;
    this.name = programName(options.program);
  }

  /** A shell says only when it runs that there is no such program. */
  async open(): Promise<void> {}

  async deliver(alerts: readonly Alert[]): Promise<void> {
    for (const [index, { line }] of alerts.entries()) {
      try {
        if (this.#isAbandoned) throw new OutputFault('away', 'no time left');
        this.#child = new RunningProgram(this.#options);
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

  async close(): Promise<void> {}

  abandon(): void {
    this.#isAbandoned = true;
    this.#child?.kill();
  }
}
