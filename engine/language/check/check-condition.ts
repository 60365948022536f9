/*
 * A condition without macros → one whose fields exist, whose operators fit the types, and whose literals
 * are values. The order of checks is Falco's, so that the first error is the same.
 */

import type { Span } from '../../diagnostic/span.ts';
import type { FieldCatalog } from '../../event/field/field-catalog.ts';
import { isNumericType, type ValueType } from '../../event/field/field-type.ts';
import { type CompareOperator, findOperator, OPERATORS } from '../match/operators.ts';
import { compilePosixRegex } from '../match/regex.ts';
import {
  type MacroPath,
  pathTo,
  type ResolvedExpression,
  type ResolvedLeaf,
} from '../rules/resolved-condition.ts';
import type { RightSide, Word } from '../syntax/ast.ts';
import { checkOperand, falcoType, innermostName } from './check-operand.ts';
import { CheckProblem, CheckProblems, type PlacedProblem } from './check-problem.ts';
import type { CheckedCondition, CheckedOperand, CheckedRight, Literal } from './checked-rule.ts';
import {
  type Explanation,
  explainFieldOnTheRight,
  explainOperator,
  explainTypes,
  explainWord,
  fitsType,
} from './explain-mismatch.ts';
import { parseLiteral, parseNetworkOrAddress } from './parse-literal.ts';

/** A condition, or all that is wrong with it, in Falco's order: the first problem is the one that Falco has. */
export type CheckedConditionResult =
  | { readonly condition: CheckedCondition; readonly problems: readonly [] }
  | { readonly condition: undefined; readonly problems: readonly PlacedProblem[] };

export function checkCondition(
  expression: ResolvedExpression,
  catalog: FieldCatalog,
): CheckedConditionResult {
  const problems: PlacedProblem[] = [];
  const condition = checkNode(expression, { catalog, problems, path: pathTo(expression, []) });
  return condition === undefined ? { condition, problems } : { condition, problems: [] };
}

interface NodeContext {
  readonly catalog: FieldCatalog;
  /** Problems found so far, in all nodes. */
  readonly problems: PlacedProblem[];
  readonly path: MacroPath;
}

/** `undefined`: there are problems in it. */
function checkNode(node: ResolvedExpression, context: NodeContext): CheckedCondition | undefined {
  const inner = (one: ResolvedExpression): CheckedCondition | undefined =>
    checkNode(one, { ...context, path: pathTo(one, context.path) });
  switch (node.kind) {
    case 'and':
    case 'or': {
      const operands = node.operands.map(inner).filter((one) => one !== undefined);
      if (operands.length < node.operands.length) return undefined;
      return { kind: node.kind, operands };
    }
    case 'not': {
      const operand = inner(node.operand);
      return operand && { kind: 'not', operand };
    }
    case 'exists':
    case 'compare':
      return checkLeaf(node, context);
  }
}

/** The left side first; where that is right, each word of the right one. */
function checkLeaf(
  leaf: ResolvedLeaf,
  { catalog, problems, path }: NodeContext,
): CheckedCondition | undefined {
  const { text } = leaf;
  try {
    if (leaf.kind === 'exists')
      return { kind: 'exists', operand: checkOperand(leaf.left, catalog) };
    return checkComparison(leaf, catalog);
  } catch (error) {
    const found = error instanceof CheckProblems ? error.problems : [error];
    for (const problem of found) {
      if (!(problem instanceof CheckProblem)) throw problem;
      problems.push({ problem, at: { text, span: problem.span, path } });
    }
    return undefined;
  }
}

function checkComparison(
  expression: ResolvedLeaf & { kind: 'compare' },
  catalog: FieldCatalog,
): CheckedCondition {
  const { modifier, operatorSpan: span } = expression;
  const left = checkOperand(expression.left, catalog);
  const { operator: name } = expression;
  const operator = findOperator(name);
  if (operator === undefined || !fitsType(OPERATORS[operator], left.type)) {
    const what = `filter error: '${shownOperator(name)}' operator ${whyUnfit(left.type)}`;
    throw mismatch(what, span, explainOperator(name, left));
  }
  if (expression.right.kind === 'operand' && !OPERATORS[operator].takesFields) {
    const what = `operator '${name.toUpperCase()}' doesn't support right-hand side fields`;
    throw mismatch(what, span, explainFieldOnTheRight(name));
  }
  const right = checkRight(expression.right, { left, operator, catalog });
  return { kind: 'compare', operator, modifier, left, right };
}

function mismatch(message: string, span: Span, explained: Explanation): CheckProblem {
  return new CheckProblem('CONDITION_TYPE_MISMATCH', message, { span, ...explained });
}

/** In Falco's words. */
function whyUnfit({ type, isList }: ValueType): string {
  if (isList) return 'not supported list filters';
  if (isNumericType(type)) return 'not supported for numeric filters';
  const filters = type === 'string' ? 'string' : 'ip address and network';
  return `not supported for ${filters} filters`;
}

/** Falco reads `==` as `=` before it looks at types. */
function shownOperator(name: string): string {
  return name === '==' ? '=' : name;
}

interface RightContext {
  readonly left: CheckedOperand;
  readonly operator: CompareOperator;
  readonly catalog: FieldCatalog;
}

/** Throws the problem: `CheckProblem` with a field, `CheckProblems` with words. */
function checkRight(right: RightSide, { left, operator, catalog }: RightContext): CheckedRight {
  if (right.kind === 'operand') {
    const operand = checkOperand(right.operand, catalog);
    if (left.type.type !== operand.type.type || left.type.isList !== operand.type.isList)
      throw mismatch(otherTypes(left, operand), right.operand.span, explainTypes(left, operand));
    return { kind: 'operand', operand };
  }
  const words = right.kind === 'word' ? [right.word] : right.words;
  const checked = words.map((word) => checkWord(word, left, operator));
  const problems = checked.filter((one) => one instanceof CheckProblem);
  if (problems.length > 0) throw new CheckProblems(problems);
  const literals = checked.flatMap((one) => (one instanceof CheckProblem ? [] : [one]));
  return { kind: 'literals', literals };
}

function checkWord(
  { text, span }: Word,
  left: CheckedOperand,
  operator: CompareOperator,
): Literal | CheckProblem {
  const isAddress = left.kind === 'transformer' && left.name === 'ip';
  const result = isAddress ? parseNetworkOrAddress(text) : parseLiteral(text, left.type.type);
  if ('error' in result) return mismatch(result.error, span, explainWord(text, left));
  const regex = operator === 'regex' ? compilePosixRegex(text) : undefined;
  if (regex !== undefined && 'error' in regex)
    return mismatch(`invalid regex pattern: ${regex.error}`, span, {
      detail: `\`${text}\` is not a regular expression: ${regex.reason}`,
    });
  return result.value;
}

function otherTypes(left: CheckedOperand, right: CheckedOperand): string {
  return (
    `field '${innermostName(left)}' has type '${falcoType(left.type)}' while the right-hand side field ` +
    `'${innermostName(right)}' has incompatible type '${falcoType(right.type)}'`
  );
}
