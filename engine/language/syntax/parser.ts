/*
 * Recursive descent over a condition, with Falco's grammar (libsinsp/filter/parser.h) and Falco's words for
 * what is wrong:
 *
 *   Or        ::= And { "or" ( blank And | "(" Or ")" ) }
 *   And       ::= Not { "and" ( blank Not | "(" Or ")" ) }
 *   Not       ::= { "not" blank } ( "not(" Or ")" | Check )
 *   Check     ::= "(" Or ")" | Left Condition | Identifier
 *   Left      ::= Field | Transformer                                        (operand-parser.ts)
 *   Condition                                                                (comparison-parser.ts)
 *
 * Falco stops at the first problem. Here the part that has it, up to the next `and`, `or` or `)`, is left out, and the
 * rest is read, so that a condition shows all its problems at once; the first one is Falco's.
 */

import type { Expression, Operand } from './ast.ts';
import { ComparisonParser } from './comparison-parser.ts';
import { unclosed, unexpected } from './expectation.ts';
import { OperandParser } from './operand-parser.ts';
import { Scanner } from './scanner.ts';
import { type ParseError, SyntaxProblem } from './syntax-problem.ts';

export type ParseResult = { readonly expression: Expression } | { readonly error: ParseError };

/** What a parenthesis costs of the depth that Falco allows. */
const LEVELS_A_PARENTHESIS = 5;
/** Problems of one condition that are reported; the rest of the text is not read. */
const ERRORS_MAX = 10;

/** All that can be read of a condition, and what cannot. */
export interface ParsedParts {
  /** Without the parts that have a problem; `undefined`: all parts have. */
  readonly expression: Expression | undefined;
  readonly errors: readonly ParseError[];
}

export function parseParts(text: string): ParsedParts {
  return new Parser(text).parseAll();
}

/** One condition, or its first problem. */
export function parseCondition(text: string): ParseResult {
  const { expression, errors } = parseParts(text);
  const [error] = errors;
  if (error !== undefined) return { error };
  if (expression === undefined) throw new Error('a condition without problems has parts');
  return { expression };
}

/** One field or transformer that fills the whole text, as `exceptions: fields` have it. */
export function parseOperand(text: string): { operand: Operand } | { error: ParseError } {
  const scanner = new Scanner(text);
  try {
    const operand = new OperandParser(scanner).parseLeft();
    if (operand === undefined || !scanner.isAtEnd)
      throw unexpected(scanner, 'expected a field', 'a field');
    return { operand };
  } catch (error) {
    if (error instanceof SyntaxProblem) return { error: error.error };
    throw error;
  }
}

/** The longest field or transformer at the start of a text, for outputs; `undefined` if there is none. */
export function parseOperandAt(
  text: string,
  start: number,
): { operand: Operand; end: number } | ParseError | undefined {
  const scanner = new Scanner(text);
  scanner.goTo(start);
  try {
    const operand = new OperandParser(scanner).parseLeft();
    return operand === undefined ? undefined : { operand, end: scanner.position };
  } catch (error) {
    if (error instanceof SyntaxProblem) return error.error;
    throw error;
  }
}

class Parser {
  readonly #scanner: Scanner;
  readonly #operands: OperandParser;
  readonly #comparisons: ComparisonParser;
  readonly #errors: ParseError[] = [];
  /** A part that has a problem goes to the end of the text: what follows from that is not reported. */
  #isRestSkipped = false;

  constructor(text: string) {
    this.#scanner = new Scanner(text);
    this.#operands = new OperandParser(this.#scanner);
    this.#comparisons = new ComparisonParser(this.#scanner, this.#operands);
  }

