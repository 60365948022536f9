import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../support/kill-pass.ts';
import { openSdk, type SdkModule } from '../../../support/sdk-module.ts';

const SEED = Number(process.env.TEST_SEED ?? 20261127);
const ROUNDS = 600;
let sdk: SdkModule;
beforeAll(async () => {
  sdk = await openSdk();
});

/** What JavaScript says of the whole line. */
function expected(expression: string, line: string): (string | undefined)[] | undefined {
  return new RegExp(`^(?:${expression})$`).exec(line)?.slice(1);
}

function found(expression: string, line: string): (string | undefined)[] | undefined {
  sdk.setPattern(expression);
  const parts = sdk.split(line);
  return typeof parts === 'number' ? undefined : parts;
}

describe('a pattern', () => {
  it.each([
    ['(a*)(a*)', ['', 'a', 'aaa']],
    ['(a*?)(a*)', ['aa', 'b']],
    ['(a|ab)(c|bcd)(d*)', ['abcd', 'acd', 'abc']],
    ['(.*) (.*)', ['a b c', 'abc', ' ']],
    ['(.*?) (.*)', ['a b c', 'abc', ' ']],
    ['(?<a>\\d+)(?:-(?<b>\\d+))?', ['1', '1-2', '1-', '-2']],
    ['(GET|POST|PUT|PATCH) (\\S+)', ['PUT /a', 'PATCH /b', 'PET /', 'POST  ']],
    ['"([^"]*)"(?: "([^"]*)")*', ['"a"', '"a" "b" "c"', '"a" "b']],
    ['(\\w+)=(.*)', ['a_1=b=c', '=b', 'a-1=b']],
    ['[^\\]a-c-]+', ['xyz', 'b', '-', ']', '\\']],
    ['([\\d.]+)\\.(\\d{1,3})', ['1.2.3.444', '1.2.3.4444', '.1']],
    ['a{2,}b{0,2}c{3}', ['aabccc', 'abccc', 'aaaabbccc', 'aabbbccc']],
    ['\\x41\\t\\[\\S\\D\\W', ['A\t[xx ', 'A\t[x1 ']],
    ['(é+|日本)-(.*)', ['éé-ü', '日本-', '日-x']],
    ['(?:(a)|(b))+c', ['abc']],
    ['(|x)y', ['y', 'xy']],
    ['', ['', 'a']],
  ] as [string, string[]][])('takes lines apart as JavaScript does: %s', (expression, lines) => {
    for (const line of lines) {
      // JavaScript forgets the groups of the round before; everybody else keeps them.
      const keeps = expression === '(?:(a)|(b))+c';
      const parts = keeps ? ['a', 'b'] : expected(expression, line);
      expect([line, found(expression, line)]).toEqual([line, parts]);
    }
  });

  it(`does so for any expression and line (seed ${SEED})`, () => {
    const random = seededRandom(SEED);
    let matches = 0;
    let refused = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const expression = randomExpression(random, 3, true);
      try {
        sdk.setPattern(expression);
      } catch (error) {
        expect(String(error)).toContain('leaves too much open');
        refused++;
        continue;
      }
      for (let index = 0; index < 12; index++) {
        const line = Array.from({ length: random(9) }, () => 'ab -'.charAt(random(4))).join('');
        const parts = sdk.split(line);
        const wanted = expected(expression, line);
        if (wanted !== undefined) matches++;
        const answer = typeof parts === 'number' ? undefined : parts;
        expect([expression, line, answer]).toEqual([expression, line, wanted]);
      }
    }
    expect(matches).toBeGreaterThan(400);
    expect(refused).toBeLessThan(ROUNDS / 10);
  });

  it(`notes the same with fewer parts, and nothing of the others (seed ${SEED})`, () => {
    const random = seededRandom(SEED);
    let noted = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const expression = randomExpression(random, 3, true);
      const lines = Array.from({ length: 12 }, () =>
        Array.from({ length: random(9) }, () => 'ab -'.charAt(random(4))).join(''),
      );
      let wanted: boolean[];
      try {
        wanted = Array.from({ length: sdk.setPattern(expression) }, () => random(2) === 0);
      } catch (error) {
        expect(String(error)).toContain('leaves too much open');
        continue;
      }
      const all = lines.map((line) => sdk.split(line));
      sdk.keepParts(wanted);
      for (const [index, line] of lines.entries()) {
        const parts = all[index];
        const kept = Array.isArray(parts)
          ? parts.map((part, at) => (wanted[at] === true ? part : undefined))
          : parts;
        if (Array.isArray(kept)) noted += kept.filter((part) => part !== undefined).length;
        expect([expression, line, wanted, sdk.split(line)]).toEqual([
          expression,
          line,
          wanted,
          kept,
        ]);
      }
    }
    expect(noted).toBeGreaterThan(60);
  });

  it('reads a line once, however it is written', () => {
    sdk.setPattern('((?:a|aa)*)*(?:a*)*b');
    const start = process.hrtime.bigint();
    expect(sdk.split('a'.repeat(1_000_000))).toBe(1_000_001);
    expect(Number(process.hrtime.bigint() - start) / 1e9).toBeLessThan(5);
  });

  it('says which character does not fit', () => {
    sdk.setPattern('(\\d+) - "([^"]*)"');
    expect(sdk.split('12 - "a"')).toEqual(['12', 'a']);
    expect([sdk.split('12 + "a"'), sdk.split('12 - "a'), sdk.split('12 - "a" ')]).toEqual([
      4, 8, 9,
    ]);
  });

  it('finds the end of long parts, wherever they begin and end', () => {
    sdk.setPattern('([^ "]*)"(\\S*) (\\d*)');
    for (let size = 0; size < 70; size++) {
      const text = 'x'.repeat(size);
      expect(sdk.split(`${text}"${text} ${'1'.repeat(size)}`)).toEqual([
        text,
        text,
        '1'.repeat(size),
      ]);
    }
  });

  it.each([
    ['(a', 'character 3: `)` is expected'],
    ['a)', 'character 2: `)` without `(`'],
    ['*a', 'character 1: nothing stands before `*`'],
    ['a{3,2}', 'largest number of times that is below the smallest'],
    ['a{2000}', 'a number of times above 1000'],
    ['[b-a]', 'character 5: a range that ends before it begins'],
    ['[a', 'character 3: `[` without `]`'],
    ['[é]', 'in `[ ]` only ASCII characters'],
    ['a\\q', 'character 3: no such escape'],
    ['\\xg1', 'takes two hexadecimal digits'],
    ['a$b', '`$` inside'],
    ['(?=a)', 'a group is `(`, `(?:` or `(?<name>`'],
    ['(?<a>x)(?<a>y)', 'a second group `a`'],
    ['(a)'.repeat(32), 'more than 31 groups'],
    ['(?:a|b)*a(?:a|b){12}', 'leaves too much open'],
  ])('that is not valid is refused: %s', (expression, message) => {
    expect(() => sdk.setPattern(expression)).toThrow(message);
  });
});

