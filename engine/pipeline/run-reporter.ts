/* What a run tells of its streams and plugins: problems, faults and log lines, counted and passed on. */

import type { Problem } from '../plugin/host/host-services.ts';
import { LogCollector, type PluginLog } from '../plugin/host/plugin-log.ts';
import type { RunFault, SourceNotes } from '../stream/stream-protocol.ts';
import type { RunOptions } from './run-options.ts';
import type { Tally } from './tally.ts';

const NO_LOG: PluginLog = { lines: [], unlisted: new Map() };

export class RunReporter {
  readonly #tally: Tally;
  readonly #options: RunOptions;
  /** Names of the streams, by position. */
  readonly #names: readonly string[];
  readonly #log = new LogCollector();

  constructor(tally: Tally, options: RunOptions, names: readonly string[]) {
    this.#tally = tally;
    this.#options = options;
    this.#names = names;
  }

  takeProblem(stream: number, problem: Problem): void {
    const unlistedProblems = { lost: 0, warnings: 0 };
    this.takeNotes(stream, { problems: [problem], unlistedProblems, log: NO_LOG });
  }

  takeNotes(stream: number, notes: SourceNotes): void {
    this.#tally.addNotes(stream, notes);
    for (const problem of notes.problems) {
      const subject = this.#isAlone
        ? problem.subject
        : `${this.#nameOf(stream)}: ${problem.subject}`;
      this.#options.onProblem?.({ ...problem, subject });
    }
    this.takeLog(notes.log);
  }

  /** The workers have their limits, and the run has one over all that it has started. */
  takeLog({ lines, unlisted }: PluginLog): void {
    for (const line of lines) this.#log.add(line);
    for (const [plugin, count] of unlisted) this.#log.addUnlisted(plugin, count);
    if (this.#log.isEmpty) return;
    const taken = this.#log.take();
    for (const line of taken.lines) this.#options.onLog?.(line);
    this.#tally.addUnlistedLog(taken.unlisted);
  }

  takeFault(fault: RunFault): void {
    this.#tally.addFault(fault);
    this.#options.onFault?.(fault);
  }

  /** If one plugin reads several streams, the fault names the stream. */
  takeSourceFault(stream: number, fault: RunFault): void {
    this.#tally.addSourceFault(stream, fault);
    const message = `stream \`${this.#nameOf(stream)}\`: ${fault.message}`;
    this.#options.onFault?.(this.#isAlone ? fault : { ...fault, message });
  }

  #nameOf(stream: number): string {
    return this.#names[stream] ?? '';
  }

  get #isAlone(): boolean {
    return this.#names.length === 1;
  }
}
