/*
 * The extractors of a stream as one: the columns that they give, and what becomes of one that fails. One that is in
 * quarantine is not called any more: its fields are absent, and known to be so.
 */

import type { PlanName } from '../../detect/plan/extraction-plan.ts';
import type { Column } from '../../event/column/column.ts';
import { type EventBatch, PluginFault } from '../../plugin/abi/plugin-instance.ts';
import type { FaultDecision } from '../../worker/fault-policy.ts';
import { chargeHeaviest, type Evaluated } from './charge-heaviest.ts';
import type { CostMeter } from './cost-meter.ts';
import type { Extractor } from './extractor.ts';

export type Extraction =
  /** At their slots; those of other plans, and of plugins that are missing, are gaps. */
  | { readonly kind: 'columns'; readonly columns: Column[] }
  | { readonly kind: 'fault'; readonly fault: PluginFault };

/** How to continue after a fault. */
export interface SettledFault {
  /** The guilty event stands `alone`; if not, so many events are tried at a time to find it. */
  readonly size: 'alone' | number;
  /** To be reported now; those of events that are tried again are reported then. */
  readonly faults: readonly PluginFault[];
}

export interface ExtractorSetOptions {
  readonly extractors: readonly Extractor[];
  readonly costs: CostMeter;
  /** What becomes of a plugin that failed with so many events. */
  readonly onFault: (fault: PluginFault, eventCount: number) => FaultDecision;
}

export class ExtractorSet {
  readonly #options: ExtractorSetOptions;
  readonly #quarantined = new Set<string>();

  constructor(options: ExtractorSetOptions) {
    this.#options = options;
  }

  /** Fresh instances of those that are called. One that does not come up is not called; its fault is answered. */
  start(): PluginFault[] {
    return this.#options.extractors.flatMap((extractor) => {
      if (this.#quarantined.has(extractor.name)) return [];
      const fault = faultOf(() => extractor.restart());
      if (fault === undefined) return [];
      this.quarantine(extractor.name);
      return [fault];
    });
  }

  quarantine(plugin: string): void {
    this.#quarantined.add(plugin);
  }

  get quarantined(): ReadonlySet<string> {
    return this.#quarantined;
  }

  /** Plugins whose fields are absent, when it is so for these. */
  missing(without: ReadonlySet<string>): ReadonlySet<string> {
    if (this.#quarantined.size === 0) return without;
    return new Set([...without, ...this.#quarantined]);
  }

  extract(events: EventBatch, plan: PlanName, without: ReadonlySet<string>): Extraction {
    const { extractors, costs } = this.#options;
    const columns: Column[] = [];
    const called = extractors.filter(({ name }) => !without.has(name));
    for (const extractor of called) extractor.begin(plan, events);
    for (const [index, extractor] of called.entries()) {
      const fault = faultOf(() =>
        costs.plugin(extractor.name, () => extractor.extractInto(columns, plan, events)),
      );
      if (fault === undefined) continue;
      for (const other of called.slice(index + 1)) other.drop(plan, events);
      return { kind: 'fault', fault };
    }
    return { kind: 'columns', columns };
  }

  /** The fault of a plugin whose values took too long to be evaluated. */
  charge(evaluated: Evaluated): PluginFault | undefined {
    return chargeHeaviest(this.#options.extractors, evaluated);
  }

  settle(fault: PluginFault, eventCount: number): SettledFault {
    const decision = this.#options.onFault(fault, eventCount);
    if (decision === 'quarantine') {
      this.quarantine(fault.pluginName);
      return { size: 'alone', faults: [fault] };
    }
    const atRestart = this.#restart(fault.pluginName);
    if (atRestart !== undefined) return { size: 'alone', faults: [fault, atRestart] };
    if (eventCount === 1) return { size: 'alone', faults: [fault] };
    // Each time a process has to be waited for costs far more than to try each event alone.
    return { size: decision === 'retry' ? 1 : Math.ceil(eventCount / 2), faults: [] };
  }

  /** A plugin that does not come up again is not called any more; its fault is answered. */
  #restart(plugin: string): PluginFault | undefined {
    const extractor = this.#options.extractors.find(({ name }) => name === plugin);
    const fault = faultOf(() => extractor?.restart());
    if (fault !== undefined) this.quarantine(plugin);
    return fault;
  }
}

/** What a plugin did wrong in a call; other errors are thrown on. */
function faultOf(call: () => void): PluginFault | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof PluginFault) return error;
    throw error;
  }
}
