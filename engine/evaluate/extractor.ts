import type { Column } from '../column/column.ts';
import type { PluginRequests } from '../plan/extraction-plan.ts';
import type { EventBatch, ExtractorInstance } from '../plugin/plugin-instance.ts';
import { PluginFault } from '../plugin/plugin-instance.ts';
import { PLAN_CONDITIONS, PLAN_OUTPUTS, PlanExtraction } from './plan-extraction.ts';

type Requests = Pick<PluginRequests, 'requests' | 'firstSlot'>;

export type PlanName = 'conditions' | 'outputs';

export interface ExtractorOptions {
  readonly name: string;
  readonly conditions: Requests;
  readonly outputs: Requests;
  /** A fresh instance, ready to be configured; throws `PluginFault` when it does not come up. */
  readonly instantiate: () => ExtractorInstance;
  /** Runs a call into the plugin under its deadline; a start counts as one for conditions. */
  readonly guard: <Result>(plan: PlanName, call: () => Result) => Result;
}

/** One extractor: its current instance and both of its plans. After a fault, `restart` it. */
export class Extractor {
  readonly name: string;
  readonly #conditions: PlanExtraction;
  readonly #outputs: PlanExtraction;
  readonly #options: ExtractorOptions;
  #instance: ExtractorInstance | undefined;

  constructor(options: ExtractorOptions) {
    this.name = options.name;
    this.#options = options;
    const { requests } = options.conditions;
    this.#conditions = new PlanExtraction({ plan: PLAN_CONDITIONS, requests, isOpaque: false });
    this.#outputs = new PlanExtraction({
      plan: PLAN_OUTPUTS,
      requests: options.outputs.requests,
      isOpaque: true,
    });
  }

  /** A fresh instance; throws `PluginFault` when it does not come up. */
  restart(): void {
    this.#instance = undefined;
    this.#options.guard('conditions', () => {
      const instance = this.#options.instantiate();
      if (!this.#conditions.isEmpty) this.#conditions.restart(instance);
      if (!this.#outputs.isEmpty) this.#outputs.restart(instance);
      this.#instance = instance;
    });
  }

  /** Puts the columns of a plan at their slots. */
  extractInto(columns: Column[], plan: PlanName, events: EventBatch): void {
    const extraction = plan === 'conditions' ? this.#conditions : this.#outputs;
    if (extraction.isEmpty) return;
    const instance = this.#instance;
    if (instance === undefined) throw new PluginFault('trap', this.name, 'was not started');
    const { firstSlot } = this.#options[plan];
    const found = this.#options.guard(plan, () => extraction.extract(instance, events));
    for (const [index, column] of found.entries()) columns[firstSlot + index] = column;
  }
}
