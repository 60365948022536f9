import { describe, expect, it } from 'vitest';
import { compileGlob } from '../../../../engine/language/match/glob.ts';

const rows: [pattern: string, text: string, matches: boolean][] = [
  ['*', '', true],
  ['*', '/a/.b', true],
  ['a*c', 'abbc', true],
  ['a*c', 'abbd', false],
  ['?', '', false],
  ['?', '/', true],
  ['[a-c]x', 'bx', true],
  ['[!a-c]x', 'bx', false],
  ['[]a]', ']', true],
  ['[[:digit:]]*', '7x', true],
  ['[[:digit:]]*', 'x7', false],
  ['a\\*', 'a*', true],
  ['a\\*', 'ab', false],
  ['[a', '[a', true],
  ['{a,b}', 'a', false],
];

describe('glob', () => {
  it.each(rows)('%s on %j is %s', (pattern, text, matches) => {
    expect(compileGlob(pattern)(text)).toBe(matches);
  });

  it('takes time in proportion on patterns with many stars', () => {
    const test = compileGlob(`${'*a'.repeat(40)}b`);
    expect(test('a'.repeat(5000))).toBe(false);
  });
});
