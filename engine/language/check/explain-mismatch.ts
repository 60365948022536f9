/* Types and operators that do not fit, in words for people; Falco's words are beside them. */

import type { ValueType } from '../../event/field/field-type.ts';
import { isNumericType } from '../../event/field/field-type.ts';
import { type CompareOperator, OPERATORS, type Operator } from '../match/operators.ts';
import type { CheckedOperand } from './checked-rule.ts';
import { STRING_SIZE_MAX } from './parse-literal.ts';

export interface Explanation {
  readonly detail: string;
  readonly hint?: string | undefined;
}

/** `a number`, `a list of texts`. */
export function describeType({ type, isList }: ValueType): string {
  const [one, many] = NAMES[type];
  return isList ? `a list of ${many}` : one;
}

const NAMES = {
  string: ['a text', 'texts'],
  uint64: ['a number', 'numbers'],
  bool: ['true or false', 'truths'],
  reltime: ['a number of nanoseconds', 'numbers'],
  abstime: ['a time in nanoseconds', 'times'],
  ipaddr: ['an IP address', 'IP addresses'],
  ipnet: ['an IP network', 'IP networks'],
} as const;

/** The field or transformer as it is written. */
export function nameOperand(operand: CheckedOperand): string {
  switch (operand.kind) {
    case 'field': {
      const { field, argument } = operand.request;
      return argument === undefined ? field.name : `${field.name}[${argument}]`;
    }
    case 'transformer':
      return `${operand.name}(${operand.operands.map(nameOperand).join(', ')})`;
    case 'text':
      return JSON.stringify(operand.text);
    case 'tuple':
      return `(${operand.items.map(nameOperand).join(', ')})`;
  }
}

export function fitsType({ values, takesLists }: Operator, { type, isList }: ValueType): boolean {
  if (isList) return takesLists;
  if (type === 'string') return true;
  return values === 'all' || (values === 'ordered' && isNumericType(type) && type !== 'bool');
}

export function explainOperator(name: string, left: CheckedOperand): Explanation {
  const known = Object.keys(OPERATORS) as CompareOperator[];
  const fitting = known.filter((one) => fitsType(OPERATORS[one], left.type));
  return {
    detail: `\`${name}\` does not work on \`${nameOperand(left)}\`, which is ${describeType(left.type)}`,
    hint: `operators for ${describeType(left.type)}: ${[...fitting, 'exists'].join(', ')}`,
  };
}

export function explainFieldOnTheRight(name: string): Explanation {
  const taking = Object.entries(OPERATORS).filter(([, { takesFields }]) => takesFields);
  return {
    detail: `\`${name}\` compares with written values, not with a field`,
    hint: `operators that take a field on the right: ${taking.map(([one]) => one).join(', ')}`,
  };
}

export function explainTypes(left: CheckedOperand, right: CheckedOperand): Explanation {
  const describe = (one: CheckedOperand): string =>
    `\`${nameOperand(one)}\` is ${describeType(one.type)}`;
  return { detail: `${describe(left)}, and ${describe(right)}: they cannot be compared` };
}

/** A word on the right that is not a value of the left side's type. */
export function explainWord(text: string, left: CheckedOperand): Explanation {
  const { type } = left.type;
  if (type === 'string') {
    return text.includes('\0')
      ? { detail: 'a value with a NUL character' }
      : {
          detail: `a value of ${Buffer.byteLength(text)} bytes: Falco's limit is ${STRING_SIZE_MAX - 1}`,
        };
  }
  const what = left.type.isList ? `a list of ${NAMES[type][1]}` : NAMES[type][0];
  return { detail: `\`${nameOperand(left)}\` is ${what}; found \`${text}\`` };
}
