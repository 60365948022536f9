import type { Priority } from '../base/priority.ts';
import type { JobResult } from '../evaluate/evaluation-protocol.ts';
import type { StreamEnd } from '../stream/stream-host.ts';
import type { RunFault, SourceNotes, StreamState } from '../stream/stream-protocol.ts';
import type { PluginFaultCount, RunSummary } from './run-summary.ts';

/** What is known of a stream when it has ended. */
export interface StreamOutcome extends StreamEnd {
  readonly state: StreamState;
}

/** Counts over all streams of a run. */
export class Tally {
  alertsTotal = 0;
  eventsEvaluated = 0;
  #eventsInPart = 0;
  readonly #byRule = new Map<string, number>();
  readonly #byPriority = new Map<Priority, number>();
  readonly #faults = new Map<string, PluginFaultCount>();
  readonly #rulesNotEvaluated = new Map<string, number>();
  #lostProblems = 0;
  #warnings = 0;

  addResult(eventCount: number, { alerts, partial }: JobResult): void {
    this.eventsEvaluated += eventCount;
    for (const { rule, priority } of alerts) {
      this.alertsTotal += 1;
      this.#byRule.set(rule, (this.#byRule.get(rule) ?? 0) + 1);
      this.#byPriority.set(priority, (this.#byPriority.get(priority) ?? 0) + 1);
    }
    for (const { eventCount: count, rulesNotEvaluated } of partial) {
      this.#eventsInPart += count;
      for (const rule of rulesNotEvaluated) {
        this.#rulesNotEvaluated.set(rule, (this.#rulesNotEvaluated.get(rule) ?? 0) + count);
      }
    }
  }

  addNotes({ problems, unlistedProblems }: SourceNotes): void {
    for (const { severity } of problems) {
      if (severity === 'lost') this.#lostProblems += 1;
      else this.#warnings += 1;
    }
    this.#lostProblems += unlistedProblems.lost;
    this.#warnings += unlistedProblems.warnings;
  }

  addFault({ plugin, kind, message }: RunFault): void {
    const key = `${plugin} ${kind}`;
    const known = this.#faults.get(key);
    const count = (known?.count ?? 0) + 1;
    this.#faults.set(key, { plugin, kind, count, message: known?.message ?? message });
  }

  summary(
    outcomes: readonly StreamOutcome[],
    measured: Pick<
      RunSummary,
      'elapsedMs' | 'storedBytesRead' | 'storedBytesTotal' | 'quarantined'
    >,
  ): RunSummary {
    const sum = (pick: (state: StreamState) => number): number =>
      outcomes.reduce((total, { state }) => total + pick(state), 0);
    const failures = outcomes.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
    const isInterrupted = outcomes.some(({ stopped }) => stopped === 'interrupted');
    return {
      events: sum(({ events }) => events),
      bytes: sum(({ bytes }) => bytes),
      ...measured,
      alertsTotal: this.alertsTotal,
      alertsByRule: this.#byRule,
      alertsByPriority: this.#byPriority,
      lostProblems: this.#lostProblems,
      warnings: this.#warnings,
      eventsWithoutTime: sum(({ eventsWithoutTime }) => eventsWithoutTime),
      eventsInPart: this.#eventsInPart,
      eventsInFull: this.eventsEvaluated - this.#eventsInPart,
      rulesNotEvaluated: this.#rulesNotEvaluated,
      pluginFaults: [...this.#faults.values()],
      failures,
      stopped: failures.length > 0 ? 'fault' : isInterrupted ? 'interrupted' : 'end',
    };
  }
}