  parseAll(): ParsedParts {
    const scanner = this.#scanner;
    try {
      if (scanner.text === '')
        throw unexpected(scanner, 'filter input string is empty', 'a condition');
      return { expression: this.#parseGroup(undefined), errors: this.#errors };
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error;
      if (this.#errors.length < ERRORS_MAX) this.#errors.push(error.error);
      return { expression: undefined, errors: this.#errors };
    }
  }

  /** Everything up to the bracket that closes the one at `open`, which it takes; `undefined`: the whole text. */
  #parseGroup(open: number | undefined): Expression | undefined {
    const start = open === undefined ? 0 : open + 1;
    const parts: (Expression | undefined)[] = [];
    for (let isOver = false; !isOver; ) {
      const part = this.#parseOr();
      const end = this.#scanner.text.slice(0, this.#scanner.position).trimEnd().length;
      const errorsBefore = this.#errors.length;
      this.#scanner.takeBlank();
      isOver = this.#isGroupOver(open);
      // A name before what does not belong there is no macro, whatever it is.
      const isSound = this.#errors.length === errorsBefore;
      parts.push(isSound ? part : withoutLastMacro(part, end));
    }
    const sound = parts.filter((one) => one !== undefined);
    const [only] = sound;
    if (sound.length <= 1) return only;
    return { kind: 'and', operands: sound, span: this.#spanFrom(start) };
  }

  /** When the group is not over where it has to be, it continues after the next `and` or `or`. */
  #isGroupOver(open: number | undefined): boolean {
    const scanner = this.#scanner;
    const isClosed = open === undefined ? scanner.isAtEnd : scanner.takeExact(')');
    if (isClosed || this.#isRestSkipped) return true;
    this.#record(open === undefined ? this.#expectedEnd() : this.#expectedBracket(open));
    for (let start = open === undefined ? 0 : open + 1; !scanner.isAtEnd; ) {
      scanner.goTo(scanner.endOfPart(start, scanner.position));
      if (scanner.takeExact('and') || scanner.takeExact('or')) return false;
      if (scanner.takeExact(')') && open !== undefined) return true;
      // At the top it is one bracket too many.
      start = scanner.position;
    }
    return true;
  }

  #expectedEnd(): SyntaxProblem {
    const scanner = this.#scanner;
    const message = `unexpected token after '${scanner.lastTaken}', expecting 'or', 'and'`;
    const { text, span } = scanner.peekToken();
    const join = scanner.lastTaken;
    if (join === 'and' || join === 'or') {
      const detail = `the value before \`${join}\` is missing: \`${join}\` is read as the value`;
      const at = scanner.text.slice(0, scanner.position).trimEnd().length - join.length;
      const error = { message, offset: scanner.position, detail, hint: undefined };
      return new SyntaxProblem({ ...error, span: { start: at, end: at + join.length } });
    }
    if (text !== ')') return unexpected(scanner, message, '`and`, `or` or the end');
    const detail = 'a `)` without a `(` before it';
    return new SyntaxProblem({ message, offset: scanner.position, detail, span, hint: undefined });
  }

  #expectedBracket(open: number): SyntaxProblem {
    const scanner = this.#scanner;
    const message = "expected a ')' token";
    return scanner.isAtEnd
      ? unclosed(scanner, message, { open: '(', at: open })
      : unexpected(scanner, message, '`and`, `or` or `)`');
  }

  #parseOr(): Expression | undefined {
    return this.#parseChain('or', () => this.#parseAnd());
  }

