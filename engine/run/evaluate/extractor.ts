import type { Clock } from '../../base/clock.ts';
import { LIMITS } from '../../base/limits.ts';
import type { PlanName, PluginRequests } from '../../detect/plan/extraction-plan.ts';
import { textSizeOf } from '../../event/column/cell-values.ts';
import type { Column } from '../../event/column/column.ts';
import type { EventBatch, ExtractorInstance } from '../../plugin/abi/plugin-instance.ts';
import { PluginFault } from '../../plugin/abi/plugin-instance.ts';
import { afterLoss, type FaultBudget, type LostTime } from '../../worker/fault-budget.ts';
import { PLAN_NUMBERS, PlanExtraction } from './plan-extraction.ts';

const EVENT_SHARE_MS = LIMITS.eventShareTime.value;
/** Time that every call gets, whatever is in it. */
const CALL_SHARE_MS = 20;

const PLANS = ['conditions', 'rest', 'outputs'] as const satisfies readonly PlanName[];

export interface ExtractorOptions {
  readonly name: string;
  readonly requests: Readonly<Record<PlanName, PluginRequests>>;
  /** A fresh instance, ready to be configured; throws `PluginFault` when it does not come up. */
  readonly instantiate: () => ExtractorInstance;
  /** Runs a call into the plugin under its deadline; a start counts as one for conditions. */
  readonly guard: <Result>(plan: PlanName, call: () => Result) => Result;
  readonly clock: Clock;
  readonly lostTime: Omit<FaultBudget, 'burst'>;
}

/** One extractor: its current instance and all of its plans. After a fault, `restart` it. */
export class Extractor {
  readonly name: string;
  readonly #plans: Readonly<Record<PlanName, PlanExtraction>>;
  readonly #options: ExtractorOptions;
  #instance: ExtractorInstance | undefined;
  #lost: LostTime | undefined;

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

  /** `extractInto` with the same is called next: one in a process of its own begins. */
  begin(plan: PlanName, events: EventBatch): void {
    const extraction = this.#plans[plan];
    if (this.#instance !== undefined && !extraction.isEmpty)
      extraction.begin(this.#instance, events);
  }

  /** Waits for a result that is not wanted any more, since it may have new entries of dictionaries. */
  drop(plan: PlanName, events: EventBatch): void {
    const extraction = this.#plans[plan];
    if (this.#instance?.begin === undefined || extraction.isEmpty) return;
    try {
      extraction.extract(this.#instance, events);
    } catch (error) {
      if (!(error instanceof PluginFault)) throw error;
      // It is asked for the same events again, in parts, and then it counts.
      this.#restartOrLeave();
    }
  }

  /** If it does not start, that is its fault at the next call. */
  #restartOrLeave(): void {
    try {
      this.restart();
    } catch (error) {
      if (!(error instanceof PluginFault)) throw error;
    }
  }

  /** Puts the columns of a plan at their slots. */
  extractInto(columns: Column[], plan: PlanName, events: EventBatch): void {
    const extraction = this.#plans[plan];
    if (extraction.isEmpty) return;
    const instance = this.#instance;
    if (instance === undefined) throw new PluginFault('trap', this.name, 'was not started');
    const { firstSlot } = this.#options.requests[plan];
    const { clock, guard } = this.#options;
    const startMs = clock.monotonicMs();
    const found = guard(plan, () => extraction.extract(instance, events));
    this.charge(clock.monotonicMs() - startMs, events.times.length);
    for (const [index, column] of found.entries()) columns[firstSlot + index] = column;
  }

  /** Bytes of the texts that it gave for a batch, as often as they will be read. */
  textSizeIn(columns: readonly Column[]): number {
    let size = 0;
    for (const { firstSlot, requests } of Object.values(this.#options.requests)) {
      for (let slot = firstSlot; slot < firstSlot + requests.length; slot++) {
        const column = columns[slot];
        if (column !== undefined) size += textSizeOf(column);
      }
    }
    return size;
  }

  /**
   * Time that went to it, or to what it gave. A plugin whose calls all come back in time may still hold up everything:
   * throws `PluginFault` when it has had far more than its share, again and again.
   */
  charge(elapsedMs: number, eventCount: number): void {
    const excessMs = elapsedMs - CALL_SHARE_MS - EVENT_SHARE_MS * eventCount;
    if (excessMs <= 0) return;
    const { clock, lostTime } = this.#options;
    // A process that was suspended is not blamed on a plugin.
    const lostMs = Math.min(excessMs, LIMITS.callTimeMax.value);
    this.#lost = afterLoss(this.#lost, lostMs, clock.monotonicMs(), lostTime);
    if (this.#lost.ms < lostTime.lostMsMax) return;
    const events = eventCount === 0 ? 'what it gave' : `${eventCount} events`;
    const took = `${Math.round(elapsedMs)} ms for ${events}`;
    throw new PluginFault('slow', this.name, `takes too much time: ${took}, and others before`);
  }
}
