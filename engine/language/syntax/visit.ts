import type { Expression, Operand } from './ast.ts';

/** Every node of an expression, outer ones first, in the order in which they are written. */
export function visitExpression(
  expression: Expression,
  visit: (expression: Expression) => void,
): void {
  visit(expression);
  switch (expression.kind) {
    case 'and':
    case 'or':
      for (const operand of expression.operands) visitExpression(operand, visit);
      break;
    case 'not':
      visitExpression(expression.operand, visit);
      break;
    case 'exists':
    case 'compare':
    case 'macro':
      break;
    default:
      expression satisfies never;
  }
}

/** An operand and those within it, outer ones first. */
export function visitOperand(operand: Operand, visit: (operand: Operand) => void): void {
  visit(operand);
  if (operand.kind === 'transformer') {
    for (const one of operand.operands) visitOperand(one, visit);
  } else if (operand.kind === 'tuple') {
    for (const one of operand.items) visitOperand(one, visit);
  }
}
