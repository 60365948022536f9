/*
 * A condition without macros → one whose fields exist, whose operators fit the types, and whose literals
 * are values. The order of checks is Falco's, so that the first error is the same.
 */

import type { Span } from '../diagnostic/span.ts';
import type { FieldCatalog } from '../field/field-catalog.ts';
import { isNumericType, type ValueType } from '../field/field-type.ts';
import type { Expression, RightSide } from '../filter/ast.ts';
import {
  type CompareOperator,
  findOperator,
  OPERATORS,
  type Operator,
} from '../kernel/operators.ts';
import { compilePosixRegex } from '../kernel/regex.ts';
import { checkOperand, falcoType } from './check-operand.ts';
import { CheckProblem } from './check-problem.ts';
import type {
  CheckedCondition,
  CheckedOperand,
  CheckedRight,
  Literal,
  Modifier,
} from './checked-rule.ts';
import { parseLiteral } from './parse-literal.ts';

export function checkCondition(expression: Expression, catalog: FieldCatalog): CheckedCondition {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return {
        kind: expression.kind,
        operands: expression.operands.map((operand) => checkCondition(operand, catalog)),
      };
    case 'not':
      return { kind: 'not', operand: checkCondition(expression.operand, catalog) };
    case 'exists':
      return { kind: 'exists', operand: checkOperand(expression.left, catalog) };
    case 'compare':
      return checkComparison(expression, catalog);
    case 'macro':
      throw new Error(`macro ${expression.name} was not resolved`);
  }
}

function checkComparison(
  expression: Expression & { kind: 'compare' },
  catalog: FieldCatalog,
): CheckedCondition {
  const { span } = expression;
  const mismatch: Mismatch = (message, at = span) => {
    throw new CheckProblem('CONDITION_TYPE_MISMATCH', message, { span: at });
  };
  const left = checkOperand(expression.left, catalog);
  const { operator: name } = expression;
  const operator = findOperator(name);
  const modifier = expression.modifier as Modifier | undefined;
  const isFieldOnTheRight = expression.right.kind === 'operand';
  if (isFieldOnTheRight && operator !== undefined && !OPERATORS[operator].takesFields) {
    mismatch(`operator '${name.toUpperCase()}' doesn't support right-hand side fields`);
  }
  if (operator === undefined || !fits(OPERATORS[operator], left.type))
    return mismatch(`filter error: '${shownOperator(name)}' operator ${whyUnfit(left.type)}`);
  const right = checkRight(expression.right, { left, operator, catalog, mismatch });
  return { kind: 'compare', operator, modifier, left, right };
}

function fits({ values, takesLists }: Operator, { type, isList }: ValueType): boolean {
  if (isList) return takesLists;
  if (type === 'string') return true;
  return values === 'all' || (values === 'ordered' && isNumericType(type) && type !== 'bool');
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

type Mismatch = (message: string, span?: Span) => never;

interface RightContext {
  readonly left: CheckedOperand;
  readonly operator: CompareOperator;
  readonly catalog: FieldCatalog;
  readonly mismatch: Mismatch;
}

function checkRight(right: RightSide, context: RightContext): CheckedRight {
  const { left, operator, catalog, mismatch } = context;
  if (right.kind === 'operand') {
    const operand = checkOperand(right.operand, catalog);
    checkSameType(left, operand, mismatch);
    return { kind: 'operand', operand };
  }
  const words = right.kind === 'word' ? [right.word] : right.words;
  const literals: Literal[] = [];
  for (const { text, span } of words) {
    const result = parseLiteral(text, left.type.type);
    if ('error' in result) return mismatch(result.error, span);
    literals.push(result.value);
    if (operator === 'regex') {
      const regex = compilePosixRegex(text);
      if ('error' in regex) mismatch(`invalid regex pattern: ${regex.error}`, span);
    }
  }
  return { kind: 'literals', literals };
}

function checkSameType(left: CheckedOperand, right: CheckedOperand, mismatch: Mismatch): void {
  const isSame = left.type.type === right.type.type;
  if (isSame) return;
  mismatch(
    `field '${nameOf(left)}' has type '${falcoType(left.type)}' while the right-hand side field ` +
      `'${nameOf(right)}' has incompatible type '${falcoType(right.type)}'`,
  );
}

/** The field at the bottom of transformers, as Falco names it. */
function nameOf(operand: CheckedOperand): string {
  if (operand.kind === 'field') {
    const { field, argument } = operand.request;
    return argument === undefined ? field.name : `${field.name}[${argument}]`;
  }
  if (operand.kind === 'transformer') {
    const [first] = operand.operands;
    return first === undefined ? operand.name : nameOf(first);
  }
  return '';
}
