import { describe, expect, it } from 'vitest';
import type { Expression } from '../../../../engine/language/syntax/ast.ts';
import { parseCondition } from '../../../../engine/language/syntax/parser.ts';

/** The tree in a line: and/or with parentheses, operands as they are written. */
function show(expression: Expression): string {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return `(${expression.operands.map(show).join(` ${expression.kind} `)})`;
    case 'not':
      return `not ${show(expression.operand)}`;
    case 'macro':
      return expression.name;
    case 'exists':
      return `${left(expression)} exists`;
    case 'compare': {
      const { right } = expression;
      const modifier = expression.modifier === undefined ? '' : ` ${expression.modifier}`;
      const text =
        right.kind === 'operand'
          ? `<${right.operand.kind}>`
          : right.kind === 'word'
            ? right.word.text
            : `[${right.words.map(({ text: word }) => word).join('|')}]`;
      return `${left(expression)} ${expression.operator}${modifier} ${text}`;
    }
  }
}

function left({ left: operand }: Expression & { kind: 'exists' | 'compare' }): string {
  return operand.kind === 'field' ? operand.name : operand.kind;
}

const good: [text: string, tree: string][] = [
  ['a and b or c', '((a and b) or c)'],
  ['not a and b', '(not a and b)'],
  ['not not a', 'a'],
  ['not(a or b)', 'not (a or b)'],
  ['x.y=1', 'x.y = 1'],
  ['x.y in(a,b)', 'x.y in [a|b]'],
  ['x.y in ()', 'x.y in []'],
  ['x.y = oneof', 'x.y = oneof'],
  ['x.y = oneof (a)', 'x.y = oneof [a]'],
  ['x.y existsand a', '(x.y exists and a)'],
  ["x.y = 'it\\'s'", "x.y = it's"],
  ['x.y = "\\x41"', 'x.y = A'],
  ['tolower(x.y) = val(x.z)', 'transformer = <field>'],
  ['x.y = x.z', 'x.y = x.z'],
];
const bad: [text: string, message: string, offset: number][] = [
  ['', 'filter input string is empty', 0],
  ['x.y contains"a"', 'expected a valid check operator', 4],
  ['(a', "expected a ')' token", 2],
  ['a b', "unexpected token after 'a', expecting 'or', 'and'", 2],
  ['x.y in (a,)', 'expected a string value', 10],
  ['x.y = "abc\\\\"', 'expected a string value', 6],
  ['x.y = "\\d"', 'unsupported string escape sequence: \\d', 8],
  ['x.y < a', 'expected a number value', 6],
];

describe('conditions', () => {
  it.each(good)('%s is %s', (text, tree) => {
    const result = parseCondition(text);
    expect('error' in result ? result.error.message : show(result.expression)).toBe(tree);
  });

  it.each(bad)('%j is refused where it goes wrong', (text, message, offset) => {
    const result = parseCondition(text);
    if (!('error' in result)) throw new Error('accepted');
    expect(result.error.message).toContain(message);
    expect(result.error.offset).toBe(offset);
  });

  it('end at a depth, not with the stack', () => {
    const result = parseCondition(`${'('.repeat(5000)}a${')'.repeat(5000)}`);
    expect('error' in result && result.error.message).toBe('exceeded max depth limit of 1000');
  });
});
