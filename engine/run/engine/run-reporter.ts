/* What a run tells of its streams and plugins: problems, faults and log lines, counted and passed on. */

import { LIMITS } from '../../base/limits.ts';
import type { Problem } from '../../plugin/host/host-services.ts';
import { LogCollector, type PluginLog } from '../../plugin/host/plugin-log.ts';
import type { NumberedBatch, RunFault, SourceNotes } from '../stream/stream-protocol.ts';
import type { RunOptions } from './run-options.ts';
import { createCounts, type StreamCounts, type Tally } from './tally.ts';

/** As many as a person reads. */
const LATEST_PROBLEMS_MAX = 50;
const NO_LOG: PluginLog = { lines: [], unlisted: new Map() };

export class RunReporter {
  readonly #tally: Tally;
  readonly #options: RunOptions;
  /** The run has one stream only, which need not be named. */
  readonly #isAlone: boolean;
  readonly #log = new LogCollector();

  constructor(tally: Tally, options: RunOptions, streamCount: number) {
    this.#tally = tally;
    this.#options = options;
    this.#isAlone = streamCount === 1;
  }

  /** What one stream has to tell. */
  ofStream(name: string): StreamReporter {
    return new StreamReporter({
      name,
      isAlone: this.#isAlone,
      tally: this.#tally,
      options: this.#options,
      takeLog: (log) => this.takeLog(log),
    });
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
}

interface StreamReporterOptions {
  readonly name: string;
  readonly isAlone: boolean;
  readonly tally: Tally;
  readonly options: RunOptions;
  readonly takeLog: (log: PluginLog) => void;
}

export class StreamReporter {
  readonly counts: StreamCounts;
  readonly #options: StreamReporterOptions;
  /** Problems that its source had to tell. */
  #listed = 0;
  #latestProblems: Problem[] = [];

  constructor(options: StreamReporterOptions) {
    this.#options = options;
    this.counts = createCounts();
  }

  /** The latest parts of the input that could not be read, the oldest first. */
  get latestProblems(): readonly Problem[] {
    return this.#latestProblems;
  }

  takeProblem(problem: Problem): void {
    const unlistedProblems = { lost: 0, warnings: 0 };
    const notes = { problems: [problem], unlistedProblems, log: NO_LOG };
    this.#options.tally.addNotes(this.counts, notes);
    this.#tell([problem]);
  }

  /** Events that no rule was evaluated for, since evaluating their batch ended the worker. */
  takeLeftOut(
    { firstEventNumber, eventCount }: Pick<NumberedBatch, 'firstEventNumber' | 'eventCount'>,
    reason: string,
  ): void {
    const last = firstEventNumber + eventCount - 1;
    const message = `events ${firstEventNumber} to ${last} are not evaluated: ${reason}`;
    this.takeProblem({ severity: 'lost', subject: this.#options.name, line: 0, message });
  }

  /** A worker lists so many at most, and so does a stream whose workers are started again. */
  takeNotes(notes: SourceNotes): void {
    this.#options.tally.addNotes(this.counts, notes);
    const left = Math.max(0, LIMITS.problemLinesMax.value - this.#listed);
    this.#listed += notes.problems.length;
    this.#tell(notes.problems.slice(0, left));
    this.#options.takeLog(notes.log);
  }

  /** If one plugin reads several streams, the fault names the stream. */
  takeSourceFault(fault: RunFault): void {
    const { name, isAlone, tally, options } = this.#options;
    tally.addSourceFault(this.counts, fault);
    const message = `stream \`${name}\`: ${fault.message}`;
    options.onFault?.(isAlone ? fault : { ...fault, message });
  }

  #tell(problems: readonly Problem[]): void {
    const { name, isAlone, options } = this.#options;
    const lost = problems.filter(({ severity }) => severity === 'lost');
    this.#latestProblems = [...this.#latestProblems, ...lost].slice(-LATEST_PROBLEMS_MAX);
    for (const problem of problems) {
      const subject = isAlone ? problem.subject : `${name}: ${problem.subject}`;
      options.onProblem?.({ ...problem, subject });
    }
  }
}
