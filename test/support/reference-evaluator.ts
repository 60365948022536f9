/*
 * Conditions row at a time and obviously right: what the vectorised evaluation is compared with. Nothing of the engine
 * is used but its types: patterns, transformers and comparisons are written here a second time, plainly.
 */

import { requestKey } from '../../engine/event/field/field.ts';
import type {
  CheckedCondition,
  CheckedOperand,
  Literal,
  TransformerName,
} from '../../engine/language/check/checked-rule.ts';
import type { IpNetwork } from '../../engine/language/match/ip-address.ts';
import type { CompareOperator } from '../../engine/language/match/operators.ts';

type Single = string | bigint;
export type PlainValue = Single | readonly Single[];
/** One event: values by request, absent ones left out. */
export type PlainEvent = ReadonlyMap<string, PlainValue>;

export function holds(condition: CheckedCondition, event: PlainEvent): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.operands.every((operand) => holds(operand, event));
    case 'or':
      return condition.operands.some((operand) => holds(operand, event));
    case 'not':
      return !holds(condition.operand, event);
    case 'exists':
      return operandValue(condition.operand, event) !== undefined;
    case 'compare':
      return compares(condition, event);
  }
}

// ---- values ------------------------------------------------------------------------------------

function operandValue(operand: CheckedOperand, event: PlainEvent): PlainValue | undefined {
  switch (operand.kind) {
    case 'field':
      return event.get(requestKey(operand.request));
    case 'text':
      return operand.text;
    case 'tuple': {
      const items = operand.items.map((item) => operandValue(item, event));
      return items.includes(undefined) ? undefined : (items.flat() as Single[]);
    }
    case 'transformer':
      return TRANSFORMERS[operand.name](
        operand.operands.map((one) => operandValue(one, event)),
        operand.option,
      );
  }
}

type Transformer = (
  values: readonly (PlainValue | undefined)[],
  option: string | undefined,
) => PlainValue | undefined;

/** In a list, changes every element. */
const ofText =
  (change: (text: string) => string | undefined): Transformer =>
  ([value]) => {
    if (value === undefined || typeof value === 'bigint') return undefined;
    if (typeof value === 'string') return change(value);
    const changed = value.map((one) => change(String(one)));
    return changed.includes(undefined) ? undefined : (changed as string[]);
  };

const isLetter = (byte: string, first: string, last: string): boolean =>
  byte >= first && byte <= last;
const lower = (text: string): string =>
  [...text].map((one) => (isLetter(one, 'A', 'Z') ? one.toLowerCase() : one)).join('');
const upper = (text: string): string =>
  [...text].map((one) => (isLetter(one, 'a', 'z') ? one.toUpperCase() : one)).join('');

/** Text that comes out the same when it is written again, with or without its padding. */
function fromBase64(text: string): string | undefined {
  const bytes = Buffer.from(text, 'base64');
  const written = bytes.toString('base64');
  const isBase64 = text === written || text === written.replace(/=+$/, '');
  return isBase64 ? bytes.toString('latin1') : undefined;
}

/** In binary: a network is what its addresses begin with. */
const bitsOf = (address: string): string =>
  [...address].map((byte) => byte.charCodeAt(0).toString(2).padStart(8, '0')).join('');

/** Only forms that the generator makes: dotted ones, `::1`, and mapped ones. */
function parseAddress(text: string): string | undefined {
  if (text === '::1') return `${'\0'.repeat(15)}\x01`;
  const parts = text.replace('::ffff:', '').split('.').map(Number);
  const isValid = parts.length === 4 && parts.every((part) => part >= 0 && part <= 255);
  return isValid ? String.fromCharCode(...parts) : undefined;
}

const TRANSFORMERS: Readonly<Record<TransformerName, Transformer>> = {
  tolower: ofText(lower),
  toupper: ofText(upper),
  b64: ofText(fromBase64),
  basename: ofText((text) => text.split('/').at(-1)),
  ip: ofText((text) =>
    [4, 16].includes(text.length) && /[^ -~]/.test(text) ? text : parseAddress(text),
  ),
  len: ([value]) =>
    value === undefined || typeof value === 'bigint' || (Array.isArray(value) && value.length === 0)
      ? undefined
      : BigInt(value.length),
  concat: (values) =>
    values.every((one) => typeof one === 'string') ? values.join('') : undefined,
  join: ([separator, list]) =>
    typeof separator === 'string' && Array.isArray(list) ? list.join(separator) : undefined,
  getopt: ([words, spec], option) =>
    Array.isArray(words) && typeof spec === 'string'
      ? optionsOf(words.map(String), spec, option)
      : undefined,
};

/** Options of words that are one option each, as `-a` or `-b value` (the generator makes no others). */
function optionsOf(
  words: readonly string[],
  spec: string,
  option: string | undefined,
): PlainValue | undefined {
  const found: [letter: string, value?: string | undefined][] = [];
  const rest = [...words];
  for (let word = rest.shift(); word?.startsWith('-') === true; word = rest.shift()) {
    const letter = word.slice(1);
    if (!spec.includes(letter)) found.push(['?']);
    else if (spec.includes(`${letter}:`)) found.push([letter, rest.shift()]);
    else found.push([letter]);
  }
  // Without its value an option is an empty text, and its letter is left out.
  if (option === undefined)
    return found.flatMap((one) =>
      one.length === 2 && one[1] === undefined ? [''] : one,
    ) as string[];
  const last = found.findLast(([letter]) => letter === option);
  return last && (last.length === 2 ? (last[1] ?? '') : option);
}

