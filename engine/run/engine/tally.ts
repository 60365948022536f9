import type { Priority } from '../../base/priority.ts';
import type { ServiceCounts } from '../../store/service-counts.ts';
import type { EvaluationCosts } from '../evaluate/cost-meter.ts';
import type { JobResult } from '../evaluate/evaluation-protocol.ts';
import type { StreamEnd } from '../stream/stream-feed.ts';
import type { RunFault, SourceNotes, StreamState } from '../stream/stream-protocol.ts';
import type { PluginFaultCount, RunSummary } from './run-summary.ts';

/** Result of a stream that has ended. */
export interface StreamOutcome extends StreamEnd {
  readonly name: string;
  /** Where it began, and where it ended. */
  readonly start: StreamState;
  readonly state: StreamState;
  readonly counts: StreamCounts;
  /** `undefined`: not known. */
  readonly services: ServiceCounts | undefined;
}

/** Counts of one rule. */
export interface RuleCounts {
  alerts: number;
  /** Milliseconds since 1970. */
  lastAlertMs: number | undefined;
  notEvaluated: number;
  evaluationMs: number;
}

export interface StreamCounts {
  /** When a batch was delivered last; milliseconds since 1970. */
  lastEventMs: number | undefined;
  alertsTotal: number;
  eventsInPart: number;
  lostProblems: number;
  sourceFaults: number;
}

/** What a stream has that has just begun. */
export function createCounts(): StreamCounts {
  const counts = { alertsTotal: 0, eventsInPart: 0, lostProblems: 0, sourceFaults: 0 };
  return { ...counts, lastEventMs: undefined };
}

/** Counts of a run over all its streams; `counts` are those of one of them. */
export class Tally {
  #alertsTotal = 0;
  #eventsEvaluated = 0;
  #eventsInPart = 0;
  readonly #rules = new Map<string, RuleCounts>();
  readonly #pluginMs = new Map<string, number>();
  #conditionsMs = 0;
  #alertsMs = 0;
  readonly #byPriority = new Map<Priority, number>();
  readonly #faults = new Map<string, PluginFaultCount>();
  readonly #logUnlisted = new Map<string, number>();
  #lostProblems = 0;
  #warnings = 0;

  get alertsTotal(): number {
    return this.#alertsTotal;
  }

  get eventsEvaluated(): number {
    return this.#eventsEvaluated;
  }

  get conditionsMs(): number {
    return this.#conditionsMs;
  }

  get alertsMs(): number {
    return this.#alertsMs;
  }

  /** `nowMs`: milliseconds since 1970. */
  addResult(counts: StreamCounts, eventCount: number, result: JobResult, nowMs: number): void {
    const { alerts, partial } = result;
    counts.alertsTotal += alerts.length;
    counts.lastEventMs = nowMs;
    this.#eventsEvaluated += eventCount;
    this.#alertsTotal += alerts.length;
    for (const { rule, priority } of alerts) {
      const ofRule = this.ofRule(rule);
      ofRule.alerts += 1;
      ofRule.lastAlertMs = nowMs;
      this.#byPriority.set(priority, (this.#byPriority.get(priority) ?? 0) + 1);
    }
    this.#addCosts(result.costs);
    for (const { eventCount: count, rulesNotEvaluated } of partial) {
      this.#eventsInPart += count;
      counts.eventsInPart += count;
      for (const rule of rulesNotEvaluated) {
        this.ofRule(rule).notEvaluated += count;
      }
    }
  }

  #addCosts({ plugins, rules, conditionsMs, alertsMs }: EvaluationCosts): void {
    this.#conditionsMs += conditionsMs;
    this.#alertsMs += alertsMs;
    for (const [plugin, ms] of plugins)
      this.#pluginMs.set(plugin, (this.#pluginMs.get(plugin) ?? 0) + ms);
    for (const [rule, ms] of rules) this.ofRule(rule).evaluationMs += ms;
  }

  /** Milliseconds in calls that extract. */
  extractionMsOf(plugin: string): number {
    return this.#pluginMs.get(plugin) ?? 0;
  }

  faultsOf(plugin: string): PluginFaultCount[] {
    return [...this.#faults.values()].filter((fault) => fault.plugin === plugin);
  }

  addNotes(counts: StreamCounts, { problems, unlistedProblems }: SourceNotes): void {
    const listedLost = problems.filter(({ severity }) => severity === 'lost').length;
    const lost = listedLost + unlistedProblems.lost;
    counts.lostProblems += lost;
    this.#lostProblems += lost;
    this.#warnings += problems.length - listedLost + unlistedProblems.warnings;
  }

  addUnlistedLog(unlisted: ReadonlyMap<string, number>): void {
    for (const [plugin, count] of unlisted) {
      this.#logUnlisted.set(plugin, (this.#logUnlisted.get(plugin) ?? 0) + count);
    }
  }

  addSourceFault(counts: StreamCounts, fault: RunFault): void {
    counts.sourceFaults += 1;
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
      'elapsedMs' | 'storedBytesRead' | 'storedBytesTotal' | 'quarantined' | 'walls'
    >,
  ): RunSummary {
    const sum = (pick: (state: StreamState) => number): number =>
      outcomes.reduce((total, { start, state }) => total + pick(state) - pick(start), 0);
    const failures = outcomes.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
    const isInterrupted = outcomes.some(({ stopped }) => stopped === 'interrupted');
    const events = sum((state) => state.events);
    return {
      streams: outcomes.map(({ name, start, state, stopped, services, counts }) => {
        const events = state.events - start.events;
        const bytes = state.bytes - start.bytes;
        const { lastEventMs, ...shown } = counts;
        return { name, events, bytes, ...shown, services, stopped };
      }),
      events,
      eventsUndelivered: events - this.#eventsEvaluated,
      bytes: sum(({ bytes }) => bytes),
      ...measured,
      alertsTotal: this.#alertsTotal,
      alertsByRule: this.#byRuleOf(({ alerts }) => alerts),
      alertsByPriority: new Map(this.#byPriority),
      lostProblems: this.#lostProblems,
      warnings: this.#warnings,
      logLinesUnlisted: this.#logUnlisted,
      eventsWithoutTime: sum(({ eventsWithoutTime }) => eventsWithoutTime),
      eventsInPart: this.#eventsInPart,
      eventsInFull: this.#eventsEvaluated - this.#eventsInPart,
      rulesNotEvaluated: this.#byRuleOf(({ notEvaluated }) => notEvaluated),
      pluginFaults: [...this.#faults.values()],
      failures,
      stopped: failures.length > 0 ? 'fault' : isInterrupted ? 'interrupted' : 'end',
    };
  }

  ofRule(rule: string): RuleCounts {
    const known = this.#rules.get(rule);
    if (known !== undefined) return known;
    const fresh = { alerts: 0, lastAlertMs: undefined, notEvaluated: 0, evaluationMs: 0 };
    this.#rules.set(rule, fresh);
    return fresh;
  }

  /** The counts that are not zero. */
  #byRuleOf(pick: (counts: RuleCounts) => number): Map<string, number> {
    const all = [...this.#rules].map(([rule, counts]) => [rule, pick(counts)] as const);
    return new Map(all.filter(([, count]) => count > 0));
  }
}
