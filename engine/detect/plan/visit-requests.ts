/* Every field that a checked condition, operand or output reads. */

import type { FieldRequest } from '../../event/field/field.ts';
import type {
  CheckedCondition,
  CheckedOperand,
  OutputSegment,
} from '../../language/check/checked-rule.ts';

type OnRequest = (request: FieldRequest) => void;

export function visitCondition(condition: CheckedCondition, onRequest: OnRequest): void {
  switch (condition.kind) {
    case 'and':
    case 'or':
      for (const operand of condition.operands) visitCondition(operand, onRequest);
      break;
    case 'not':
      visitCondition(condition.operand, onRequest);
      break;
    case 'exists':
      visitOperand(condition.operand, onRequest);
      break;
    case 'compare':
      visitOperand(condition.left, onRequest);
      if (condition.right.kind === 'operand') visitOperand(condition.right.operand, onRequest);
  }
}

export function visitSegments(segments: readonly OutputSegment[], onRequest: OnRequest): void {
  for (const segment of segments)
    if (segment.kind === 'value') visitOperand(segment.operand, onRequest);
}

export function visitOperand(operand: CheckedOperand, onRequest: OnRequest): void {
  if (operand.kind === 'field') onRequest(operand.request);
  else if (operand.kind === 'transformer')
    for (const one of operand.operands) visitOperand(one, onRequest);
  else if (operand.kind === 'tuple') for (const one of operand.items) visitOperand(one, onRequest);
}
