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
  readonly conditionRequests: readonly FieldRequest[];
  readonly outputRequests: readonly FieldRequest[];
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
      requests: options.conditionRequests,
      isOpaque: false,
    });
    this.outputs = new PlanExtraction({
      plan: PLAN_OUTPUTS,
      requests: options.outputRequests,
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

  extract(plan: PlanExtraction, batch: EventBatch): Column[] {
    const instance = this.#instance;
    if (plan.isEmpty) return [];
    if (instance === undefined) throw new PluginFault('trap', this.name, 'was not started');
    return this.#options.calls.run(this.#options.position, () => plan.extract(instance, batch));
  }
}
