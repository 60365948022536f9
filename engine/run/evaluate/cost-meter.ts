/* Where the time of evaluating goes: which plugins, which rules. */

import type { Clock } from '../../base/clock.ts';

/** Milliseconds since the costs were taken last. */
export interface EvaluationCosts {
  /** By name: calls into it. */
  readonly plugins: ReadonlyMap<string, number>;
  /** Conditions of all rules, over columns. */
  readonly conditionsMs: number;
  /** By name: conditions of each rule, measured and extrapolated; a part that rules share counts for the first one. */
  readonly rules: ReadonlyMap<string, number>;
  /** Making alerts of matches. */
  readonly alertsMs: number;
}

/** Conditions of single rules are measured in one of so many batches: looks at the clock may cost more than they do. */
const SAMPLED = 16;

export class CostMeter {
  readonly #clock: Clock;
  readonly #ruleNames: readonly string[];
  readonly #ruleMs: Float64Array;
  readonly #plugins = new Map<string, number>();
  #conditionsMs = 0;
  #alertsMs = 0;
  #batches = 0;
  #hasRules = false;

  constructor(clock: Clock, ruleNames: readonly string[]) {
    this.#clock = clock;
    this.#ruleNames = ruleNames;
    this.#ruleMs = new Float64Array(ruleNames.length);
  }

  plugin<Result>(name: string, call: () => Result): Result {
    const startMs = this.#clock.monotonicMs();
    try {
      return call();
    } finally {
      const elapsedMs = this.#clock.monotonicMs() - startMs;
      this.#plugins.set(name, (this.#plugins.get(name) ?? 0) + elapsedMs);
    }
  }

  conditions(elapsedMs: number): void {
    this.#conditionsMs += elapsedMs;
  }

  alerts(elapsedMs: number): void {
    this.#alertsMs += elapsedMs;
  }

  /** Where to add the milliseconds of each rule of this batch; `undefined`: not measured now. */
  nextSample(ruleCount: number): Float64Array | undefined {
    this.#batches += 1;
    return this.#batches % SAMPLED === 1 ? new Float64Array(ruleCount) : undefined;
  }

  /** `ruleIndexes`: position in all rules, by position in the sample. */
  addSample(sample: Float64Array | undefined, ruleIndexes: readonly number[]): void {
    if (sample === undefined) return;
    this.#hasRules = true;
    for (let index = 0; index < sample.length; index++) {
      this.#ruleMs[ruleIndexes[index]!]! += SAMPLED * sample[index]!;
    }
  }

  take(): EvaluationCosts {
    const rules = new Map<string, number>();
    if (this.#hasRules) {
      for (const [index, name] of this.#ruleNames.entries())
        rules.set(name, this.#ruleMs[index] ?? 0);
      this.#ruleMs.fill(0);
      this.#hasRules = false;
    }
    const costs = {
      plugins: new Map(this.#plugins),
      conditionsMs: this.#conditionsMs,
      alertsMs: this.#alertsMs,
      rules,
    };
    this.#plugins.clear();
    this.#conditionsMs = 0;
    this.#alertsMs = 0;
    return costs;
  }
}
