import type { Span } from '../diagnostic/span.ts';
import type { Expression, Operand } from './ast.ts';

/** Every node and word of an expression. */
export function visitSpans(expression: Expression, onSpan: (span: Span) => void): void {
  onSpan(expression.span);
  if (expression.kind === 'not') visitSpans(expression.operand, onSpan);
  else if (expression.kind === 'and' || expression.kind === 'or') {
    for (const operand of expression.operands) visitSpans(operand, onSpan);
  } else if (expression.kind === 'exists' || expression.kind === 'compare') {
    visitOperandSpans(expression.left, onSpan);
    if (expression.kind === 'exists') return;
    const { right } = expression;
    if (right.kind === 'operand') visitOperandSpans(right.operand, onSpan);
    else for (const word of right.kind === 'word' ? [right.word] : right.words) onSpan(word.span);
  }
}

function visitOperandSpans(operand: Operand, onSpan: (span: Span) => void): void {
  onSpan(operand.span);
  if (operand.kind === 'transformer') {
    for (const one of operand.operands) visitOperandSpans(one, onSpan);
  } else if (operand.kind === 'tuple') {
    for (const one of operand.items) visitOperandSpans(one, onSpan);
  }
}
