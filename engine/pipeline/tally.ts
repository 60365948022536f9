import type { Priority } from '../base/priority.ts';
import type { JobResult } from '../evaluate/evaluation-protocol.ts';
import type { ServiceCounts } from '../store/service-counts.ts';
import type { StreamEnd } from '../stream/stream-feed.ts';
import type { RunFault, SourceNotes, StreamState } from '../stream/stream-protocol.ts';
import type { PluginFaultCount, RunSummary } from './run-summary.ts';

/** What is known of a stream when it has ended. */
export interface StreamOutcome extends StreamEnd {
  readonly name: string;
  /** Where it began, and where it ended. */
  readonly start: StreamState;
  readonly state: StreamState;
  /** `undefined`: not known. */
  readonly services: ServiceCounts | undefined;
}

interface StreamCounts {
  alertsTotal: number;
  eventsInPart: number;
  lostProblems: number;
  sourceFaults: number;
}

/** Counts of a run: over all streams, and of each by its position. */
export class Tally {
  readonly #streams: StreamCounts[] = [];
  alertsTotal = 0;
  eventsEvaluated = 0;
  #eventsInPart = 0;
  readonly #byRule = new Map<string, number>();
  readonly #byPriority = new Map<Priority, number>();
  readonly #faults = new Map<string, PluginFaultCount>();
  readonly #rulesNotEvaluated = new Map<string, number>();
  readonly #logUnlisted = new Map<string, number>();
  #lostProblems = 0;
  #warnings = 0;

  addResult(stream: number, eventCount: number, { alerts, partial }: JobResult): void {
    const counts = this.#of(stream);
    counts.alertsTotal += alerts.length;
    this.eventsEvaluated += eventCount;
    for (const { rule, priority } of alerts) {
      this.alertsTotal += 1;
      this.#byRule.set(rule, (this.#byRule.get(rule) ?? 0) + 1);
      this.#byPriority.set(priority, (this.#byPriority.get(priority) ?? 0) + 1);
    }
    for (const { eventCount: count, rulesNotEvaluated } of partial) {
      this.#eventsInPart += count;
      counts.eventsInPart += count;
      for (const rule of rulesNotEvaluated) {
        this.#rulesNotEvaluated.set(rule, (this.#rulesNotEvaluated.get(rule) ?? 0) + count);
      }
    }
  }

  addNotes(stream: number, { problems, unlistedProblems }: SourceNotes): void {
    const listedLost = problems.filter(({ severity }) => severity === 'lost').length;
    const lost = listedLost + unlistedProblems.lost;
    this.#of(stream).lostProblems += lost;
    this.#lostProblems += lost;
    this.#warnings += problems.length - listedLost + unlistedProblems.warnings;
  }

  addUnlistedLog(unlisted: ReadonlyMap<string, number>): void {
    for (const [plugin, count] of unlisted) {
      this.#logUnlisted.set(plugin, (this.#logUnlisted.get(plugin) ?? 0) + count);
    }
  }

  addSourceFault(stream: number, fault: RunFault): void {
    this.#of(stream).sourceFaults += 1;
    this.addFault(fault);
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
      outcomes.reduce((total, { start, state }) => total + pick(state) - pick(start), 0);
    const failures = outcomes.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
    const isInterrupted = outcomes.some(({ stopped }) => stopped === 'interrupted');
    const events = sum((state) => state.events);
    return {
      streams: outcomes.map(({ name, start, state, stopped, services }, stream) => {
        const events = state.events - start.events;
        const bytes = state.bytes - start.bytes;
        return { name, events, bytes, ...this.#of(stream), services, stopped };
      }),
      events,
      eventsUndelivered: events - this.eventsEvaluated,
      bytes: sum(({ bytes }) => bytes),
      ...measured,
      alertsTotal: this.alertsTotal,
      alertsByRule: this.#byRule,
      alertsByPriority: this.#byPriority,
      lostProblems: this.#lostProblems,
      warnings: this.#warnings,
      logLinesUnlisted: this.#logUnlisted,
      eventsWithoutTime: sum(({ eventsWithoutTime }) => eventsWithoutTime),
      eventsInPart: this.#eventsInPart,
      eventsInFull: this.eventsEvaluated - this.#eventsInPart,
      rulesNotEvaluated: this.#rulesNotEvaluated,
      pluginFaults: [...this.#faults.values()],
      failures,
      stopped: failures.length > 0 ? 'fault' : isInterrupted ? 'interrupted' : 'end',
    };
  }

  #of(stream: number): StreamCounts {
    const known = this.#streams[stream];
    if (known !== undefined) return known;
    const fresh = { alertsTotal: 0, eventsInPart: 0, lostProblems: 0, sourceFaults: 0 };
    this.#streams[stream] = fresh;
    return fresh;
  }
}
