import type { Expression } from '../filter/ast.ts';

export interface MacroProblem {
  readonly kind: 'unknown' | 'loop';
  readonly name: string;
  /** Offset in the text of the condition or macro that names it. */
  readonly offset: number;
}

export interface MacroScope {
  /** Macros that can be named; for a macro's own text only earlier ones. */
  readonly find: (name: string) => Expression | undefined;
  readonly onUse: (name: string) => void;
}

/** References replaced by what they stand for; the first problem ends it. */
export function resolveMacros(
  expression: Expression,
  scope: MacroScope,
): Expression | MacroProblem {
  switch (expression.kind) {
    case 'macro': {
      const found = scope.find(expression.name);
      if (found === undefined) {
        return { kind: 'unknown', name: expression.name, offset: expression.span.start };
      }
      scope.onUse(expression.name);
      return found;
    }
    case 'not': {
      const operand = resolveMacros(expression.operand, scope);
      return isProblem(operand) ? operand : { ...expression, operand };
    }
    case 'and':
    case 'or': {
      const operands: Expression[] = [];
      for (const operand of expression.operands) {
        const resolved = resolveMacros(operand, scope);
        if (isProblem(resolved)) return resolved;
        operands.push(resolved);
      }
      return { ...expression, operands };
    }
    default:
      return expression;
  }
}

export function isProblem(value: Expression | MacroProblem): value is MacroProblem {
  return value.kind === 'unknown' || value.kind === 'loop';
}
