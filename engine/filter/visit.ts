import type { Expression, Operand, Word } from './ast.ts';

export interface Visitor {
  readonly expression?: (expression: Expression) => void;
  readonly operand?: (operand: Operand) => void;
  readonly word?: (word: Word) => void;
}

/** Every node of an expression, outer ones first, in the order in which they are written. */
export function visitExpression(expression: Expression, visitor: Visitor): void {
  visitor.expression?.(expression);
  switch (expression.kind) {
    case 'and':
    case 'or':
      for (const operand of expression.operands) visitExpression(operand, visitor);
      break;
    case 'not':
      visitExpression(expression.operand, visitor);
      break;
    case 'exists':
      visitOperand(expression.left, visitor);
      break;
    case 'compare': {
      visitOperand(expression.left, visitor);
      const { right } = expression;
      if (right.kind === 'operand') visitOperand(right.operand, visitor);
      else if (right.kind === 'word') visitor.word?.(right.word);
      else for (const word of right.words) visitor.word?.(word);
      break;
    }
    case 'macro':
      break;
  }
}

function visitOperand(operand: Operand, visitor: Visitor): void {
  visitor.operand?.(operand);
  if (operand.kind === 'transformer') {
    for (const one of operand.operands) visitOperand(one, visitor);
  } else if (operand.kind === 'tuple') {
    for (const one of operand.items) visitOperand(one, visitor);
  }
}
