import type { Clock } from '../base/clock.ts';
import {
  afterFault,
  type FaultBudget,
  type FaultDecision,
  type FaultHistory,
} from './fault-budget.ts';

/** The histories of what can fail, by name: told of each fault, answers what becomes of it. */
export class FaultLedger {
  readonly #budget: FaultBudget;
  readonly #clock: Clock;
  readonly #histories = new Map<string, FaultHistory>();

  constructor(budget: FaultBudget, clock: Clock) {
    this.#budget = budget;
    this.#clock = clock;
  }

  addFault(name: string): FaultDecision {
    const known = this.#histories.get(name);
    const { history, decision } = afterFault(known, this.#clock.monotonicMs(), this.#budget);
    this.#histories.set(name, history);
    return decision;
  }
}
