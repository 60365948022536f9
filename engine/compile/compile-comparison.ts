/* Comparisons as functions of values that are present; what is absent never comes here. */

import type { CheckedRight, CompareOperator, Literal, Modifier } from '../check/checked-rule.ts';
import type { Value } from '../column/cell-values.ts';
import { compileGlob } from '../kernel/glob.ts';
import { compilePathMatch } from '../kernel/path-match.ts';
import { compilePosixRegex } from '../kernel/regex.ts';
import { toLowerAscii } from '../kernel/text-transform.ts';
import { compileOperand, type GetField } from './compile-operand.ts';

type Scalar = string | bigint;
export type Compare = (left: Value, get: GetField) => boolean;

export function compileComparison(
  operator: CompareOperator,
  modifier: Modifier | undefined,
  right: CheckedRight,
): Compare {
  if (right.kind === 'operand') return compareWithOperand(operator, right);
  const literals = right.literals.map(literalValue);
  if (operator === 'in' || operator === 'intersects') return compareWithSet(operator, literals);
  if (operator === 'pmatch') {
    const test = compilePathMatch(literals.map(String));
    return (left) => typeof left === 'string' && test(left);
  }
  const tests = literals.map((literal) => compileScalarTest(operator, literal));
  if (modifier === undefined) {
    const [test] = tests;
    return (left) => test !== undefined && !isList(left) && test(left);
  }
  const holds = {
    anyof: (count: number) => count >= 1,
    oneof: (count: number) => count === 1,
    allof: (count: number) => count > 0 && count === tests.length,
  }[modifier];
  return (left) => !isList(left) && holds(tests.filter((test) => test(left)).length);
}

function isList(value: Value): value is readonly Scalar[] {
  return Array.isArray(value);
}

/** Networks compare by their address and prefix length. */
export function literalValue(literal: Literal): Scalar {
  switch (literal.type) {
    case 'string':
      return literal.text;
    case 'number':
      return literal.value;
    case 'ipaddr':
      return literal.address;
    case 'ipnet':
      return literal.address + String.fromCharCode(literal.prefixLength);
  }
}

/** Lists: `in` holds for all elements, `intersects` for at least one. */
function compareWithSet(operator: 'in' | 'intersects', literals: readonly Scalar[]): Compare {
  const set = new Set<Scalar>(literals);
  return (left) => {
    if (!isList(left)) return set.has(left);
    return operator === 'in' ? left.every((one) => set.has(one)) : left.some((one) => set.has(one));
  };
}

function compareWithOperand(
  operator: CompareOperator,
  right: CheckedRight & { kind: 'operand' },
): Compare {
  const evaluate = compileOperand(right.operand);
  if (operator === 'in' || operator === 'intersects') {
    return (left, get) => {
      const value = evaluate(get);
      if (value === undefined) return false;
      return compareWithSet(operator, isList(value) ? value : [value])(left, get);
    };
  }
  return (left, get) => {
    const value = evaluate(get);
    if (value === undefined || isList(value) || isList(left)) return false;
    return compileScalarTest(operator, value)(left);
  };
}

function compileScalarTest(operator: CompareOperator, right: Scalar): (left: Scalar) => boolean {
  const text = String(right);
  switch (operator) {
    case '=':
      return (left) => left === right;
    case '!=':
      return (left) => left !== right;
    case '<':
      return (left) => left < right;
    case '<=':
      return (left) => left <= right;
    case '>':
      return (left) => left > right;
    case '>=':
      return (left) => left >= right;
    case 'contains':
      return (left) => String(left).includes(text);
    case 'icontains': {
      const lower = toLowerAscii(text);
      return (left) => toLowerAscii(String(left)).includes(lower);
    }
    case 'startswith':
      return (left) => String(left).startsWith(text);
    case 'endswith':
      return (left) => String(left).endsWith(text);
    case 'glob': {
      const glob = compileGlob(text);
      return (left) => glob(String(left));
    }
    case 'iglob': {
      // Without regard to case, `[:upper:]` and `[:lower:]` are any letter.
      const folded = toLowerAscii(text).replaceAll(/\[:(?:upper|lower):\]/g, '[:alpha:]');
      const glob = compileGlob(folded);
      return (left) => glob(toLowerAscii(String(left)));
    }
    case 'regex': {
      // Falco's patterns are text; bytes of the literal are turned back first.
      const regex = compilePosixRegex(Buffer.from(text, 'latin1').toString('utf8'));
      return 'value' in regex ? (left) => regex.value.test(String(left)) : () => false;
    }
    default:
      return () => false;
  }
}
