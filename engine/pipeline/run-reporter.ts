/* What a run tells of its streams and plugins: problems, faults and log lines, counted and passed on. */

import { LIMITS } from '../base/limits.ts';
import type { Problem } from '../plugin/host/host-services.ts';
import { LogCollector, type PluginLog } from '../plugin/host/plugin-log.ts';
import type { NumberedBatch, RunFault, SourceNotes } from '../stream/stream-protocol.ts';
import type { RunOptions } from './run-options.ts';
import type { Tally } from './tally.ts';

const NO_LOG: PluginLog = { lines: [], unlisted: new Map() };

export class RunReporter {
  readonly #tally: Tally;
  readonly #options: RunOptions;
  /** Names of the streams, by position. */
  readonly #names: readonly string[];
  readonly #log = new LogCollector();
  /** Problems that its source had to tell, by stream. */
  readonly #listed: number[] = [];

  constructor(tally: Tally, options: RunOptions, names: readonly string[]) {
    this.#tally = tally;
    this.#options = options;
    this.#names = names;
  }

  takeProblem(stream: number, problem: Problem): void {
    const unlistedProblems = { lost: 0, warnings: 0 };
    this.#tally.addNotes(stream, { problems: [problem], unlistedProblems, log: NO_LOG });
    this.#tell(stream, [problem]);
  }

  /** Events that no rule was evaluated for, since their batch ended whoever evaluated it. */
  takeLeftOut(
    stream: number,
    { firstEventNumber, eventCount }: Pick<NumberedBatch, 'firstEventNumber' | 'eventCount'>,
    reason: string,
  ): void {
    const last = firstEventNumber + eventCount - 1;
    const message = `events ${firstEventNumber} to ${last} are not evaluated: ${reason}`;
    const subject = this.#nameOf(stream);
    this.takeProblem(stream, { severity: 'lost', subject, line: 0, message });
  }

  /** A worker lists so many at most, and so does a stream whose workers are started again. */
  takeNotes(stream: number, notes: SourceNotes): void {
    this.#tally.addNotes(stream, notes);
    const listed = this.#listed[stream] ?? 0;
    const left = Math.max(0, LIMITS.problemLinesMax.value - listed);
    this.#listed[stream] = listed + notes.problems.length;
    this.#tell(stream, notes.problems.slice(0, left));
    this.takeLog(notes.log);
  }

  #tell(stream: number, problems: readonly Problem[]): void {
    for (const problem of problems) {
      const subject = this.#isAlone
        ? problem.subject
        : `${this.#nameOf(stream)}: ${problem.subject}`;
      this.#options.onProblem?.({ ...problem, subject });
    }
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
