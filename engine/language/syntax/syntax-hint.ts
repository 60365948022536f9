/* What people write who know other languages, and how it is written here. */

import { didYouMean } from '../../base/did-you-mean.ts';
import { ALL_OPERATORS, MODIFIERS } from './operators.ts';

const FOREIGN: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [/^&&?/, 'write `and`'],
  [/^\|\|?/, 'write `or`'],
  [/^(?:=~|==~|~=|~)/, 'write `regex` for a pattern, `glob` for * and ?'],
  [/^!~/, 'write `not field regex "…"`'],
  [/^<>/, 'write `!=`'],
  [/^===/, 'write `=`'],
  [/^!(?!=)/, 'write `not`'],
  [/^(?:i?like|rlike|matches|match)\b/i, 'write `glob` for * and ?, or `regex`'],
  [/^(?:equals|eq|is)\b/i, 'write `=`'],
  [/^(?:has|includes)\b/i, 'write `contains`'],
  [/^not\s+in\b/i, 'write `not field in (…)`'],
  [/^not\s+(?:exists|contains|glob|regex)\b/i, 'write `not` in front of the field'],
];
const WORDS: readonly string[] = ['and', 'or', 'not', ...ALL_OPERATORS, ...MODIFIERS];
/** So far in front of the place where parsing ended the cause may stand. */
const LOOK_BACK = 4;

/** Something to type, for a condition that cannot be parsed at `offset`; `undefined` if there is no good hint. */
export function syntaxHint(text: string, offset: number): string | undefined {
  for (const start of candidateStarts(text, offset)) {
    const rest = text.slice(start);
    const foreign = FOREIGN.find(([pattern]) => pattern.test(rest));
    if (foreign !== undefined) return foreign[1];
    const word = /^[A-Za-z]+/.exec(rest)?.[0];
    if (word === undefined) continue;
    const lower = word.toLowerCase();
    if (word !== lower && WORDS.includes(lower)) return `operators are lower case: \`${lower}\``;
  }
  const dotted = /(\w+(?:\.\w+)+)\[\$?\.?([\w.]+)$/.exec(text.slice(0, offset));
  if (dotted !== null && text[offset] === '[') {
    const rest = /^(?:\[\d+\]|\.\w+)+/.exec(text.slice(offset))?.[0] ?? '';
    const pointer = `${dotted[2]}${rest}`.replace(/\[(\d+)\]/g, '.$1').replaceAll('.', '/');
    return `write a JSON pointer: \`${dotted[1]}[/${pointer}]\``;
  }
  const word = /^\s*([A-Za-z]+)/.exec(text.slice(offset))?.[1];
  if (word === undefined) return undefined;
  const near = word.length > 1 ? didYouMean(word, WORDS) : undefined;
  if (near !== undefined && near !== word) return `did you mean \`${near}\`?`;
  const value = /(?:[=(,]|\s)\s*([^\s()"'=,]+)\s*$/.exec(text.slice(0, offset))?.[1];
  if (value === undefined || WORDS.includes(value) || WORDS.includes(word)) return undefined;
  return `put a text with blanks in quotes: \`"${value} ${word}"\``;
}

/** What to write for a word that is not an operator; `undefined` if there is no good hint. */
export function operatorHint(word: string): string | undefined {
  const foreign = FOREIGN.find(([pattern]) => pattern.test(word));
  if (foreign !== undefined) return foreign[1];
  const near = didYouMean(word, ALL_OPERATORS);
  return near === undefined ? undefined : `did you mean \`${near}\`?`;
}

/** The token at the place, then the one in front of it, then signs that ran into what was read. */
function candidateStarts(text: string, offset: number): number[] {
  const at = offset + (/^\s*/.exec(text.slice(offset))?.[0].length ?? 0);
  const before = text.slice(0, offset).trimEnd();
  const token = /\S+$/.exec(before)?.index;
  const starts = token === undefined ? [at] : [at, token];
  const near = before.slice(-LOOK_BACK);
  const sign = /(?:==~|=~|&&|\|\|)/.exec(near);
  return sign === null ? starts : [...starts, before.length - near.length + sign.index];
}