type Random = (below: number) => number;

/** Groups only where they are met once: JavaScript forgets those of the round before. */
function randomExpression(random: Random, depth: number, mayHold: boolean): string {
  const pieces = Array.from({ length: 1 + random(3) }, () => randomPiece(random, depth, mayHold));
  const text = pieces.join('');
  return depth > 0 && random(4) === 0
    ? `${text}|${randomExpression(random, depth - 1, mayHold)}`
    : text;
}

function randomPiece(random: Random, depth: number, mayHold: boolean): string {
  const count = ['', '', '*', '+', '?', '*?', '+?', '??', '{1,2}', '{2}'][random(10)] ?? '';
  const isOnce = count === '' || count.startsWith('?');
  const choice = random(depth > 0 ? 6 : 4);
  if (choice === 0) return `.${count}`;
  if (choice === 1) return `[^${'ab -'.charAt(random(3))}]${count}`;
  if (choice < 4) return `${'ab -'.charAt(random(4))}${count}`;
  const isHolding = mayHold && isOnce && choice === 5;
  const inside = randomExpression(random, depth - 1, mayHold && isOnce);
  // JavaScript never takes a round that is empty; everybody else does.
  const body = count === '' ? inside : `${'ab'.charAt(random(2))}(?:${inside})`;
  return `(${isHolding ? '' : '?:'}${body})${count}`;
}
