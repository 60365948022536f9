/*
 * The operands of a condition, which outputs have too: fields with their arguments, and transformers over them,
 * with Falco's words for what is wrong.
 *
 *   Field       ::= name [ "[" Argument "]" ]
 *   Transformer ::= name "(" Operand { "," Operand } ")" [ "[" Argument "]" ]
 *   Operand     ::= Field | Transformer | text | number | "(" [ Operand { "," Operand } ] ")"
 */

import type { Operand } from './ast.ts';
import { unclosed, unexpected } from './expectation.ts';
import { OWN_TRANSFORMERS, TRANSFORMERS } from './operators.ts';
import type { Scanner } from './scanner.ts';
import { SyntaxProblem } from './syntax-problem.ts';

/** Falco's limit when it loads rules. */
const DEPTH_MAX = 1000;

const OPERAND = 'a field, a transformer, a quoted text or a number';

export class OperandParser {
  readonly #scanner: Scanner;
  #depth = 0;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  /** Deeper by so many levels of Falco's grammar; fails beyond its limit. */
  enter(levels: number): void {
    this.#depth += levels;
    if (this.#depth <= DEPTH_MAX) return;
    const { position: offset } = this.#scanner;
    const error = {
      message: `exceeded max depth limit of ${DEPTH_MAX}`,
      detail: `brackets are nested too deep: Falco's limit is ${DEPTH_MAX} levels, and a \`(\` counts as 5`,
      hint: 'put parts of the condition into macros',
    };
    const span = { start: offset, end: offset + 1 };
    throw new SyntaxProblem({ ...error, offset, span }, { isFinal: true });
  }

  get depth(): number {
    return this.#depth;
  }

  /** After a problem: back to where the part began. */
  leaveTo(depth: number): void {
    this.#depth = depth;
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
    const open = scanner.position;
    if (!scanner.takeExact('[')) return undefined;
    const argument = scanner.takeQuotedString() ?? scanner.takeFieldArgument();
    if (argument === undefined) {
      const message = 'expected a valid field argument: a quoted string or a bare string';
      throw unexpected(scanner, message, 'an argument after `[`');
    }
    if (!scanner.takeExact(']')) throw this.#unclosed("expected a ']' token", '[', open);
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
      if (field === undefined)
        throw unexpected(
          scanner,
          "expected a field within 'val' transformer",
          'a field in `val(…)`',
        );
      operands.push(field);
    } else {
      do {
        scanner.takeBlank();
        operands.push(this.#parseTransformerOperand());
        scanner.takeBlank();
      } while (scanner.takeExact(','));
    }
    scanner.takeBlank();
    if (!scanner.takeExact(')')) {
      const message = "expected a ')' token closing the transformer";
      throw this.#unclosed(message, '(', start + name.length);
    }
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
          const message =
            'expected transformer list argument: field, transformer, quoted string, or number';
          throw unexpected(scanner, message, OPERAND);
        }
        items.push(item);
        scanner.takeBlank();
      } while (scanner.takeExact(','));
      if (!scanner.takeExact(')')) throw this.#unclosed("expected ')'", '(', start);
      return { kind: 'tuple', items, span: this.#spanFrom(start) };
    }
    const operand = this.#parseSimpleOperand();
    if (operand !== undefined) return operand;
    const message =
      'expected field transformer argument: field, transformer, quoted string, number, or transformer list';
    throw unexpected(scanner, message, `${OPERAND}, or a list of them`);
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

  #unclosed(message: string, open: string, at: number): SyntaxProblem {
    const scanner = this.#scanner;
    const close = open === '(' ? ')' : ']';
    return scanner.peekToken().text === ''
      ? unclosed(scanner, message, { open, at })
      : unexpected(scanner, message, `\`${close}\``);
  }
}
