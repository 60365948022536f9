/*
 * One batch on its way to its alerts: extract, evaluate, extract what alerts print, format. When an extractor fails on
 * it, it is halved until the guilty event stands alone; that event is evaluated without the plugin, whose fields are
 * then absent and known to be so. Every event is evaluated, in full or in part, and what was left out is in the result.
 */

import type { Clock } from '../../base/clock.ts';
import { AlertBudget } from '../../detect/alert/alert-budget.ts';
import type { AlertFormatter } from '../../detect/alert/alert-formatter.ts';
import type { GetField } from '../../detect/compile/compile-operand.ts';
import { engineFieldValue, type SourceContext } from '../../detect/compile/engine-field-values.ts';
import type { Matches } from '../../detect/match-batch/detector.ts';
import type { ExtractionPlan } from '../../detect/plan/extraction-plan.ts';
import { valueAt } from '../../event/column/cell-values.ts';
import type { Column } from '../../event/column/column.ts';
import { requestKey } from '../../event/field/field.ts';
import type { EventBatch, PluginFault } from '../../plugin/abi/plugin-instance.ts';
import type { CostMeter } from './cost-meter.ts';
import {
  type BatchMatches,
  type EventPart,
  type EventsWithColumns,
  type MatchedRange,
  spread,
} from './evaluation-parts.ts';
import type { EvaluationResult } from './evaluation-result.ts';
import { eventsBetween } from './event-parts.ts';
import type { ExtractorSet } from './extractor-set.ts';
import { matchedBatch } from './matched-batch.ts';
import type { RuleVariant, RuleVariants } from './rule-variants.ts';

/** What all batches of a stream are evaluated with. */
export interface EvaluationParts {
  readonly plan: ExtractionPlan;
  readonly variants: RuleVariants;
  readonly extractors: ExtractorSet;
  readonly formatter: AlertFormatter;
  readonly costs: CostMeter;
  readonly context: SourceContext;
  readonly clock: Clock;
}

/** Names of plugins that cannot take the events: at all, or only what outputs print. */
export type KnownFaults = Readonly<Record<FaultPlace, ReadonlySet<string>>>;
export type FaultPlace = 'conditions' | 'outputs';

/** The state of a batch. */
export interface BatchContext {
  readonly firstEventNumber: number;
  /** Nanoseconds since 1970, of the first event of the stream. */
  readonly firstTime: bigint;
  /** For all alerts of the batch, evaluated whole or in parts. */
  readonly budget: AlertBudget;
  readonly known: KnownFaults;
}

const NONE_KNOWN: KnownFaults = { conditions: new Set(), outputs: new Set() };

/** Begins a batch that has no known faults. */
export function beginBatch({
  firstEventNumber,
  firstTime,
}: Pick<BatchContext, 'firstEventNumber' | 'firstTime'>): BatchContext {
  return { firstEventNumber, firstTime, budget: new AlertBudget(), known: NONE_KNOWN };
}

/** With more candidates than this the whole batch is extracted as it is: making a smaller one costs more. */
const FEW_SHARE = 0.5;

export class BatchEvaluation {
  readonly #parts: EvaluationParts;
  readonly #batch: BatchContext;
  readonly #result: EvaluationResult = { alerts: [], partial: [], faults: [] };

  constructor(parts: EvaluationParts, batch: BatchContext) {
    this.#parts = parts;
    this.#batch = batch;
  }

  evaluate(events: EventBatch): EvaluationResult {
    const { firstEventNumber, known } = this.#batch;
    this.#evaluatePart({ events, firstEventNumber, without: known.conditions });
    return this.#result;
  }

  #evaluatePart(part: EventPart): void {
    const { events, firstEventNumber } = part;
    const eventCount = events.times.length;
    if (eventCount === 0) return;
    const without = this.#parts.extractors.missing(part.without);
    const variant = this.#parts.variants.without(without);
    const found = this.#findMatches({ events, firstEventNumber, without }, variant);
    if ('fault' in found) {
      this.#evaluateAgain(part, found.fault);
      return;
    }
    const { ruleIndexes, notEvaluated: rulesNotEvaluated } = variant;
    if (rulesNotEvaluated.length > 0) {
      const plugins = [...without];
      this.#result.partial.push({ firstEventNumber, eventCount, plugins, rulesNotEvaluated });
    }
    const { matches } = found;
    if (matches.count === 0) return;
    const matched = matchedBatch(events, matches.rows);
    const withoutNow = new Set([...without, ...this.#batch.known.outputs]);
    const whole = { from: 0, to: matched.rows.length, without: withoutNow };
    this.#format({ matches, matched, ruleIndexes, firstEventNumber }, whole);
  }

  /** The screen's fields of every event first, all others only of events that some rule may still hold for. */
  #findMatches(
    { events, firstEventNumber, without }: EventPart,
    { detector, ruleIndexes }: RuleVariant,
  ): { readonly matches: Matches } | { readonly fault: PluginFault } {
    const { plan, extractors, costs } = this.#parts;
    const sample = costs.nextSample(ruleIndexes.length);
    const extracted = extractors.extract(events, 'conditions', without);
    if (extracted.kind === 'fault') return extracted;
    const { columns } = extracted;
    const source = { events, firstEventNumber, columns, plan: plan.conditions };
    let startMs = this.#now();
    let elapsedMs = 0;
    const pass = detector.begin(events.times.length, (row) => this.#fieldsOf(source, row));
    if (plan.steps.rest.length > 0) {
      const candidates = pass.screen(columns);
      elapsedMs = this.#now() - startMs;
      const fault = this.#extractRest({ events, firstEventNumber, without }, candidates, columns);
      if (fault !== undefined) return { fault };
      startMs = this.#now();
    }
    const matches = pass.finish(columns, sample);
    elapsedMs += this.#now() - startMs;
    costs.conditions(elapsedMs);
    costs.addSample(sample, ruleIndexes);
    const fault = extractors.charge({ elapsedMs, columns, dataSize: events.data.length });
    return fault === undefined ? { matches } : { fault };
  }

  /** Into `columns`; events that are no candidates have no values, and need none. */
  #extractRest(
    { events, without }: EventPart,
    candidates: Uint32Array | undefined,
    columns: Column[],
  ): PluginFault | undefined {
    const eventCount = events.times.length;
    if (candidates?.length === 0) return undefined;
    const isFew = candidates !== undefined && candidates.length < FEW_SHARE * eventCount;
    const part = isFew ? matchedBatch(events, candidates) : events;
    const extracted = this.#parts.extractors.extract(part, 'rest', without);
    if (extracted.kind === 'fault') return extracted.fault;
    // There are gaps: the slots of the first step, and of plugins that are missing.
    extracted.columns.forEach((column, slot) => {
      columns[slot] = isFew ? spread(column, candidates, eventCount) : column;
    });
    return undefined;
  }

