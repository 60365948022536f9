import type { CheckedCondition, CheckedOperand } from '../../language/check/checked-rule.ts';

/** Transformers whose texts Falco keeps with a zero byte behind them where it compares lists. */
const TEXT_TRANSFORMERS = ['tolower', 'toupper', 'b64', 'basename'];

/**
 * Falco: elements of a transformed list, and a transformed text on the right of `in` or `intersects`, equal nothing. A
 * rule with such a comparison has no alerts there, and so has none here; loading it gives a warning.
 */
export function isNeverEqual({
  operator,
  left,
  right,
}: CheckedCondition & { kind: 'compare' }): boolean {
  if (operator !== 'in' && operator !== 'intersects') return false;
  const isOfList = isTextTransformer(left) && left.type.isList;
  return isOfList || (right.kind === 'operand' && isTextTransformer(right.operand));
}

function isTextTransformer(operand: CheckedOperand): boolean {
  return operand.kind === 'transformer' && TEXT_TRANSFORMERS.includes(operand.name);
}
