/*
 * Recursive descent over a condition, with Falco's grammar (libsinsp/filter/parser.h) and Falco's words for
 * what is wrong:
 *
 *   Or        ::= And { "or" ( blank And | "(" Or ")" ) }
 *   And       ::= Not { "and" ( blank Not | "(" Or ")" ) }
 *   Not       ::= { "not" blank } ( "not(" Or ")" | Check )
 *   Check     ::= "(" Or ")" | Left Condition | Identifier
 *   Left      ::= Field | Transformer                                        (operand-parser.ts)
 *   Condition ::= "exists" | NumberOp Number | StringOp String | StringOp Modifier List | ListOp List
 */

import type { Expression, Operand, RightSide, Word } from './ast.ts';
import { OperandParser } from './operand-parser.ts';
import {
  ALL_OPERATORS,
  LIST_OPERATORS,
  MODIFIERS,
  type Modifier,
  NUMBER_OPERATORS,
  quoted,
  STRING_OPERATORS,
  STRING_SYMBOLS,
  TRANSFORMERS,
  UNARY_OPERATORS,
} from './operators.ts';
import { Scanner, SyntaxProblem } from './scanner.ts';

export interface ParseError {
  readonly message: string;
  readonly offset: number;
}

export type ParseResult = { readonly expression: Expression } | { readonly error: ParseError };

/** What a parenthesis costs of the depth that Falco allows. */
const LEVELS_A_PARENTHESIS = 5;

/** One condition; the only way in. */
export function parseCondition(text: string): ParseResult {
  return run(text, (parser) => parser.parseAll());
}

/** One field or transformer that fills the whole text, as `exceptions: fields` have it. */
export function parseOperand(text: string): { operand: Operand } | { error: ParseError } {
  const result = run(text, (parser) => parser.parseWholeOperand());
  return 'error' in result ? result : { operand: result.expression };
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
    if (error instanceof SyntaxProblem) return { message: error.message, offset: error.offset };
    throw error;
  }
}

function run<Result>(
  text: string,
  parse: (parser: Parser) => Result,
): { expression: Result } | { error: ParseError } {
  try {
    return { expression: parse(new Parser(text)) };
  } catch (error) {
    if (error instanceof SyntaxProblem)
      return { error: { message: error.message, offset: error.offset } };
    throw error;
  }
}

class Parser {
  readonly #scanner: Scanner;
  readonly #operands: OperandParser;

  constructor(text: string) {
    this.#scanner = new Scanner(text);
    this.#operands = new OperandParser(this.#scanner);
  }

  parseAll(): Expression {
    const scanner = this.#scanner;
    if (scanner.text === '') this.#fail('filter input string is empty');
    const expression = this.#parseOr();
    scanner.takeBlank();
    if (!scanner.isAtEnd) {
      this.#fail(`unexpected token after '${scanner.lastTaken}', expecting 'or', 'and'`);
    }
    return expression;
  }

  parseWholeOperand(): Operand {
    const operand = this.#operands.parseLeft();
    if (operand === undefined || !this.#scanner.isAtEnd) this.#fail('expected a field');
    return operand as Operand;
  }

  #parseOr(): Expression {
    return this.#parseChain('or', () => this.#parseAnd());
  }