  /** In parts, until the event stands alone that the plugin cannot take; then without the plugin. */
  #evaluateAgain(part: EventPart, fault: PluginFault): void {
    const { events, firstEventNumber, without } = part;
    const eventCount = events.times.length;
    const size = this.#settle(fault, eventCount, firstEventNumber);
    if (size === 'alone') {
      this.#evaluatePart({ ...part, without: new Set([...without, fault.pluginName]) });
      return;
    }
    for (let from = 0; from < eventCount; from += size) {
      const piece = eventsBetween(events, from, Math.min(from + size, eventCount));
      this.#evaluatePart({ events: piece, firstEventNumber: firstEventNumber + from, without });
    }
  }

  /** The alerts of matched events `from` up to `to`; fields of a plugin that fails print as absent. */
  #format(found: BatchMatches, range: MatchedRange): void {
    const { matched } = found;
    const { from, to } = range;
    const { extractors, costs } = this.#parts;
    const isWhole = from === 0 && to === matched.rows.length;
    const events = isWhole ? matched : eventsBetween(matched, from, to);
    const extracted = extractors.extract(events, 'outputs', extractors.missing(range.without));
    if (extracted.kind === 'fault') {
      this.#formatAgain(found, range, extracted.fault);
      return;
    }
    const { columns } = extracted;
    const startMs = this.#now();
    this.#formatRows(found, range, { events, columns });
    const elapsedMs = this.#now() - startMs;
    costs.alerts(elapsedMs);
    const slow = extractors.charge({ elapsedMs, columns, dataSize: events.data.length });
    if (slow !== undefined) this.#settle(slow, to - from, numberOf(found, from));
  }

  #formatAgain(found: BatchMatches, range: MatchedRange, fault: PluginFault): void {
    const { from, to } = range;
    const size = this.#settle(fault, to - from, numberOf(found, from));
    if (size === 'alone') {
      const without = new Set([...range.without, fault.pluginName]);
      this.#format(found, { ...range, without });
      return;
    }
    for (let at = from; at < to; at += size)
      this.#format(found, { ...range, from: at, to: Math.min(at + size, to) });
  }

  #formatRows(
    { matches, matched, ruleIndexes, firstEventNumber }: BatchMatches,
    { from, to }: MatchedRange,
    { events, columns }: { readonly events: EventBatch; readonly columns: readonly Column[] },
  ): void {
    const { plan, formatter } = this.#parts;
    const { budget } = this.#batch;
    let index = 0;
    for (let match = 0; match < matches.count; match++) {
      const row = matches.rows[match] ?? 0;
      while (matched.rows[index] !== row) index += 1;
      if (index < from || index >= to) continue;
      const at = index - from;
      const number = firstEventNumber + row;
      const source = { events, firstEventNumber: number - at, columns, plan: plan.outputs };
      const rule = ruleIndexes[matches.rules[match] ?? 0] ?? 0;
      const get = this.#fieldsOf(source, at);
      const time = events.times[at] ?? 0n;
      const bytes = events.data.subarray(events.spans[2 * at], events.spans[2 * at + 1]);
      const event = { number, time, bytes, get, budget };
      this.#result.alerts.push(formatter.formatAlert(rule, event));
    }
  }

  #settle(fault: PluginFault, eventCount: number, eventNumber: number): 'alone' | number {
    const { size, faults } = this.#parts.extractors.settle(fault, eventCount);
    this.#result.faults.push(...faults.map((one) => ({ fault: one, eventNumber })));
    return size;
  }

  #fieldsOf({ events, columns, plan, firstEventNumber }: EventsWithColumns, row: number): GetField {
    return (request) => {
      const { field } = request;
      if (field.provider.kind === 'plugin') {
        const column = columns[plan.slots.get(requestKey(request)) ?? -1];
        return column === undefined ? undefined : valueAt(column, row);
      }
      const event = {
        number: firstEventNumber + row,
        time: events.times[row] ?? 0n,
        firstTime: this.#batch.firstTime,
        data: events.data.subarray(events.spans[2 * row], events.spans[2 * row + 1]),
      };
      return engineFieldValue(field.name, event, this.#parts.context);
    };
  }

  #now(): number {
    return this.#parts.clock.monotonicMs();
  }
}

/** Number, in the stream, of a matched event. */
function numberOf({ firstEventNumber, matched }: BatchMatches, index: number): number {
  return firstEventNumber + (matched.rows[index] ?? 0);
}
