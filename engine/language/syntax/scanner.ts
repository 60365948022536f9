/*
 * Reads the pieces of a condition, one try at a time: each method either takes what it is asked for
 * and moves on, or leaves the position as it was. The parser decides; nothing here knows a grammar.
 */

/** What is wrong with the text, at an offset; caught where parsing begins. */
export class SyntaxProblem extends Error {
  override readonly name = 'SyntaxProblem';
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const BLANK = /[ \t\b\r\n]*/y;
const IDENTIFIER = /[a-zA-Z]+[a-zA-Z0-9_]*/y;
const FIELD_NAME = /[a-zA-Z]+[a-zA-Z0-9_]*(?:\.[a-zA-Z]+[a-zA-Z0-9_]*)+/y;
const FIELD_ARGUMENT = /[^ \b\t\n\r[\]"']+/y;
const HEX_NUMBER = /0[xX][0-9a-fA-F]+/y;
const NUMBER = /[+-]?[0-9]+[.]?[0-9]*(?:[eE][+-][0-9]+)?/y;
const BARE_STRING = /[^()"'=, \t\b\r\n]+/y;
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
    let end = this.text.indexOf(quote, start);
    while (end !== -1 && this.text[end - 1] === '\\') end = this.text.indexOf(quote, end + 1);
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
          throw new SyntaxProblem(
            `invalid \\${escaped} escape in ${quote}-quoted string`,
            offset + index,
          );
        }
        value += escaped;
      } else if (escaped === 'x' && /^[0-9a-fA-F]{2}$/.test(raw.slice(index + 1, index + 3))) {
        value += String.fromCharCode(Number.parseInt(raw.slice(index + 1, index + 3), 16));
        index += 2;
      } else {
        throw new SyntaxProblem(`unsupported string escape sequence: \\${escaped}`, offset + index);
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