  #parseAnd(): Expression | undefined {
    return this.#parseChain('and', () => this.#parseNot());
  }

  #parseChain(word: 'and' | 'or', parseNext: () => Expression | undefined): Expression | undefined {
    const scanner = this.#scanner;
    scanner.takeBlank();
    const start = scanner.position;
    const operands = [this.#attempt(parseNext)];
    scanner.takeBlank();
    while (scanner.takeExact(word)) {
      operands.push(this.#attempt(() => this.#parseOperandOf(word, parseNext)));
      scanner.takeBlank();
    }
    const sound = operands.filter((one) => one !== undefined);
    const [only] = sound;
    if (sound.length <= 1) return only;
    return { kind: word, operands: sound, span: this.#spanFrom(start) };
  }

  #parseOperandOf(word: string, parseNext: () => Expression | undefined): Expression | undefined {
    const scanner = this.#scanner;
    if (scanner.takeBlank()) return parseNext();
    if (scanner.takeExact('(')) return this.#parseRestOfParenthesis();
    const message = `expected blank or '(' after '${word}'`;
    throw unexpected(scanner, message, `a blank or \`(\` after \`${word}\``);
  }

  /** `undefined`: the part has a problem, which is recorded, and the next part begins here. */
  #attempt(parse: () => Expression | undefined): Expression | undefined {
    const scanner = this.#scanner;
    const { position: start } = scanner;
    const { depth } = this.#operands;
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof SyntaxProblem) || error.isFinal) throw error;
      this.#record(error);
      this.#operands.leaveTo(depth);
      scanner.goTo(scanner.endOfPart(start, error.error.offset));
      if (scanner.isAtEnd) this.#isRestSkipped = true;
      return undefined;
    }
  }

  #record(problem: SyntaxProblem): void {
    this.#errors.push(problem.error);
    if (this.#errors.length >= ERRORS_MAX)
      throw new SyntaxProblem(problem.error, { isFinal: true });
  }

  #parseNot(): Expression | undefined {
    const scanner = this.#scanner;
    scanner.takeBlank();
    const start = scanner.position;
    let isNegated = false;
    for (;;) {
      const before = scanner.position;
      if (!scanner.takeExact('not')) break;
      if (scanner.takeBlank()) {
        isNegated = !isNegated;
        continue;
      }
      if (scanner.takeExact('(')) {
        const operand = this.#parseRestOfParenthesis();
        return isNegated ? operand : this.#negated(operand, start);
      }
      scanner.goTo(before);
      break;
    }
    if (isNegated && scanner.isAtEnd) {
      // `… and not` ends in a macro of that name, for Falco.
      return { kind: 'macro', name: 'not', span: this.#spanFrom(start) };
    }
    const operand = this.#parseCheck();
    return isNegated ? this.#negated(operand, start) : operand;
  }

  #negated(operand: Expression | undefined, start: number): Expression | undefined {
    return operand && { kind: 'not', operand, span: this.#spanFrom(start) };
  }

  #parseRestOfParenthesis(): Expression | undefined {
    const open = this.#scanner.position - 1;
    this.#operands.enter(LEVELS_A_PARENTHESIS);
    const expression = this.#parseGroup(open);
    this.#operands.leave(LEVELS_A_PARENTHESIS);
    return expression;
  }

  #parseCheck(): Expression | undefined {
    const scanner = this.#scanner;
    const start = scanner.position;
    if (scanner.takeExact('(')) return this.#parseRestOfParenthesis();
    const left = this.#operands.parseLeft();
    if (left !== undefined) return this.#comparisons.parse(left, start);
    const name = scanner.takeIdentifier();
    if (name !== undefined) return { kind: 'macro', name, span: this.#spanFrom(start) };
    const message = "expected a '(' token, a field check, or an identifier";
    throw unexpected(scanner, message, 'a field, a macro or `(`');
  }

  #spanFrom(start: number): { start: number; end: number } {
    return { start, end: this.#scanner.position };
  }
}

/** Without the macro that ends there. */
function withoutLastMacro(expression: Expression | undefined, end: number): Expression | undefined {
  switch (expression?.kind) {
    case 'macro':
      return expression.span.end === end ? undefined : expression;
    case 'not': {
      const operand = withoutLastMacro(expression.operand, end);
      return operand && { ...expression, operand };
    }
    case 'and':
    case 'or': {
      const { operands } = expression;
      const last = withoutLastMacro(operands.at(-1), end);
      return { ...expression, operands: [...operands.slice(0, -1), ...(last ? [last] : [])] };
    }
    default:
      return expression;
  }
}
