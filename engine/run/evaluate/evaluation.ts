/*
 * Events in, alerts out, in process and synchronous: extract, evaluate, extract what alerts print, format. When an
 * extractor fails on a batch, the batch is halved until the guilty event stands alone; that event is evaluated
 * without the plugin, whose fields are then absent and known to be so. Every event is evaluated, in full or in
 * part, and what was left out is in the result.
 */

import type { Clock } from '../../base/clock.ts';
import type { AlertFormat } from '../../detect/alert/alert.ts';
import { AlertBudget } from '../../detect/alert/alert-budget.ts';
import type { AlertChannel } from '../../detect/alert/alert-channel.ts';
import { AlertFormatter } from '../../detect/alert/alert-formatter.ts';
import { engineFieldValue, type SourceContext } from '../../detect/compile/engine-field-values.ts';
import type { Detector, Matches } from '../../detect/match-batch/detector.ts';
import type { ExtractionPlan, PlanName } from '../../detect/plan/extraction-plan.ts';
import { type Value, valueAt } from '../../event/column/cell-values.ts';
import type { Column } from '../../event/column/column.ts';
import { type FieldRequest, requestKey } from '../../event/field/field.ts';
import type { CheckedRule } from '../../language/check/checked-rule.ts';
import { type EventBatch, PluginFault } from '../../plugin/abi/plugin-instance.ts';
import type { FaultDecision } from '../../worker/fault-policy.ts';
import { chargeHeaviest } from './charge-heaviest.ts';
import { CostMeter, type EvaluationCosts } from './cost-meter.ts';
import {
  type Events,
  type EventsWithColumns,
  type Found,
  type Part,
  type Range,
  spread,
} from './evaluation-parts.ts';
import type { EvaluationResult, PartialEvaluation } from './evaluation-result.ts';
import { eventsBetween } from './event-parts.ts';
import type { Extractor } from './extractor.ts';
import { matchedBatch } from './matched-batch.ts';
import { RuleVariants } from './rule-variants.ts';

export interface StreamPosition {
  readonly firstEventNumber: number;
  readonly firstTime: bigint;
}

export interface EvaluationOptions {
  readonly rules: readonly CheckedRule[];
  readonly plan: ExtractionPlan;
  readonly extractors: readonly Extractor[];
  readonly ruleMatching: 'first' | 'all';
  readonly batchEventsMax: number;
  readonly context: SourceContext;
  readonly alertFormat: AlertFormat;
  readonly alertChannels?: readonly AlertChannel[];
  readonly clock: Clock;
  /** What becomes of a plugin that failed with so many events; the decisions for extractors of fault-policy.ts. */
  readonly onFault: (fault: PluginFault, eventCount: number) => FaultDecision;
}

/** Names of plugins that cannot take the events: at all, or only what outputs print. */
export type KnownFaults = Readonly<Record<FaultPlace, ReadonlySet<string>>>;
export type FaultPlace = 'conditions' | 'outputs';

/** With more candidates than this the whole batch is extracted as it is: making a smaller one costs more. */
const FEW_SHARE = 0.5;

const NO_KNOWN_FAULTS: KnownFaults = { conditions: new Set(), outputs: new Set() };

export class Evaluation {
  readonly #options: EvaluationOptions;
  readonly #variants: RuleVariants;
  readonly #formatter: AlertFormatter;
  readonly #quarantined = new Set<string>();
  readonly #costs: CostMeter;
  /** What conditions that go row by row read from. */
  #current: EventsWithColumns | undefined;
  #firstTime = 0n;
  #withoutForOutputs = NO_KNOWN_FAULTS.outputs;
  #budget = new AlertBudget();

