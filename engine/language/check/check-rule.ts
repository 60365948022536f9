/* One rule whose condition has no macros any more → a checked rule, or all that is wrong with it. */

import type { FieldCatalog } from '../../event/field/field-catalog.ts';
import type { LoadFinding } from '../rules/load-finding.ts';
import type { AppendOutput } from '../rules/load-options.ts';
import type { ResolvedRule } from '../rules/resolve-items.ts';
import type { RuleItem } from '../rules/rule-item.ts';
import { checkCondition } from './check-condition.ts';
import { checkOutput, UNEXPECTED_TOKEN } from './check-output.ts';
import { AppendProblem, CheckProblem, type PlacedProblem } from './check-problem.ts';
import type { CheckedRule } from './checked-rule.ts';
import { findConditionWarnings } from './condition-warnings.ts';
import { type FindingParts, placeOf, toFinding } from './falco-wording.ts';

export interface CheckRuleOptions {
  /** Fields of the rule's source. */
  readonly catalog: FieldCatalog;
  readonly appendOutput: readonly AppendOutput[];
  readonly listNames: readonly string[];
}

export interface RuleCheck {
  /** `undefined`: there are problems; those that are only warned of leave the rule out as well. */
  readonly rule: CheckedRule | undefined;
  readonly errors: readonly LoadFinding[];
  readonly warnings: readonly LoadFinding[];
}

/** Falco's words for what a rule with `skip-if-unknown-filter` may have. */
const SKIPPABLE = [
  'nonexistent field',
  'invalid formatting token',
  'unknown event type',
  'unknown filter:',
];

/** Checks the output first, as Falco does, then the condition, also when the output is wrong. */
export function checkRule(
  { item, condition: resolved }: ResolvedRule,
  { catalog, appendOutput, listNames }: CheckRuleOptions,
): RuleCheck {
  const { name, description, source, priority, tags } = item;
  const output = attempt(() => checkOutput(item.output.text, item, { catalog, appendOutput }));
  const { condition, problems } =
    resolved === undefined ? NOTHING : checkCondition(resolved, catalog);
  const found = [
    ...(output instanceof CheckProblem ? [findingInOutput(item, output)] : []),
    ...findingsInCondition(item, problems),
  ];
  const isSkipped = ({ code }: LoadFinding): boolean => code === 'RULE_SKIPPED';
  const ofCondition =
    resolved === undefined ? [] : findConditionWarnings(resolved, { catalog, listNames });
  const warnings = ofCondition.map(({ at, ...warning }) =>
    toFinding({ ...warning, ...placeOf(at, item) }),
  );
  const isSound = !(output instanceof CheckProblem) && condition !== undefined;
  return {
    rule: isSound ? { name, description, source, priority, tags, condition, output } : undefined,
    errors: found.filter((one) => !isSkipped(one)),
    warnings: [...warnings, ...found.filter(isSkipped)],
  };
}

const NOTHING = { condition: undefined, problems: [] };

function attempt<Value>(check: () => Value): Value | CheckProblem {
  try {
    return check();
  } catch (error) {
    if (error instanceof CheckProblem) return error;
    throw error;
  }
}

function findingInOutput(item: RuleItem, problem: CheckProblem): LoadFinding {
  const { message, span } = problem;
  const isOfOutputs = /^(?:unknown filter|invalid formatting|empty formatting)/.test(message);
  const falcoMessage = isOfOutputs ? message : UNEXPECTED_TOKEN;
  const place = placeOf({ text: item.output, span, path: [] }, item);
  return isSkippable(item, falcoMessage)
    ? toFinding({
        ...SKIPPED,
        ...{ message: falcoMessage, hint: problem.hint },
        detail: `${problem.detail ?? message}; the rule is not used`,
        ...place,
      })
    : findingOfProblem(problem, {
        falcoCode: 'LOAD_ERR_COMPILE_OUTPUT',
        message: falcoMessage,
        ...place,
      });
}

/** Falco stops at the first: when the rule is skipped for that, what else is wrong is worth a warning only. */
function findingsInCondition(item: RuleItem, problems: readonly PlacedProblem[]): LoadFinding[] {
  const [first] = problems;
  const isSkipped = first !== undefined && isSkippable(item, first.problem.message);
  return problems.map(({ problem, at }, index) => {
    const { message } = problem;
    const place = placeOf(at, item);
    if (!isSkipped) {
      const falcoCode = 'LOAD_ERR_COMPILE_CONDITION';
      return findingOfProblem(problem, { falcoCode, message, ...place });
    }
    const isFalcos = index === 0;
    const { detail = message, hint } = problem;
    const ours = { detail: isFalcos ? `${detail}; the rule is not used` : detail, hint };
    return toFinding({ ...(isFalcos ? SKIPPED : BESIDE_SKIPPED), message, ...ours, ...place });
  });
}

const SKIPPED = { falcoCode: 'LOAD_UNKNOWN_FILTER', code: 'RULE_SKIPPED' } as const;
const BESIDE_SKIPPED = { falcoCode: undefined, code: 'RULE_SKIPPED' } as const;

function isSkippable({ skipsUnknownFilter }: RuleItem, falcoMessage: string): boolean {
  return skipsUnknownFilter && SKIPPABLE.some((part) => falcoMessage.includes(part));
}

function findingOfProblem(
  problem: CheckProblem,
  found: Pick<FindingParts, 'falcoCode' | 'message' | 'place' | 'at' | 'usedBy'>,
): LoadFinding {
  const { code, hint, detail } = problem;
  const label = problem instanceof AppendProblem ? problem.label : undefined;
  return toFinding({ ...found, code, detail, hint, label });
}
