/*
 * The rules that can be evaluated when some plugins give nothing: a rule whose condition names a field of
 * such a plugin is not evaluated, which is another thing than false. Rules that only print such fields are. One
 * detector for each set of missing plugins, made when it is first needed.
 */

import { compileRuleset } from '../../detect/compile/compile-ruleset.ts';
import { Detector, type DetectorOptions } from '../../detect/match-batch/detector.ts';
import { type ExtractionPlan, planExtraction } from '../../detect/plan/extraction-plan.ts';
import type { CheckedRule } from '../../language/check/checked-rule.ts';

export interface RuleVariant {
  readonly detector: Detector;
  /** Position in all rules, by position in the detector's. */
  readonly ruleIndexes: readonly number[];
  /** Names of the rules that are left out. */
  readonly notEvaluated: readonly string[];
}

export class RuleVariants {
  readonly #rules: readonly CheckedRule[];
  readonly #plan: ExtractionPlan;
  readonly #options: DetectorOptions;
  /** By rule: the plugins that its condition needs. */
  readonly #needs: readonly ReadonlySet<string>[];
  readonly #known = new Map<string, RuleVariant>();

  constructor(rules: readonly CheckedRule[], plan: ExtractionPlan, options: DetectorOptions) {
    this.#rules = rules;
    this.#plan = plan;
    this.#options = options;
    this.#needs = rules.map(
      (rule) => new Set(planExtraction([rule]).conditions.plugins.map((one) => one.pluginName)),
    );
  }

  without(plugins: ReadonlySet<string>): RuleVariant {
    const key = [...plugins].sort().join(' ');
    const known = this.#known.get(key) ?? this.#create(plugins);
    this.#known.set(key, known);
    return known;
  }

  #create(plugins: ReadonlySet<string>): RuleVariant {
    const isPossible = (index: number): boolean =>
      [...(this.#needs[index] ?? [])].every((name) => !plugins.has(name));
    const ruleIndexes = this.#rules.map((_, index) => index).filter(isPossible);
    const rules = ruleIndexes.flatMap((index) => this.#rules[index] ?? []);
    return {
      // The plan of all rules, which numbers the requests.
      detector: new Detector(compileRuleset(rules, this.#plan), this.#options),
      ruleIndexes,
      notEvaluated: this.#rules.filter((_, index) => !isPossible(index)).map(({ name }) => name),
    };
  }
}