  constructor(options: EvaluationOptions) {
    this.#options = options;
    this.#costs = new CostMeter(
      options.clock,
      options.rules.map(({ name }) => name),
    );
    this.#formatter = new AlertFormatter(options.rules, options.alertFormat, options.alertChannels);
    this.#variants = new RuleVariants(options.rules, options.plan, {
      ruleMatching: options.ruleMatching,
      batchEventsMax: options.batchEventsMax,
      fieldsOfRow: (row) => (request) => this.#valueOf(request, this.#current, row),
    });
  }

  /** Fresh instances of the extractors that are called. One that does not come up is not called; its fault is told. */
  start(): PluginFault[] {
    const faults: PluginFault[] = [];
    for (const extractor of this.#options.extractors) {
      if (this.#quarantined.has(extractor.name)) continue;
      try {
        extractor.restart();
      } catch (error) {
        if (!(error instanceof PluginFault)) throw error;
        faults.push(error);
        this.quarantine(extractor.name);
      }
    }
    return faults;
  }

  /** Not called any more: its fields are absent, and known to be so. */
  quarantine(plugin: string): void {
    this.#quarantined.add(plugin);
  }

  get quarantined(): ReadonlySet<string> {
    return this.#quarantined;
  }

  /** Since they were taken last. */
  takeCosts(): EvaluationCosts {
    return this.#costs.take();
  }

  /** Whether whole or in parts, a batch has one budget for its alerts. */
  beginBatch(): void {
    this.#budget = new AlertBudget();
  }

  /** `known`: plugins that are known not to be able to take these events. */
  evaluate(
    events: EventBatch,
    position: StreamPosition,
    known: KnownFaults = NO_KNOWN_FAULTS,
  ): EvaluationResult {
    const result: EvaluationResult = { alerts: [], partial: [], faults: [] };
    const { firstEventNumber, firstTime } = position;
    this.#firstTime = firstTime;
    this.#withoutForOutputs = known.outputs;
    this.#evaluatePart({ events, firstEventNumber, without: known.conditions }, result);
    return result;
  }

  /** Of a batch that cannot be read: no rule was evaluated, for which its source is to blame. */
  leaveOut(
    { firstEventNumber, eventCount }: Pick<PartialEvaluation, 'firstEventNumber' | 'eventCount'>,
    unreadable: string,
  ): EvaluationResult {
    const plugins = [this.#options.context.pluginName];
    const rulesNotEvaluated = this.#options.rules.map(({ name }) => name);
    const partial = [{ firstEventNumber, eventCount, plugins, rulesNotEvaluated }];
    return { alerts: [], partial, faults: [], unreadable };
  }

  #evaluatePart(part: Part, result: EvaluationResult): void {
    const { events, firstEventNumber } = part;
    const eventCount = events.times.length;
    if (eventCount === 0) return;
    const without = this.#missing(part.without);
    const { detector, ruleIndexes, notEvaluated } = this.#variants.without(without);
    const sample = this.#costs.nextSample(ruleIndexes.length);
    const matches = this.#findMatches({ events, firstEventNumber }, without, detector, sample);
    this.#costs.addSample(sample, ruleIndexes);
    if (matches instanceof PluginFault) {
      this.#evaluateAgain(part, matches, result);
      return;
    }
    if (notEvaluated.length > 0) {
      const plugins = [...without];
      result.partial.push({
        firstEventNumber,
        eventCount,
        plugins,
        rulesNotEvaluated: notEvaluated,
      });
    }
    if (matches.count === 0) return;
    const matched = matchedBatch(events, matches.rows);
    const alerts = { matches, matched, ruleIndexes, firstEventNumber };
    const withoutNow = new Set([...without, ...this.#withoutForOutputs]);
    this.#format(alerts, { from: 0, to: matched.rows.length, without: withoutNow }, result);
  }

  /** The screen's fields of every event first, all others only of events that some rule may still hold for. */
  #findMatches(
    { events, firstEventNumber }: Events,
    without: ReadonlySet<string>,
    detector: Detector,
    sample: Float64Array | undefined,
  ): Matches | PluginFault {
    const { plan } = this.#options;
    const columns = this.#extract(events, 'conditions', without);
    if (columns instanceof PluginFault) return columns;
    this.#current = { events, firstEventNumber, columns, plan: plan.conditions };
    let startMs = this.#now();
    let elapsedMs = 0;
    const pass = detector.begin(events.times.length);
    if (plan.steps.rest.length > 0) {
      const candidates = pass.screen(columns);
      elapsedMs = this.#now() - startMs;
      const rest = this.#extractRest(events, candidates, without);
      if (rest instanceof PluginFault) return rest;
      for (const [slot, column] of rest) columns[slot] = column;
      startMs = this.#now();
    }
    const matches = pass.finish(columns, sample);
    elapsedMs += this.#now() - startMs;
    this.#costs.conditions(elapsedMs);
    return this.#charge(elapsedMs, columns, events) ?? matches;
  }

  /** By slot; events that are no candidates have no values, and need none. */
  #extractRest(
    events: EventBatch,
    candidates: Uint32Array | undefined,
    without: ReadonlySet<string>,
  ): Map<number, Column> | PluginFault {
    const eventCount = events.times.length;
    if (candidates?.length === 0) return new Map();
    const isFew = candidates !== undefined && candidates.length < FEW_SHARE * eventCount;
    const part = isFew ? matchedBatch(events, candidates) : events;
    const found = this.#extract(part, 'rest', without);
    if (found instanceof PluginFault) return found;
    const bySlot = new Map<number, Column>();
    // There are gaps: the slots of the first step, and of plugins that are missing.
    found.forEach((column, slot) => {
      bySlot.set(slot, isFew ? spread(column, candidates, eventCount) : column);
    });
    return bySlot;
  }

  /** In parts, until the event stands alone that the plugin cannot take; then without the plugin. */
  #evaluateAgain(part: Part, fault: PluginFault, result: EvaluationResult): void {
    const { events, firstEventNumber, without } = part;
    const eventCount = events.times.length;
    const size = this.#settle(fault, { eventCount, firstEventNumber }, result);
    if (size === 'alone') {
      this.#evaluatePart({ ...part, without: new Set([...without, fault.pluginName]) }, result);
      return;
    }
    for (let from = 0; from < eventCount; from += size) {
      const piece = eventsBetween(events, from, Math.min(from + size, eventCount));
      const number = firstEventNumber + from;
      this.#evaluatePart({ events: piece, firstEventNumber: number, without }, result);
    }
  }

  /** The alerts of matched events `from` up to `to`; fields of a plugin that fails print as absent. */
  #format(found: Found, range: Range, result: EvaluationResult): void {
    const { from, to } = range;
    const without = this.#missing(range.without);
    const isWhole = from === 0 && to === found.matched.rows.length;
    const events = isWhole ? found.matched : eventsBetween(found.matched, from, to);
    const columns = this.#extract(events, 'outputs', without);
    if (!(columns instanceof PluginFault)) {
      const startMs = this.#now();
      this.#formatRows(found, { ...range, columns, events }, result);
      const elapsedMs = this.#now() - startMs;
      this.#costs.alerts(elapsedMs);
      const slow = this.#charge(elapsedMs, columns, events);
      if (slow === undefined) return;
      const number = found.firstEventNumber + (found.matched.rows[from] ?? 0);
      this.#settle(slow, { eventCount: to - from, firstEventNumber: number }, result);
      return;
    }
    const firstEventNumber = found.firstEventNumber + (found.matched.rows[from] ?? 0);
    const size = this.#settle(columns, { eventCount: to - from, firstEventNumber }, result);
    if (size === 'alone') {
      const more = new Set([...range.without, columns.pluginName]);
      this.#format(found, { ...range, without: more }, result);
      return;
    }
    for (let at = from; at < to; at += size)
      this.#format(found, { ...range, from: at, to: Math.min(at + size, to) }, result);
  }

  #formatRows(
    { matches, matched, ruleIndexes, firstEventNumber }: Found,
    { from, to, columns, events }: Range & { columns: Column[]; events: EventBatch },
    result: EvaluationResult,
  ): void {
    const plan = this.#options.plan.outputs;
    let index = 0;
    for (let match = 0; match < matches.count; match++) {
      const row = matches.rows[match] ?? 0;
      while (matched.rows[index] !== row) index += 1;
      if (index < from || index >= to) continue;
      const at = index - from;
      const number = firstEventNumber + row;
      const source = { events, firstEventNumber: number - at, columns, plan };
      const rule = ruleIndexes[matches.rules[match] ?? 0] ?? 0;
      const get = (request: FieldRequest): Value | undefined => this.#valueOf(request, source, at);
      const time = events.times[at] ?? 0n;
      const bytes = events.data.subarray(events.spans[2 * at], events.spans[2 * at + 1]);
      const event = { number, time, bytes, get, budget: this.#budget };
      result.alerts.push(this.#formatter.formatAlert(rule, event));
    }
  }

  #charge(
    elapsedMs: number,
    columns: readonly Column[],
    { data }: EventBatch,
  ): PluginFault | undefined {
    const { extractors } = this.#options;
    return chargeHeaviest(extractors, { elapsedMs, columns, dataSize: data.length });
  }

  #now(): number {
    return this.#options.clock.monotonicMs();
  }

  /** Columns at their slots, or the fault of the extractor that failed. */
  #extract(
    events: EventBatch,
    plan: PlanName,
    without: ReadonlySet<string>,
  ): Column[] | PluginFault {
    const columns: Column[] = [];
    const called = this.#options.extractors.filter(({ name }) => !without.has(name));
    for (const extractor of called) extractor.begin(plan, events);
    for (const [index, extractor] of called.entries()) {
      try {
        this.#costs.plugin(extractor.name, () => extractor.extractInto(columns, plan, events));
      } catch (error) {
        if (!(error instanceof PluginFault)) throw error;
        for (const other of called.slice(index + 1)) other.drop(plan, events);
        return error;
      }
    }
    return columns;
  }

  #missing(without: ReadonlySet<string>): ReadonlySet<string> {
    if (this.#quarantined.size === 0) return without;
    return new Set([...without, ...this.#quarantined]);
  }

  /** The guilty event stands `alone`; otherwise so many events are to be tried at a time to find it. */
  #settle(
    fault: PluginFault,
    { eventCount, firstEventNumber }: { eventCount: number; firstEventNumber: number },
    result: EvaluationResult,
  ): 'alone' | number {
    const decision = this.#options.onFault(fault, eventCount);
    if (decision === 'quarantine') this.quarantine(fault.pluginName);
    else this.#restart(fault);
    // Each time a process has to be waited for costs far more than to try each event alone.
    if (eventCount > 1 && decision !== 'quarantine')
      return decision === 'retry' ? 1 : Math.ceil(eventCount / 2);
    result.faults.push({ fault, eventNumber: firstEventNumber });
    return 'alone';
  }

  /** A plugin that does not come up again is not called any more. */
  #restart({ pluginName }: PluginFault): void {
    const extractor = this.#options.extractors.find(({ name }) => name === pluginName);
    try {
      extractor?.restart();
    } catch (error) {
      if (!(error instanceof PluginFault)) throw error;
      this.quarantine(pluginName);
    }
  }

  #valueOf(
    request: FieldRequest,
    source: EventsWithColumns | undefined,
    row: number,
  ): Value | undefined {
    if (source === undefined) return undefined;
    const { events, columns, plan, firstEventNumber } = source;
    if (request.field.provider.kind === 'plugin') {
      const column = columns[plan.slots.get(requestKey(request)) ?? -1];
      return column === undefined ? undefined : valueAt(column, row);
    }
    const event = {
      number: firstEventNumber + row,
      time: events.times[row] ?? 0n,
      firstTime: this.#firstTime,
      data: events.data.subarray(events.spans[2 * row], events.spans[2 * row + 1]),
    };
    return engineFieldValue(request.field.name, event, this.#options.context);
  }
}
