import type { Column } from '../column/column.ts';
import type { PlanName, PluginRequests } from '../plan/extraction-plan.ts';
import type { EventBatch, ExtractorInstance } from '../plugin/plugin-instance.ts';
import { PluginFault } from '../plugin/plugin-instance.ts';
import { PLAN_NUMBERS, PlanExtraction } from './plan-extraction.ts';

const PLANS = ['conditions', 'rest', 'outputs'] as const satisfies readonly PlanName[];

export interface ExtractorOptions {
  readonly name: string;
  readonly requests: Readonly<Record<PlanName, PluginRequests>>;
  /** A fresh instance, ready to be configured; throws `PluginFault` when it does not come up. */
  readonly instantiate: () => ExtractorInstance;
  /** Runs a call into the plugin under its deadline; a start counts as one for conditions. */
  readonly guard: <Result>(plan: PlanName, call: () => Result) => Result;
}

/** One extractor: its current instance and all of its plans. After a fault, `restart` it. */
export class Extractor {
  readonly name: string;
  readonly #plans: Readonly<Record<PlanName, PlanExtraction>>;
  readonly #options: ExtractorOptions;
  #instance: ExtractorInstance | undefined;

  constructor(options: ExtractorOptions) {
    this.name = options.name;
    this.#options = options;
    const create = (plan: PlanName): PlanExtraction =>
      new PlanExtraction({
        plan: PLAN_NUMBERS[plan],
        requests: options.requests[plan].requests,
        isOpaque: plan === 'outputs',
      });
    this.#plans = {
      conditions: create('conditions'),
      rest: create('rest'),
      outputs: create('outputs'),
    };
  }

  /** A fresh instance; throws `PluginFault` when it does not come up. */
  restart(): void {
    this.#instance = undefined;
    this.#options.guard('conditions', () => {
      const instance = this.#options.instantiate();
      for (const plan of PLANS) {
        if (!this.#plans[plan].isEmpty) this.#plans[plan].restart(instance);
      }
      this.#instance = instance;
    });
  }

  /** Puts the columns of a plan at their slots. */
  extractInto(columns: Column[], plan: PlanName, events: EventBatch): void {
    const extraction = this.#plans[plan];
    if (extraction.isEmpty) return;
    const instance = this.#instance;
    if (instance === undefined) throw new PluginFault('trap', this.name, 'was not started');
    const { firstSlot } = this.#options.requests[plan];
    const found = this.#options.guard(plan, () => extraction.extract(instance, events));
    for (const [index, column] of found.entries()) columns[firstSlot + index] = column;
  }
}
