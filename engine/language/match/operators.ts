/*
 * What every comparison of the rules' language is, in one place: which types it is for, how it is evaluated, and what
 * can be made of it. Absent values never come here: no comparison holds for them.
 */

import type { ByteString } from '../../base/text.ts';
import { compileGlob, compileGlobInAnyCase } from './glob.ts';
import { compilePathMatch } from './path-match.ts';
import { compilePosixRegex } from './regex.ts';
import { toLowerAscii } from './text-transform.ts';

/** A value that is no list. */
export type Scalar = ByteString | bigint;
export type ScalarTest = (left: Scalar) => boolean;

export interface Operator {
  /** Single values that it compares: all, those with an order (texts, and numbers other than bools), or texts. */
  readonly values: 'all' | 'ordered' | 'text';
  /** Whether it compares lists of values too. */
  readonly takesLists: boolean;
  /** Whether a field may stand on its right. */
  readonly takesFields: boolean;
  /** Whether few events of many have the value, so that it is worth to look at its field first. */
  readonly isSelective: boolean;
  /** Over single values it only asks whether they are among the literals, or are not. */
  readonly membership: 'one of' | 'none of' | undefined;
  readonly evaluation: Evaluation;
}

type Evaluation =
  /** Against one value on its right. */
  | { readonly kind: 'scalar'; readonly test: (right: Scalar) => ScalarTest }
  /** Against all of them together; of a list on its left, every element or at least one has to be among them. */
  | { readonly kind: 'set'; readonly ofList: 'every' | 'some' }
  /** Against all of them together, which are texts. */
  | { readonly kind: 'texts'; readonly test: (right: readonly ByteString[]) => ScalarTest };

const EQUALITY = { values: 'all', takesLists: false, takesFields: true } as const;
const MEMBERSHIP = {
  ...EQUALITY,
  takesLists: true,
  isSelective: true,
  membership: 'one of',
} as const;
const ORDER = {
  values: 'ordered',
  takesLists: false,
  takesFields: true,
  isSelective: false,
  membership: undefined,
} as const;
const TEXT = { ...ORDER, values: 'text', isSelective: true } as const;

const scalar = (test: (right: Scalar) => ScalarTest): Evaluation => ({ kind: 'scalar', test });
/** A test of text; a value that is not text is turned into text first. */
const ofText = (test: (right: ByteString) => (left: ByteString) => boolean): Evaluation =>
  scalar((right) => {
    const compiled = test(String(right));
    return (left) => compiled(String(left));
  });

export const OPERATORS = {
  '=': {
    ...EQUALITY,
    isSelective: true,
    membership: 'one of',
    evaluation: scalar((right) => (left) => left === right),
  },
  '!=': {
    ...EQUALITY,
    isSelective: false,
    membership: 'none of',
    evaluation: scalar((right) => (left) => left !== right),
  },
  in: { ...MEMBERSHIP, evaluation: { kind: 'set', ofList: 'every' } },
  intersects: { ...MEMBERSHIP, evaluation: { kind: 'set', ofList: 'some' } },
  '<': { ...ORDER, evaluation: scalar((right) => (left) => left < right) },
  '<=': { ...ORDER, evaluation: scalar((right) => (left) => left <= right) },
  '>': { ...ORDER, evaluation: scalar((right) => (left) => left > right) },
  '>=': { ...ORDER, evaluation: scalar((right) => (left) => left >= right) },
  contains: { ...TEXT, evaluation: ofText((right) => (left) => left.includes(right)) },
  icontains: { ...TEXT, evaluation: ofText(containsInAnyCase) },
  startswith: { ...TEXT, evaluation: ofText((right) => (left) => left.startsWith(right)) },
  endswith: { ...TEXT, evaluation: ofText((right) => (left) => left.endsWith(right)) },
  glob: { ...TEXT, evaluation: ofText(compileGlob) },
  iglob: { ...TEXT, evaluation: ofText(compileGlobInAnyCase) },
  regex: { ...TEXT, takesFields: false, evaluation: ofText(matchesRegex) },
  pmatch: {
    ...TEXT,
    takesFields: false,
    evaluation: {
      kind: 'texts',
      test: (right) => {
        const test = compilePathMatch(right);
        return (left) => typeof left === 'string' && test(left);
      },
    },
  },
} as const satisfies Readonly<Record<string, Operator>>;

/** `==` is read as `=`. Absent values make `!=` false, unlike `not =`. */
export type CompareOperator = keyof typeof OPERATORS;

/** `undefined`: one that the grammar has, and no field (`bcontains`, `bstartswith`). */
export function findOperator(name: string): CompareOperator | undefined {
  const operator = name === '==' ? '=' : name;
  return Object.hasOwn(OPERATORS, operator) ? (operator as CompareOperator) : undefined;
}

function containsInAnyCase(right: ByteString): (left: ByteString) => boolean {
  const lower = toLowerAscii(right);
  return (left) => toLowerAscii(left).includes(lower);
}

function matchesRegex(right: ByteString): (left: ByteString) => boolean {
  // Falco's patterns are text; bytes of the literal are turned back first.
  const regex = compilePosixRegex(Buffer.from(right, 'latin1').toString('utf8'));
  return 'value' in regex ? (left) => regex.value.test(left) : () => false;
}
