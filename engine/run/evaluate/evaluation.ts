/* Events of one stream in, alerts out, in process and synchronous; one batch after the other. */

import type { Clock } from '../../base/clock.ts';
import type { AlertFormat } from '../../detect/alert/alert.ts';
import type { AlertChannel } from '../../detect/alert/alert-channel.ts';
import { AlertFormatter } from '../../detect/alert/alert-formatter.ts';
import type { SourceContext } from '../../detect/compile/engine-field-values.ts';
import type { ExtractionPlan } from '../../detect/plan/extraction-plan.ts';
import type { CheckedRule } from '../../language/check/checked-rule.ts';
import type { EventBatch } from '../../plugin/abi/plugin-instance.ts';
import { type BatchContext, BatchEvaluation, type EvaluationParts } from './batch-evaluation.ts';
import { CostMeter, type EvaluationCosts } from './cost-meter.ts';
import type { EvaluationResult, PartialEvaluation } from './evaluation-result.ts';
import type { Extractor } from './extractor.ts';
import { ExtractorSet, type ExtractorSetOptions } from './extractor-set.ts';
import { RuleVariants } from './rule-variants.ts';

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
  /** The decisions for extractors of fault-policy.ts. */
  readonly onFault: ExtractorSetOptions['onFault'];
}

export class Evaluation {
  /** Started before the first batch. */
  readonly extractors: ExtractorSet;
  readonly #options: EvaluationOptions;
  readonly #costs: CostMeter;
  readonly #parts: EvaluationParts;

  constructor(options: EvaluationOptions) {
    const { rules, plan, context, clock, onFault } = options;
    const { ruleMatching, batchEventsMax, alertFormat, alertChannels } = options;
    this.#options = options;
    const names = rules.map(({ name }) => name);
    this.#costs = new CostMeter(clock, names);
    const costs = this.#costs;
    this.extractors = new ExtractorSet({ extractors: options.extractors, costs, onFault });
    this.#parts = {
      plan,
      variants: new RuleVariants(rules, plan, { ruleMatching, batchEventsMax }),
      extractors: this.extractors,
      formatter: new AlertFormatter(rules, alertFormat, alertChannels),
      costs,
      context,
      clock,
    };
  }

  /** Since they were taken last. */
  takeCosts(): EvaluationCosts {
    return this.#costs.take();
  }

  evaluate(events: EventBatch, batch: BatchContext): EvaluationResult {
    return new BatchEvaluation(this.#parts, batch).evaluate(events);
  }

  /** Leaves out a batch that cannot be read: no rule was evaluated on it, which is the fault of its source. */
  leaveOut(
    { firstEventNumber, eventCount }: Pick<PartialEvaluation, 'firstEventNumber' | 'eventCount'>,
    unreadable: string,
  ): EvaluationResult {
    const plugins = [this.#options.context.pluginName];
    const rulesNotEvaluated = this.#options.rules.map(({ name }) => name);
    const partial = [{ firstEventNumber, eventCount, plugins, rulesNotEvaluated }];
    return { alerts: [], partial, faults: [], unreadable };
  }
}
