/*
 * The operands of a condition, which outputs have too: fields with their arguments, and transformers over them,
 * with Falco's words for what is wrong.
 *
 *   Field       ::= name [ "[" Argument "]" ]
 *   Transformer ::= name "(" Operand { "," Operand } ")" [ "[" Argument "]" ]
 *   Operand     ::= Field | Transformer | text | number | "(" [ Operand { "," Operand } ] ")"
 */

import type { Operand } from './ast.ts';
import { OWN_TRANSFORMERS, TRANSFORMERS } from './operators.ts';
import { type Scanner, SyntaxProblem } from './scanner.ts';

/** Falco's limit when it loads rules. */
const DEPTH_MAX = 1000;

export class OperandParser {
  readonly #scanner: Scanner;
  #depth = 0;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  /** Deeper by so many levels of Falco's grammar; fails beyond its limit. */
  enter(levels: number): void {
    this.#depth += levels;
    if (this.#depth > DEPTH_MAX) this.#fail(`exceeded max depth limit of ${DEPTH_MAX}`);
  }

  leave(levels: number): void {
    this.#depth -= levels;
  }

  /** A field or a transformer, or nothing. */
  parseLeft(): Operand | undefined {
    return this.parseTransformer(false) ?? this.#parseField();
  }

  #parseField(): Operand | undefined {
    const scanner = this.#scanner;
    const start = scanner.position;
    const name = scanner.takeFieldName();
    if (name === undefined) return undefined;
    const argument = this.#parseArgument();
    return { kind: 'field', name, argument, span: this.#spanFrom(start) };
  }

  #parseArgument(): string | undefined {
    const scanner = this.#scanner;
    if (!scanner.takeExact('[')) return undefined;
    const argument = scanner.takeQuotedString() ?? scanner.takeFieldArgument();
    if (argument === undefined) {
      this.#fail('expected a valid field argument: a quoted string or a bare string');
    }
    if (!scanner.takeExact(']')) this.#fail("expected a ']' token");
    return argument;
  }

  parseTransformer(withVal: boolean): Operand | undefined {
    const scanner = this.#scanner;
    const start = scanner.position;
    const name = scanner.takeIdentifier();
    const falcos: readonly string[] = withVal ? TRANSFORMERS : TRANSFORMERS.slice(1);
    const names = [...falcos, ...OWN_TRANSFORMERS];
    if (name === undefined || !names.includes(name) || !scanner.takeExact('(')) {
      scanner.goTo(start);
      return undefined;
    }
    this.enter(1);
    scanner.takeBlank();
    const operands: Operand[] = [];
    if (name === 'val') {
      const field = this.#parseField();
      if (field === undefined) this.#fail("expected a field within 'val' transformer");
      operands.push(field as Operand);
    } else {
      do {
        scanner.takeBlank();
        operands.push(this.#parseTransformerOperand());
        scanner.takeBlank();
      } while (scanner.takeExact(','));
    }
    scanner.takeBlank();
    if (!scanner.takeExact(')')) this.#fail("expected a ')' token closing the transformer");
    this.leave(1);
    const option = name === 'val' ? undefined : this.#parseArgument();
    const [field] = operands;
    if (name === 'val' && field !== undefined) return field;
    return { kind: 'transformer', name, operands, option, span: this.#spanFrom(start) };
  }

  #parseTransformerOperand(): Operand {
    const scanner = this.#scanner;
    const start = scanner.position;
    if (scanner.takeExact('(')) {
      const items: Operand[] = [];
      scanner.takeBlank();
      if (scanner.takeExact(')')) return { kind: 'tuple', items, span: this.#spanFrom(start) };
      do {
        scanner.takeBlank();
        const item = this.#parseSimpleOperand();
        if (item === undefined) {
          this.#fail(
            'expected transformer list argument: field, transformer, quoted string, or number',
          );
        }
        items.push(item as Operand);
        scanner.takeBlank();
      } while (scanner.takeExact(','));
      if (!scanner.takeExact(')')) this.#fail("expected ')'");
      return { kind: 'tuple', items, span: this.#spanFrom(start) };
    }
    return (
      this.#parseSimpleOperand() ??
      this.#fail(
        'expected field transformer argument: field, transformer, quoted string, number, or transformer list',
      )
    );
  }

  #parseSimpleOperand(): Operand | undefined {
    const scanner = this.#scanner;
    const start = scanner.position;
    const operand = this.parseLeft();
    if (operand !== undefined) return operand;
    const text = scanner.takeQuotedString() ?? scanner.takeNumber();
    return text === undefined ? undefined : { kind: 'text', text, span: this.#spanFrom(start) };
  }

  #spanFrom(start: number): { start: number; end: number } {
    return { start, end: this.#scanner.position };
  }

  #fail(message: string): never {
    throw new SyntaxProblem(message, this.#scanner.position);
  }
}
