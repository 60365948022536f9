import type { Clock } from '../base/clock.ts';
import type { FaultBudget } from './fault-budget.ts';
import {
  decide,
  type FaultCase,
  type Judgement,
  NO_FAULTS,
  type PluginHistory,
} from './fault-policy.ts';

/** The histories of all parts that can fail, by name: takes each fault, returns what becomes of the part. */
export class FaultLedger {
  readonly #budget: FaultBudget;
  readonly #clock: Clock;
  readonly #histories = new Map<string, PluginHistory>();

  constructor(budget: FaultBudget, clock: Clock) {
    this.#budget = budget;
    this.#clock = clock;
  }

  judge(name: string, fault: FaultCase): Judgement {
    const history = this.#histories.get(name) ?? NO_FAULTS;
    const judgement = decide(history, fault, this.#clock.monotonicMs(), this.#budget);
    this.#histories.set(name, judgement.history);
    return judgement;
  }

  /** A source has given events. */
  madeProgress(name: string): void {
    const history = this.#histories.get(name);
    if (history !== undefined) this.#histories.set(name, { ...history, withoutProgress: 0 });
  }
}
