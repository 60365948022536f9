import { describe, expect, it } from 'vitest';
import { toByteString } from '../../../../engine/base/text.ts';
import { compilePosixRegex } from '../../../../engine/language/match/regex.ts';

const matches: [pattern: string, text: string, matches: boolean][] = [
  ['east', 'us-east-1', false],
  ['.*east.*', 'us-east-1', true],
  ['a+?', 'aaa', true],
  ['a+?', '', true],
  ['(a|b)*', 'abab', true],
  ['[é]+', 'éé', true],
  ['a.b', 'a\nb', false],
  ['[[:digit:]]{2}', '42', true],
];
const refused: [pattern: string, error: RegExp][] = [
  ['\\d+', /invalid escape sequence: \\d/],
  ['(?i)a', /no argument for repetition operator: \?/],
  ['(a', /missing/],
  ['a{1001}', /invalid repetition size/],
];

describe('regular expressions', () => {
  it.each(matches)('%s on %j is %s', (pattern, text, expected) => {
    const regex = compilePosixRegex(pattern);
    if ('error' in regex) throw new Error(regex.error);
    expect(regex.value.test(toByteString(text))).toBe(expected);
  });

  it.each(refused)('%s is refused', (pattern, error) => {
    const regex = compilePosixRegex(pattern);
    expect('error' in regex ? regex.error : 'accepted').toMatch(error);
  });

  it('take linear time on what makes backtracking explode', () => {
    const regex = compilePosixRegex('(a*)*b');
    if ('error' in regex) throw new Error(regex.error);
    expect(regex.value.test('a'.repeat(10_000))).toBe(false);
  });
});
