/* Rules at work in a lane: columns in, matches out; matching events' columns in, alerts out. */

import type { Alert, AlertFormat } from '../alert/alert.ts';
import { AlertFormatter } from '../alert/alert-formatter.ts';
import type { CheckedRule } from '../check/checked-rule.ts';
import type { Batch } from '../column/batch.ts';
import { type Value, valueAt } from '../column/cell-values.ts';
import type { Column } from '../column/column.ts';
import { compileRuleset } from '../compile/compile-ruleset.ts';
import { engineFieldValue, type SourceContext } from '../compile/engine-field-values.ts';
import { Detector, type Matches } from '../detect/detector.ts';
import { type FieldRequest, requestKey } from '../field/field.ts';
import type { ExtractionPlan, SlotPlan } from '../plan/extraction-plan.ts';
import type { EventBatch } from '../plugin/plugin-instance.ts';
import { type MatchedBatch, matchedBatch } from './matched-batch.ts';

export interface StreamPosition {
  readonly firstEventNumber: number;
  readonly firstTime: bigint;
}

export interface LaneEvaluationOptions {
  readonly rules: readonly CheckedRule[];
  readonly plan: ExtractionPlan;
  readonly ruleMatching: 'first' | 'all';
  readonly batchEventsMax: number;
  readonly context: SourceContext;
  readonly alertFormat: AlertFormat;
}

export class LaneEvaluation {
  readonly #options: LaneEvaluationOptions;
  readonly #detector: Detector;
  readonly #formatter: AlertFormatter;
  #batch: EventBatch | undefined;
  #columns: readonly Column[] = [];
  #position: StreamPosition = { firstEventNumber: 1, firstTime: 0n };
  #matches: Matches | undefined;

  constructor(options: LaneEvaluationOptions) {
    this.#options = options;
    this.#detector = new Detector(compileRuleset(options.rules, options.plan), {
      ruleMatching: options.ruleMatching,
      batchEventsMax: options.batchEventsMax,
      fieldsOfRow: (row) => (request) => this.#valueOfRow(request, row),
    });
    this.#formatter = new AlertFormatter(options.rules, options.alertFormat);
  }

  evaluate(batch: EventBatch, columns: readonly Column[], position: StreamPosition): Matches {
    this.#batch = batch;
    this.#columns = columns;
    this.#position = position;
    const evaluated: Batch = {
      eventCount: batch.times.length,
      firstEventNumber: position.firstEventNumber,
      data: batch.data,
      spans: batch.spans,
      times: batch.times,
      columns,
    };
    this.#matches = this.#detector.evaluate(evaluated);
    return this.#matches;
  }

  matchedBatch(batch: EventBatch, matches: Matches): MatchedBatch {
    return matchedBatch(batch, matches.rows);
  }

  /** Alerts of the batch evaluated last; `columns` are those of plan 1 for its matching events. */
  format(matched: MatchedBatch, columns: readonly Column[]): Alert[] {
    const matches = this.#matches;
    if (matches === undefined) return [];
    const alerts: Alert[] = [];
    let index = 0;
    for (let match = 0; match < matches.count; match++) {
      const row = matches.rows[match] ?? 0;
      while (matched.rows[index] !== row) index += 1;
      const at = index;
      const number = this.#position.firstEventNumber + row;
      alerts.push(
        this.#formatter.formatAlert(matches.rules[match] ?? 0, {
          number,
          time: matched.times[at] ?? 0n,
          get: (request) =>
            this.#value(request, {
              batch: matched,
              row: at,
              number,
              columns,
              plan: this.#options.plan.outputs,
            }),
        }),
      );
    }
    return alerts;
  }

  #valueOfRow(request: FieldRequest, row: number): Value | undefined {
    const batch = this.#batch;
    if (batch === undefined) return undefined;
    const number = this.#position.firstEventNumber + row;
    return this.#value(request, {
      batch,
      row,
      number,
      columns: this.#columns,
      plan: this.#options.plan.conditions,
    });
  }

  #value(request: FieldRequest, event: EventAt): Value | undefined {
    const { batch, row, number, columns, plan } = event;
    if (request.field.provider.kind === 'plugin') {
      const column = columns[plan.slots.get(requestKey(request)) ?? -1];
      return column === undefined ? undefined : valueAt(column, row);
    }
    const data = batch.data.subarray(batch.spans[2 * row], batch.spans[2 * row + 1]);
    const context = {
      number,
      time: batch.times[row] ?? 0n,
      firstTime: this.#position.firstTime,
      data,
    };
    return engineFieldValue(request.field.name, context, this.#options.context);
  }
}

interface EventAt {
  readonly batch: EventBatch;
  readonly row: number;
  readonly number: number;
  readonly columns: readonly Column[];
  readonly plan: SlotPlan;
}
