/*
 * Reads the pieces of a condition, one try at a time: each method either takes what it is asked for
 * and moves on, or leaves the position as it was. The parser decides; nothing here knows a grammar.
 */

import type { Span } from '../../diagnostic/span.ts';
import { SyntaxProblem } from './syntax-problem.ts';

const BLANK = /[ \t\b\r\n]*/y;
const IDENTIFIER = /[a-zA-Z]+[a-zA-Z0-9_]*/y;
const FIELD_NAME = /[a-zA-Z]+[a-zA-Z0-9_]*(?:\.[a-zA-Z]+[a-zA-Z0-9_]*)+/y;
const FIELD_ARGUMENT = /[^ \b\t\n\r[\]"']+/y;
const HEX_NUMBER = /0[xX][0-9a-fA-F]+/y;
const NUMBER = /[+-]?[0-9]+[.]?[0-9]*(?:[eE][+-][0-9]+)?/y;
const BARE_STRING = /[^()"'=, \t\b\r\n]+/y;
const JOIN = /(?:and|or)(?=[\s(])/y;
/** A token as people see it, for messages. */
const TOKEN = /"[^"\n]*"|'[^'\n]*'|[A-Za-z0-9_.]+|[=<>!&|~]+|[\s\S]/y;
const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  '/': '/',
  // Falco: a backslash before a blank is a backslash.
  ' ': '\\',
};

export class Scanner {
  readonly text: string;
  #position = 0;
  #lastTaken = '';

  constructor(text: string) {
    this.text = text;
  }

  /** Index of the next character. */
  get position(): number {
    return this.#position;
  }

  /** The piece taken last, for messages. */
  get lastTaken(): string {
    return this.#lastTaken;
  }

  /** Goes on there: what was taken since is taken again, or is not what it looked like. */
  goTo(position: number, lastTaken = this.#lastTaken): void {
    this.#position = position;
    this.#lastTaken = lastTaken;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.text.length;
  }

  /** True when there was at least one blank. */
  takeBlank(): boolean {
    const start = this.#position;
    BLANK.lastIndex = start;
    this.#position += BLANK.exec(this.text)?.[0].length ?? 0;
    return this.#position > start;
  }

  takeExact(wanted: string): boolean {
    if (!this.text.startsWith(wanted, this.#position)) return false;
    this.#position += wanted.length;
    this.#lastTaken = wanted;
    return true;
  }

  takeOneOf<Wanted extends string>(wanted: readonly Wanted[]): Wanted | undefined {
    return wanted.find((word) => this.takeExact(word));
  }

  /** What comes next, after blanks; an empty text at the end. */
  peekToken(): { readonly text: string; readonly span: Span } {
    BLANK.lastIndex = this.#position;
    const start = this.#position + (BLANK.exec(this.text)?.[0].length ?? 0);
    TOKEN.lastIndex = start;
    const text = TOKEN.exec(this.text)?.[0] ?? '';
    return { text, span: { start, end: start + text.length } };
  }

  isUnclosedQuote(at: number): boolean {
    const quote = this.text[at];
    return (quote === '"' || quote === "'") && this.#closingQuote(at) === -1;
  }

  #closingQuote(at: number): number {
    const quote = this.text[at] ?? '';
    let end = this.text.indexOf(quote, at + 1);
    while (end !== -1 && this.text[end - 1] === '\\') end = this.text.indexOf(quote, end + 1);
    return end;
  }

  /**
   * Where the part that begins at `start` ends: at an `and`, `or` or `)` at or after `from` that is within no brackets
   * or quotes opened since, or at the end.
   */
  endOfPart(start: number, from: number): number {
    let depth = 0;
    for (let at = start; at < this.text.length; at++) {
      const character = this.text[at] ?? '';
      if (character === '(') depth += 1;
      else if (character === ')') {
        if (depth === 0 && at >= from) return at;
        depth = Math.max(0, depth - 1);
      } else if (character === '"' || character === "'") {
        const end = this.#closingQuote(at);
        if (end === -1) return this.text.length;
        at = end;
      } else if (depth === 0 && at >= from && this.#isJoinAt(at)) return at;
    }
    return this.text.length;
  }

  #isJoinAt(at: number): boolean {
    JOIN.lastIndex = at;
    return JOIN.test(this.text) && (at === 0 || /[\s)"']/.test(this.text[at - 1] ?? ''));
  }

  takeIdentifier(): string | undefined {
    return this.#take(IDENTIFIER);
  }

  takeFieldName(): string | undefined {
    return this.#take(FIELD_NAME);
  }

  takeFieldArgument(): string | undefined {
    return this.#take(FIELD_ARGUMENT);
  }

  takeNumber(): string | undefined {
    return this.#take(HEX_NUMBER) ?? this.#take(NUMBER);
  }

  takeBareString(): string | undefined {
    return this.#take(BARE_STRING);
  }

  /**
   * A quoted string without its quotes and escapes. Falco: the closing quote is the first one whose
   * character before is not a backslash, also when that backslash is itself escaped.
   */
  takeQuotedString(): string | undefined {
    const quote = this.text[this.#position];
    if (quote !== '"' && quote !== "'") return undefined;
    const start = this.#position + 1;
    const end = this.#closingQuote(this.#position);
    if (end === -1) return undefined;
    const raw = this.text.slice(start, end);
    const value = this.#unescape(raw, quote, start);
    this.#position = end + 1;
    this.#lastTaken = raw;
    return value;
  }

  #unescape(raw: string, quote: string, offset: number): string {
    if (!raw.includes('\\')) return raw;
    let value = '';
    for (let index = 0; index < raw.length; index++) {
      const character = raw[index] ?? '';
      if (character !== '\\') {
        value += character;
        continue;
      }
      index += 1;
      const escaped = raw[index] ?? '';
      const plain = ESCAPES[escaped];
      if (plain !== undefined) value += plain;
      else if (escaped === '"' || escaped === "'") {
        if (escaped !== quote) {
          const message = `invalid \\${escaped} escape in ${quote}-quoted string`;
          throw escapeProblem(message, escaped, offset + index);
        }
        value += escaped;
      } else if (escaped === 'x' && /^[0-9a-fA-F]{2}$/.test(raw.slice(index + 1, index + 3))) {
        value += String.fromCharCode(Number.parseInt(raw.slice(index + 1, index + 3), 16));
        index += 2;
      } else {
        const message = `unsupported string escape sequence: \\${escaped}`;
        throw escapeProblem(message, escaped, offset + index);
      }
    }
    return value;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined || found === '') return undefined;
    this.#position += found.length;
    this.#lastTaken = found;
    return found;
  }
}

/** `offset`: of the character after the backslash. */
function escapeProblem(message: string, escaped: string, offset: number): SyntaxProblem {
  const detail = `unknown escape \`\\${escaped}\` in a quoted text`;
  const hint = `write \`\\\\${escaped}\` for a backslash and \`${escaped}\``;
  return new SyntaxProblem({
    ...{ message, offset, detail, hint },
    span: { start: offset - 1, end: offset + 1 },
  });
}
