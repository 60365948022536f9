import type { Column } from '../column/column.ts';
import type { FieldRequest } from '../field/field.ts';
import type { EventBatch, ExtractorInstance, PluginInstance } from '../plugin/plugin-instance.ts';
import { PluginFault } from '../plugin/plugin-instance.ts';
import type { GuardedCalls } from './guarded-calls.ts';
import type { PluginRole } from './lane-protocol.ts';
import { PLAN_CONDITIONS, PLAN_OUTPUTS, PlanExtraction } from './plan-extraction.ts';

export interface LaneExtractorOptions {
  readonly role: PluginRole;
  /** In [source, ...extractors], for deadlines. */
  readonly position: number;
  readonly conditions: { readonly requests: readonly FieldRequest[]; readonly firstSlot: number };
  readonly outputs: { readonly requests: readonly FieldRequest[]; readonly firstSlot: number };
  readonly instantiate: (role: PluginRole) => PluginInstance;
  readonly calls: GuardedCalls;
}

/** One extractor in a lane: its current instance and both of its plans. After a fault, `restart` it. */
export class LaneExtractor {
  readonly name: string;
  readonly conditions: PlanExtraction;
  readonly outputs: PlanExtraction;
  readonly #options: LaneExtractorOptions;
  #instance: ExtractorInstance | undefined;

  constructor(options: LaneExtractorOptions) {
    this.name = options.role.plugin.manifest.name;
    this.#options = options;
    this.conditions = new PlanExtraction({
      plan: PLAN_CONDITIONS,
      requests: options.conditions.requests,
      isOpaque: false,
    });
    this.outputs = new PlanExtraction({
      plan: PLAN_OUTPUTS,
      requests: options.outputs.requests,
      isOpaque: true,
    });
  }

  /** A fresh instance; throws `PluginFault` when it does not come up. */
  restart(): void {
    const { role, position, calls, instantiate } = this.#options;
    calls.run(position, () => {
      const instance = instantiate(role);
      instance.init(role.initConfig);
      if (instance.extractor === undefined) {
        throw new PluginFault('answer', this.name, 'exports no extractor');
      }
      if (!this.conditions.isEmpty) this.conditions.restart(instance.extractor);
      if (!this.outputs.isEmpty) this.outputs.restart(instance.extractor);
      this.#instance = instance.extractor;
    });
  }

  /** Puts the columns of the plan at their slots. */
  extractInto(columns: Column[], plan: PlanExtraction, batch: EventBatch): void {
    if (plan.isEmpty) return;
    const { conditions, outputs } = this.#options;
    let slot = plan === this.conditions ? conditions.firstSlot : outputs.firstSlot;
    for (const column of this.#extract(plan, batch)) {
      columns[slot] = column;
      slot += 1;
    }
  }

  #extract(plan: PlanExtraction, batch: EventBatch): Column[] {
    const instance = this.#instance;
    if (instance === undefined) throw new PluginFault('trap', this.name, 'was not started');
    return this.#options.calls.run(this.#options.position, () => plan.extract(instance, batch));
  }
}