// ---- comparisons -------------------------------------------------------------------------------

function plain(literal: Literal): Single {
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
      throw new Error('networks are compared on their own');
  }
}

/** Falco: what these make of a list, or of a field on the right of a set, equals nothing. */
const UNEQUAL = ['tolower', 'toupper', 'b64', 'basename'];

function compares(condition: CheckedCondition & { kind: 'compare' }, event: PlainEvent): boolean {
  if (['in', 'intersects'].includes(condition.operator)) {
    const { left: one, right: other } = condition;
    if (one.kind === 'transformer' && UNEQUAL.includes(one.name) && one.type.isList) return false;
    const isOther = other.kind === 'operand' && other.operand.kind === 'transformer';
    if (isOther && UNEQUAL.includes(other.operand.name)) return false;
  }
  const { left, operator, modifier, right } = condition;
  const value = operandValue(left, event);
  if (right.kind === 'operand') {
    const other = operandValue(right.operand, event);
    if (value === undefined || other === undefined) return false;
    const isSet = operator === 'in' || operator === 'intersects';
    if (!isSet && Array.isArray(other)) return false;
    return comparesWith(operator, value, [other].flat() as Single[]);
  }
  const networks = right.literals.flatMap((one) => (one.type === 'network' ? [one.network] : []));
  if (networks.length > 0) return value !== undefined && isInNetworks(operator, value, networks);
  const literals = right.literals.map(plain);
  if (value === undefined) {
    const isEmptyEqual =
      left.kind === 'field' && left.request.field.properties.equalsEmptyWhenAbsent === true;
    return isEmptyEqual && (operator === '=' || operator === 'in') && literals.includes('');
  }
  if (modifier === undefined) return comparesWith(operator, value, literals);
  const count = literals.filter((one) => comparesWith(operator, value, [one])).length;
  if (modifier === 'anyof') return count > 0;
  return modifier === 'oneof' ? count === 1 : count > 0 && count === literals.length;
}

function isInNetworks(
  operator: CompareOperator,
  value: PlainValue,
  networks: readonly IpNetwork[],
): boolean {
  const isInside = (address: Single): boolean =>
    networks.some(
      (one) =>
        one.address.length === String(address).length &&
        bitsOf(String(address)).startsWith(bitsOf(one.address).slice(0, one.prefixLength)),
    );
  const addresses = [value].flat() as Single[];
  if (operator === 'intersects') return addresses.some(isInside);
  return operator === '!=' ? !addresses.every(isInside) : addresses.every(isInside);
}

function comparesWith(
  operator: CompareOperator,
  value: PlainValue,
  others: readonly Single[],
): boolean {
  if (typeof value === 'object') {
    if (operator === 'in') return value.every((one) => others.includes(one));
    return operator === 'intersects' && value.some((one) => others.includes(one));
  }
  return SINGLE[operator](value, others);
}

type Test = (value: Single, others: readonly Single[]) => boolean;

/** Against the first of the others, where there is one. */
const one =
  (test: (value: Single, other: Single) => boolean): Test =>
  (value, [other]) =>
    other !== undefined && test(value, other);
const text = (test: (value: string, other: string) => boolean): Test =>
  one((value, other) => test(String(value), String(other)));

const SINGLE: Readonly<Record<CompareOperator, Test>> = {
  '=': one((value, other) => value === other),
  '!=': one((value, other) => value !== other),
  '<': one((value, other) => value < other),
  '<=': one((value, other) => value <= other),
  '>': one((value, other) => value > other),
  '>=': one((value, other) => value >= other),
  in: (value, others) => others.includes(value),
  intersects: (value, others) => others.includes(value),
  contains: text((value, other) => value.includes(other)),
  icontains: text((value, other) => lower(value).includes(lower(other))),
  startswith: text((value, other) => value.startsWith(other)),
  endswith: text((value, other) => value.endsWith(other)),
  glob: text(matchesGlob),
  iglob: text((value, other) => matchesGlob(lower(value), lower(other))),
  // The whole value has to match.
  regex: text((value, other) => new RegExp(`^(?:${other})$`, 's').test(value)),
  pmatch: (value, others) => others.some((path) => isBelow(String(value), String(path))),
};

/** `*`, `?` and `[…]` with single bytes. */
function matchesGlob(value: string, pattern: string): boolean {
  if (pattern === '') return value === '';
  const [head] = pattern;
  if (head === '*') {
    const rest = pattern.slice(1);
    return Array.from({ length: value.length + 1 }).some((_, at) =>
      matchesGlob(value.slice(at), rest),
    );
  }
  if (value === '') return false;
  const end = head === '[' ? pattern.indexOf(']', 2) : -1;
  const isMatch =
    end > 0 ? pattern.slice(1, end).includes(value.charAt(0)) : head === '?' || head === value[0];
  return isMatch && matchesGlob(value.slice(1), pattern.slice(end > 0 ? end + 1 : 1));
}

/** Whether a path is another one or lies below it, part by part. */
function isBelow(value: string, path: string): boolean {
  const parts = value.split('/').filter((part) => part !== '');
  const wanted = path.split('/').filter((part) => part !== '');
  return (
    wanted.length <= parts.length &&
    wanted.every((part, index) => matchesGlob(parts[index] ?? '', part))
  );
}
