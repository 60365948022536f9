/* Comparisons as functions of values that are present; absent values never reach them. */

import type { Value } from '../../event/column/cell-values.ts';
import type { CheckedRight, Literal, Modifier } from '../../language/check/checked-rule.ts';
import { compileNetworks } from '../../language/match/ip-address.ts';
import {
  type CompareOperator,
  OPERATORS,
  type Operator,
  type Scalar,
  type ScalarTest,
} from '../../language/match/operators.ts';
import { compileOperand, type GetField } from './compile-operand.ts';

export type Compare = (left: Value, get: GetField) => boolean;

export function compileComparison(
  name: CompareOperator,
  modifier: Modifier | undefined,
  right: CheckedRight,
): Compare {
  const operator: Operator = OPERATORS[name];
  return right.kind === 'operand'
    ? compareWithOperand(operator, right)
    : compareWithLiterals(operator, modifier, right.literals);
}

function compareWithLiterals(
  operator: Operator,
  modifier: Modifier | undefined,
  literals: readonly Literal[],
): Compare {
  const networks = literals.flatMap((one) => (one.type === 'network' ? [one.network] : []));
  if (networks.length === 0) return compareWith(operator, modifier, literals.map(literalValue));
  const isInside = compileNetworks(networks);
  const test: ScalarTest = (address) =>
    isInside(String(address)) !== (operator === OPERATORS['!=']);
  const ofList = operator.evaluation.kind === 'set' ? operator.evaluation.ofList : 'every';
  return (left) => (isList(left) ? left[ofList](test) : test(left));
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
    case 'network':
      return literal.network.address + String.fromCharCode(literal.network.prefixLength);
  }
}

function isList(value: Value): value is readonly Scalar[] {
  return Array.isArray(value);
}

function compareWith(
  { evaluation }: Operator,
  modifier: Modifier | undefined,
  literals: readonly Scalar[],
): (left: Value) => boolean {
  switch (evaluation.kind) {
    case 'set':
      return compareWithSet(evaluation.ofList, literals);
    case 'texts':
      return ofSingle(evaluation.test(literals.map(String)));
    case 'scalar': {
      const tests = literals.map(evaluation.test);
      return ofSingle(modifier === undefined ? first(tests) : counted(modifier, tests));
    }
  }
}

function compareWithOperand(
  operator: Operator,
  { operand }: CheckedRight & { kind: 'operand' },
): Compare {
  const evaluate = compileOperand(operand);
  const isSet = operator.evaluation.kind === 'set';
  return (left, get) => {
    const value = evaluate(get);
    if (value === undefined || (isList(value) && !isSet)) return false;
    return compareWith(operator, undefined, isList(value) ? value : [value])(left);
  };
}

/** Lists: `in` holds for all elements, `intersects` for at least one. */
function compareWithSet(
  ofList: 'every' | 'some',
  literals: readonly Scalar[],
): (left: Value) => boolean {
  const set = new Set<Scalar>(literals);
  return (left) => (isList(left) ? left[ofList]((one) => set.has(one)) : set.has(left));
}

/** A test of single values: it is false for every list. */
function ofSingle(test: ScalarTest): (left: Value) => boolean {
  return (left) => !isList(left) && test(left);
}

function first([test]: readonly ScalarTest[]): ScalarTest {
  return test ?? (() => false);
}

function counted(modifier: Modifier, tests: readonly ScalarTest[]): ScalarTest {
  const isEnough = {
    anyof: (count: number) => count >= 1,
    oneof: (count: number) => count === 1,
    allof: (count: number) => count > 0 && count === tests.length,
  }[modifier];
  return (left) => isEnough(tests.filter((test) => test(left)).length);
}
