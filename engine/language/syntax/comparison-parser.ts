/*
 * What follows a field in a condition: an operator and what it compares with, with Falco's words for what is wrong.
 *
 *   Condition ::= "exists" | NumberOp Number | StringOp String | StringOp Modifier List | ListOp List
 */

import type { Expression, Operand, RightSide, Word } from './ast.ts';
import { unclosed, unexpected } from './expectation.ts';
import type { OperandParser } from './operand-parser.ts';
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
import type { Scanner } from './scanner.ts';
import { SyntaxProblem } from './syntax-problem.ts';

export class ComparisonParser {
  readonly #scanner: Scanner;
  readonly #operands: OperandParser;

  constructor(scanner: Scanner, operands: OperandParser) {
    this.#scanner = scanner;
    this.#operands = operands;
  }

  /** `start`: of the left side. */
  parse(left: Operand, start: number): Expression {
    const scanner = this.#scanner;
    scanner.takeBlank();
    const { position: operatorStart } = scanner;
    let operatorEnd = operatorStart;
    if (scanner.takeOneOf(UNARY_OPERATORS) !== undefined)
      return { kind: 'exists', left, span: this.#spanFrom(start) };
    const finish = (
      operator: string,
      right: RightSide,
      modifier: Modifier | undefined = undefined,
    ): Expression => ({
      kind: 'compare',
      operator,
      operatorSpan: { start: operatorStart, end: operatorEnd },
      modifier,
      left,
      right,
      span: this.#spanFrom(start),
    });
    const numberOperator = scanner.takeOneOf(NUMBER_OPERATORS);
    if (numberOperator !== undefined) {
      operatorEnd = scanner.position;
      scanner.takeBlank();
      return finish(numberOperator, this.#parseNumber(numberOperator));
    }
    const stringOperator = scanner.takeOneOf(STRING_SYMBOLS) ?? this.#takeStringOperator();
    if (stringOperator !== undefined) {
      const modifier = this.#takeModifier();
      operatorEnd =
        operatorStart + scanner.text.slice(operatorStart, scanner.position).trimEnd().length;
      scanner.takeBlank();
      if (modifier !== undefined)
        return finish(stringOperator, this.#parseList(modifier), modifier);
      return finish(stringOperator, this.#parseString(stringOperator));
    }
    const listOperator = scanner.takeOneOf(LIST_OPERATORS);
    if (listOperator !== undefined) {
      operatorEnd = scanner.position;
      scanner.takeBlank();
      return finish(listOperator, this.#parseList(listOperator));
    }
    throw this.#noOperator(start);
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

  #parseNumber(operator: string): RightSide {
    const operand = this.#operands.parseTransformer(true);
    if (operand !== undefined) return { kind: 'operand', operand };
    const start = this.#scanner.position;
    const text = this.#scanner.takeNumber();
    if (text !== undefined)
      return { kind: 'word', word: { text, isQuoted: false, span: this.#spanFrom(start) } };
    const message = `expected a number value or a field with a valid transformer: ${quoted(TRANSFORMERS)}`;
    throw unexpected(this.#scanner, message, `a number after \`${operator}\``);
  }

  #parseString(operator: string): RightSide {
    const operand = this.#operands.parseTransformer(true);
    if (operand !== undefined) return { kind: 'operand', operand };
    const word = this.#parseWord();
    if (word !== undefined) return { kind: 'word', word };
    const message = `expected a string value or a field with a valid transformer: ${quoted(TRANSFORMERS)}`;
    throw unexpected(this.#scanner, message, `a value after \`${operator}\``);
  }

  #parseList(operator: string): RightSide {
    const scanner = this.#scanner;
    const start = scanner.position;
    if (scanner.takeExact('(')) return { kind: 'list', words: this.#parseWords(start) };
    const operand = this.#operands.parseTransformer(true);
    if (operand !== undefined) return { kind: 'operand', operand };
    const text = scanner.takeIdentifier();
    if (text !== undefined)
      return { kind: 'list', words: [{ text, isQuoted: false, span: this.#spanFrom(start) }] };
    const message = `expected a list, an identifier, or a field with a valid transformer: ${quoted(TRANSFORMERS)}`;
    throw unexpected(scanner, message, `a list such as \`(a, b)\` after \`${operator}\``);
  }

  /** The words of a list, and its closing bracket. */
  #parseWords(open: number): Word[] {
    const scanner = this.#scanner;
    const words: Word[] = [];
    scanner.takeBlank();
    if (scanner.takeExact(')')) return words;
    do {
      scanner.takeBlank();
      const word = this.#parseWord();
      if (word === undefined) {
        const message = words.length === 0 ? "expected a ')' token" : 'expected a string value';
        throw this.#inList(message, 'a value in the list', open);
      }
      words.push(word);
      scanner.takeBlank();
    } while (scanner.takeExact(','));
    if (!scanner.takeExact(')'))
      throw this.#inList("expected a ')' token", '`,` or `)` in the list', open);
    return words;
  }

  #inList(message: string, expected: string, open: number): SyntaxProblem {
    const scanner = this.#scanner;
    return scanner.peekToken().text === ''
      ? unclosed(scanner, message, { open: '(', at: open })
      : unexpected(scanner, message, expected);
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

  #noOperator(start: number): SyntaxProblem {
    const scanner = this.#scanner;
    const message = `expected a valid check operator: one of ${quoted(ALL_OPERATORS)}`;
    const left = scanner.text.slice(start, scanner.position).trim();
    const { text, span } = scanner.peekToken();
    const isWord = /^[A-Za-z]\w*$/.test(text) && text !== 'and' && text !== 'or';
    if (!isWord && !/^[=<>!&|~]+$/.test(text))
      return unexpected(scanner, message, `an operator after \`${left}\``);
    const { position: offset } = scanner;
    const detail = `unknown operator \`${text}\` after \`${left}\``;
    return new SyntaxProblem({ message, offset, detail, span, hint: undefined });
  }

  #spanFrom(start: number): { start: number; end: number } {
    return { start, end: this.#scanner.position };
  }
}
