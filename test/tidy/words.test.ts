/* Plain English: phrases that a tired reader whose third language it is has to read twice. */

import { describe, expect, it } from 'vitest';
import { listFiles } from './source-files.ts';

const PHRASES = [
  { pattern: /(?:\/\*\*?|\/\/) Of /, instead: 'a comment that begins with the noun it is about' },
  { pattern: /\b(?:that|it|they|what|which|name) (?:is|are) none\b/i, instead: 'not a valid …' },
  { pattern: /\bthat there is not\b/, instead: 'unknown …, missing …' },
  {
    pattern: /\b(?:is|are|was|were|be|been|not) told\b(?! from| apart)/i,
    instead: 'gets, learns, is reported',
  },
  { pattern: /\b(?:is|are|was|were|be) said\b/i, instead: 'is reported, is logged' },
  { pattern: /\b(?:goes|gone|go) on (?:behind|with)\b/i, instead: 'resumes after, continues' },
  { pattern: /\bfor nobody\b/, instead: 'unused' },
  { pattern: /\b(?:is|are|was|were) looked at\b/, instead: 'is checked, is examined' },
  { pattern: /\bwhat the system says\b/i, instead: "the system's error" },
  { pattern: /\bHow it goes\b/i, instead: 'status, monitoring' },
  { pattern: /\b1 (?:events|alerts|rules|files|bytes|lines)\b/, instead: 'the singular' },
  { pattern: /\bnot any more there\b/i, instead: 'does not exist any more' },
] as const;

const files = [
  ...listFiles('engine', ['.ts', '.mjs', '.md', '.css', '.html']),
  ...listFiles('plugins-wasm', ['.ts', '.mjs', '.md', '.c', '.h', '.js']),
  ...listFiles('rules', ['.yaml', '.md']),
  ...listFiles('schemas', ['.json', '.md']),
  ...listFiles('test', ['.ts', '.mjs']),
  ...listFiles('', ['README.md', 'CHANGELOG.md']),
].filter(({ path }) => path !== 'test/tidy/words.test.ts');

describe('words', () => {
  it.each(PHRASES)('$instead, not $pattern', ({ pattern }) => {
    const found = files.flatMap(({ path, text }) => {
      const hit = pattern.exec(joinLines(text));
      return hit === null ? [] : [`${path}: … ${around(joinLines(text), hit.index)} …`];
    });
    expect(found).toEqual([]);
  });

  it('sees phrases over the end of a line of a comment', () => {
    expect(joinLines(' * One sentence\n   * over two lines.')).toContain(
      'One sentence over two lines',
    );
  });
});

/** A sentence of a comment or a paragraph on one line. */
function joinLines(text: string): string {
  return text.replaceAll(/\n[ \t]*(?:\*(?!\/)|\/\/\/?)?[ \t]*(?=\S)/g, ' ');
}

function around(text: string, index: number): string {
  return text.slice(Math.max(0, index - 40), index + 60);
}
