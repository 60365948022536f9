/*
 * One run: a lane for each stream, their reports to the outputs, and the summary. Alerts of one
 * stream leave in the order of its events.
 */

import type { Alert } from '../alert/alert.ts';
import type { Clock } from '../base/clock.ts';
import type { Priority } from '../base/priority.ts';
import { LaneHost, type LaneOutcome, type LaneReport } from './lane-host.ts';
import type { LaneFault, LaneLogLine, LaneProblem, LaneSetup } from './lane-protocol.ts';
import type { PluginFaultCount, Progress, RunSummary } from './run-summary.ts';

export interface RunOptions {
  /** Aborting stops after the current batches; everything up to there is delivered. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onProblem?: (problem: LaneProblem) => void;
  readonly onFault?: (fault: LaneFault) => void;
  readonly onLog?: (line: LaneLogLine) => void;
  /** Takes alerts to the outputs. A rejection ends the run with that error. */
  readonly deliver: (alerts: readonly Alert[]) => Promise<void> | void;
}

export interface EngineParts {
  readonly streams: readonly StreamParts[];
  readonly callTimeMaxMs: number;
  readonly clock: Clock;
}

export interface StreamParts {
  readonly setup: Omit<LaneSetup, 'resume' | 'control'>;
  /** Stored bytes of the stream, if it has an end. */
  readonly measureBytes: () => Promise<number | undefined>;
}

const PROGRESS_INTERVAL_MS = 100;

export class Engine {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  async run(options: RunOptions): Promise<RunSummary> {
    const { streams, callTimeMaxMs, clock } = this.#parts;
    const tally = new Tally();
    const startedMs = clock.monotonicMs();
    let deliveryError: unknown;
    const lanes = streams.map(
      ({ setup }) =>
        new LaneHost({
          setup,
          callTimeMaxMs,
          clock,
          onReport: async (report) => {
            tally.add(report, options);
            if (deliveryError !== undefined || report.alerts.length === 0) return;
            try {
              await options.deliver(report.alerts);
            } catch (error) {
              deliveryError = error;
              for (const lane of lanes) lane.stop();
            }
          },
        }),
    );
    const stop = (): void => {
      for (const lane of lanes) lane.stop();
    };
    options.signal?.addEventListener('abort', stop, { once: true });
    if (options.signal?.aborted) stop();
    const stopProgress = this.#showProgress(lanes, tally, options, startedMs);
    const outcomes = await Promise.all(lanes.map((lane) => lane.run()));
    stopProgress();
    options.signal?.removeEventListener('abort', stop);
    if (deliveryError !== undefined) throw deliveryError;
    const elapsedMs = clock.monotonicMs() - startedMs;
    const isInterrupted = outcomes.some(({ stopped }) => stopped === 'interrupted');
    const storedBytesTotal = isInterrupted ? await this.#measureBytes() : undefined;
    const storedBytesRead = lanes.reduce((sum, { progress }) => sum + progress.bytesRead, 0);
    return tally.summary(outcomes, { elapsedMs, storedBytesRead, storedBytesTotal });
  }

  /** Stored bytes of all streams; `undefined` when one cannot be told. */
  async #measureBytes(): Promise<number | undefined> {
    const sizes = await Promise.all(this.#parts.streams.map(({ measureBytes }) => measureBytes()));
    return sizes.reduce<number | undefined>(
      (sum, size) => (sum === undefined || size === undefined ? undefined : sum + size),
      0,
    );
  }

  #showProgress(
    lanes: readonly LaneHost[],
    tally: Tally,
    options: RunOptions,
    startedMs: number,
  ): () => void {
    const { onProgress } = options;
    if (onProgress === undefined) return () => {};
    const { clock } = this.#parts;
    let bytesTotal: number | undefined;
    void this.#measureBytes().then((total) => {
      bytesTotal = total;
    });
    const timer = setInterval(() => {
      const progress = lanes.map((lane) => lane.progress);
      onProgress({
        events: progress.reduce((sum, { events }) => sum + events, 0),
        bytesRead: progress.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
        bytesTotal,
        alerts: tally.alertsTotal,
        elapsedMs: clock.monotonicMs() - startedMs,
      });
    }, PROGRESS_INTERVAL_MS);
    return () => clearInterval(timer);
  }
}

/** Counts over all lanes. */
class Tally {
  alertsTotal = 0;
  readonly #byRule = new Map<string, number>();
  readonly #byPriority = new Map<Priority, number>();
  readonly #faults = new Map<string, PluginFaultCount>();
  readonly #rulesNotEvaluated = new Map<string, number>();
  readonly #quarantined = new Set<string>();
  #lostProblems = 0;
  #warnings = 0;

  add(report: LaneReport, options: RunOptions): void {
    for (const { rule, priority } of report.alerts) {
      this.alertsTotal += 1;
      this.#byRule.set(rule, (this.#byRule.get(rule) ?? 0) + 1);
      this.#byPriority.set(priority, (this.#byPriority.get(priority) ?? 0) + 1);
    }
    for (const problem of report.problems) {
      if (problem.severity === 'lost') this.#lostProblems += 1;
      else this.#warnings += 1;
      options.onProblem?.(problem);
    }
    this.#lostProblems += report.unlistedProblems.lost;
    this.#warnings += report.unlistedProblems.warnings;
    for (const fault of report.faults) {
      this.#countFault(fault);
      options.onFault?.(fault);
    }
    for (const { eventCount, rulesNotEvaluated } of report.partial) {
      for (const rule of rulesNotEvaluated) {
        const known = this.#rulesNotEvaluated.get(rule) ?? 0;
        this.#rulesNotEvaluated.set(rule, known + eventCount);
      }
    }
    for (const plugin of report.quarantined) this.#quarantined.add(plugin);
    for (const line of report.logLines) options.onLog?.(line);
  }

  summary(
    outcomes: readonly LaneOutcome[],
    measured: Pick<RunSummary, 'elapsedMs' | 'storedBytesRead' | 'storedBytesTotal'>,
  ): RunSummary {
    const sum = (pick: (outcome: LaneOutcome) => number): number =>
      outcomes.reduce((total, outcome) => total + pick(outcome), 0);
    const failures = outcomes.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
    const isInterrupted = outcomes.some(({ stopped }) => stopped === 'interrupted');
    return {
      events: sum(({ counters }) => counters.events),
      bytes: sum(({ counters }) => counters.bytes),
      ...measured,
      alertsTotal: this.alertsTotal,
      alertsByRule: this.#byRule,
      alertsByPriority: this.#byPriority,
      lostProblems: this.#lostProblems,
      warnings: this.#warnings,
      eventsWithoutTime: sum(({ counters }) => counters.eventsWithoutTime),
      eventsInPart: sum(({ counters }) => counters.eventsInPart),
      rulesNotEvaluated: this.#rulesNotEvaluated,
      pluginFaults: [...this.#faults.values()],
      failures,
      quarantined: [...this.#quarantined],
      stopped: failures.length > 0 ? 'fault' : isInterrupted ? 'interrupted' : 'end',
    };
  }

  #countFault(fault: LaneFault): void {
    const key = `${fault.plugin} ${fault.kind}`;
    const known = this.#faults.get(key);
    const { plugin, kind } = fault;
    const message = known?.message ?? fault.message;
    this.#faults.set(key, { plugin, kind, count: (known?.count ?? 0) + 1, message });
  }
}