  #parseAnd(): Expression {
    return this.#parseChain('and', () => this.#parseNot());
  }

  #parseChain(word: 'and' | 'or', parseNext: () => Expression): Expression {
    const scanner = this.#scanner;
    scanner.takeBlank();
    const start = scanner.position;
    const operands = [parseNext()];
    scanner.takeBlank();
    while (scanner.takeExact(word)) {
      if (scanner.takeBlank()) operands.push(parseNext());
      else if (scanner.takeExact('(')) operands.push(this.#parseRestOfParenthesis());
      else this.#fail(`expected blank or '(' after '${word}'`);
      scanner.takeBlank();
    }
    const [only] = operands;
    if (operands.length === 1 && only !== undefined) return only;
    return { kind: word, operands, span: this.#spanFrom(start) };
  }

  #parseNot(): Expression {
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
        return isNegated ? operand : { kind: 'not', operand, span: this.#spanFrom(start) };
      }
      scanner.goTo(before);
      break;
    }
    if (isNegated && scanner.isAtEnd) {
      // `… and not` ends in a macro of that name, for Falco.
      return { kind: 'macro', name: 'not', span: this.#spanFrom(start) };
    }
    const operand = this.#parseCheck();
    return isNegated ? { kind: 'not', operand, span: this.#spanFrom(start) } : operand;
  }

  #parseRestOfParenthesis(): Expression {
    this.#operands.enter(LEVELS_A_PARENTHESIS);
    const expression = this.#parseOr();
    this.#scanner.takeBlank();
    if (!this.#scanner.takeExact(')')) this.#fail("expected a ')' token");
    this.#operands.leave(LEVELS_A_PARENTHESIS);
    return expression;
  }

  #parseCheck(): Expression {
    const scanner = this.#scanner;
    const start = scanner.position;
    if (scanner.takeExact('(')) return this.#parseRestOfParenthesis();
    const left = this.#operands.parseLeft();
    if (left !== undefined) return this.#parseComparison(left, start);
    const name = scanner.takeIdentifier();
    if (name !== undefined) return { kind: 'macro', name, span: this.#spanFrom(start) };
    return this.#fail("expected a '(' token, a field check, or an identifier");
  }

  #parseComparison(left: Operand, start: number): Expression {
    const scanner = this.#scanner;
    scanner.takeBlank();
    if (scanner.takeOneOf(UNARY_OPERATORS) !== undefined)
      return { kind: 'exists', left, span: this.#spanFrom(start) };
    const finish = (
      operator: string,
      right: RightSide,
      modifier: Modifier | undefined = undefined,
    ): Expression => ({
      kind: 'compare',
      operator,
      modifier,
      left,
      right,
      span: this.#spanFrom(start),
    });
    const numberOperator = scanner.takeOneOf(NUMBER_OPERATORS);
    if (numberOperator !== undefined) {
      scanner.takeBlank();
      return finish(numberOperator, this.#parseNumberRight());
    }
    const stringOperator = scanner.takeOneOf(STRING_SYMBOLS) ?? this.#takeStringOperator();
    if (stringOperator !== undefined) {
      const modifier = this.#takeModifier();
      scanner.takeBlank();
      if (modifier !== undefined) return finish(stringOperator, this.#parseListRight(), modifier);
      return finish(stringOperator, this.#parseStringRight());
    }
    const listOperator = scanner.takeOneOf(LIST_OPERATORS);
    if (listOperator !== undefined) {
      scanner.takeBlank();
      return finish(listOperator, this.#parseListRight());
    }
    return this.#fail(`expected a valid check operator: one of ${quoted(ALL_OPERATORS)}`);
  }

  /** Words among the string operators need a blank behind them. */
  #takeStringOperator(): string | undefined {
    const scanner = this.#scanner;
    for (const word of STRING_OPERATORS) {
      const before = scanner.position;
      const lastTaken = scanner.lastTaken;
      if (scanner.takeExact(word)) {
        if (scanner.takeBlank()) return word;
        scanner.goTo(before, lastTaken);
      }
    }
    return undefined;
  }

  /** `oneof` and the like with blanks around, before a list or a name; else the word is an operand. */
  #takeModifier(): Modifier | undefined {
    const scanner = this.#scanner;
    const before = scanner.position;
    const lastTaken = scanner.lastTaken;
    const hadBlank = /\s/.test(scanner.text[before - 1] ?? '') || scanner.takeBlank();
    if (hadBlank) {
      const modifier = scanner.takeOneOf(MODIFIERS);
      if (modifier !== undefined && scanner.takeBlank()) {
        const afterBlank = scanner.position;
        const next = scanner.takeIdentifier();
        scanner.goTo(afterBlank);
        const isName = next !== undefined && !['and', 'or', 'not'].includes(next);
        if (isName || scanner.text[afterBlank] === '(') return modifier;
      }
    }
    scanner.goTo(before, lastTaken);
    return undefined;
  }

  #parseNumberRight(): RightSide {
    const operand = this.#operands.parseTransformer(true);
    if (operand !== undefined) return { kind: 'operand', operand };
    const start = this.#scanner.position;
    const text = this.#scanner.takeNumber();
    if (text !== undefined)
      return { kind: 'word', word: { text, isQuoted: false, span: this.#spanFrom(start) } };
    return this.#fail(
      `expected a number value or a field with a valid transformer: ${quoted(TRANSFORMERS)}`,
    );
  }

  #parseStringRight(): RightSide {
    const operand = this.#operands.parseTransformer(true);
    if (operand !== undefined) return { kind: 'operand', operand };
    const word = this.#parseWord();
    if (word !== undefined) return { kind: 'word', word };
    return this.#fail(
      `expected a string value or a field with a valid transformer: ${quoted(TRANSFORMERS)}`,
    );
  }

  #parseListRight(): RightSide {
    const scanner = this.#scanner;
    const start = scanner.position;
    if (scanner.takeExact('(')) {
      const words: Word[] = [];
      scanner.takeBlank();
      if (scanner.takeExact(')')) return { kind: 'list', words };
      do {
        scanner.takeBlank();
        const word = this.#parseWord();
        if (word === undefined) {
          if (words.length === 0) this.#fail("expected a ')' token");
          this.#fail('expected a string value');
        }
        words.push(word as Word);
        scanner.takeBlank();
      } while (scanner.takeExact(','));
      if (!scanner.takeExact(')')) this.#fail("expected a ')' token");
      return { kind: 'list', words };
    }
    const operand = this.#operands.parseTransformer(true);
    if (operand !== undefined) return { kind: 'operand', operand };
    const text = scanner.takeIdentifier();
    if (text !== undefined)
      return { kind: 'list', words: [{ text, isQuoted: false, span: this.#spanFrom(start) }] };
    return this.#fail(
      `expected a list, an identifier, or a field with a valid transformer: ${quoted(TRANSFORMERS)}`,
    );
  }

  #parseWord(): Word | undefined {
    const scanner = this.#scanner;
    const start = scanner.position;
    const quotedText = scanner.takeQuotedString();
    if (quotedText !== undefined)
      return { text: quotedText, isQuoted: true, span: this.#spanFrom(start) };
    const text = scanner.takeBareString();
    return text === undefined ? undefined : { text, isQuoted: false, span: this.#spanFrom(start) };
  }

  #spanFrom(start: number): { start: number; end: number } {
    return { start, end: this.#scanner.position };
  }

  #fail(message: string): never {
    throw new SyntaxProblem(message, this.#scanner.position);
  }
}
