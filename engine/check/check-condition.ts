/*
 * A condition without macros → one whose fields exist, whose operators fit the types, and whose literals
 * are values. The order of checks is Falco's, so that the first error is the same.
 */

import type { Span } from '../diagnostic/span.ts';
import type { FieldCatalog } from '../field/field-catalog.ts';
import { isNumericType, type ValueType } from '../field/field-type.ts';
import type { Expression, RightSide } from '../filter/ast.ts';
import { compilePosixRegex } from '../kernel/regex.ts';
import { checkOperand, falcoType } from './check-operand.ts';
import { CheckProblem } from './check-problem.ts';
import type {
  CheckedCondition,
  CheckedOperand,
  CheckedRight,
  CompareOperator,
  Literal,
  Modifier,
} from './checked-rule.ts';
import { parseLiteral } from './parse-literal.ts';

const EQUALITY = ['=', '!=', 'in', 'intersects'];
const ORDER = ['<', '<=', '>', '>='];
const WITHOUT_FIELD_ON_THE_RIGHT = ['regex', 'pmatch'];

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
  const operator = expression.operator === '==' ? '=' : expression.operator;
  const modifier = expression.modifier as Modifier | undefined;
  const isFieldOnTheRight = expression.right.kind === 'operand';
  if (isFieldOnTheRight && WITHOUT_FIELD_ON_THE_RIGHT.includes(operator)) {
    mismatch(`operator '${operator.toUpperCase()}' doesn't support right-hand side fields`);
  }
  checkOperator(operator, left.type, mismatch);
  const right = checkRight(expression.right, { left, operator, catalog, mismatch });
  return { kind: 'compare', operator: operator as CompareOperator, modifier, left, right };
}

function checkOperator(operator: string, { type, isList }: ValueType, mismatch: Mismatch): void {
  if (isList) {
    if (operator !== 'in' && operator !== 'intersects') {
      mismatch(`filter error: '${operator}' operator not supported list filters`);
    }
    return;
  }
  const isEquality = EQUALITY.includes(operator);
  if (isNumericType(type)) {
    const isAllowed = isEquality || (type !== 'bool' && ORDER.includes(operator));
    if (!isAllowed)
      mismatch(`filter error: '${operator}' operator not supported for numeric filters`);
  } else if (type === 'string') {
    if (operator === 'bcontains' || operator === 'bstartswith') {
      mismatch(`filter error: '${operator}' operator not supported for string filters`);
    }
  } else if (!isEquality) {
    mismatch(
      `filter error: '${operator}' operator not supported for ip address and network filters`,
    );
  }
}

type Mismatch = (message: string, span?: Span) => never;

interface RightContext {
  readonly left: CheckedOperand;
  readonly operator: string;
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
