import { requestKey } from '../../engine/event/field/field.ts';
import type {
  CheckedCondition,
  CheckedOperand,
  Literal,
} from '../../engine/language/check/checked-rule.ts';

export type PlainValue = string | bigint | readonly string[];
/** One event: values by request, absent ones left out. */
export type PlainEvent = ReadonlyMap<string, PlainValue>;

/** Row at a time and obviously right: what the vectorised evaluation is compared with. */
export function holds(condition: CheckedCondition, event: PlainEvent): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.operands.every((operand) => holds(operand, event));
    case 'or':
      return condition.operands.some((operand) => holds(operand, event));
    case 'not':
      return !holds(condition.operand, event);
    case 'exists':
      return operandValue(condition.operand, event) !== undefined;
    case 'compare':
      return compare(condition, event);
  }
}

function operandValue(operand: CheckedOperand, event: PlainEvent): PlainValue | undefined {
  if (operand.kind === 'field') return event.get(requestKey(operand.request));
  if (operand.kind !== 'transformer') throw new Error('not part of the reference');
  const value = operand.operands[0] && operandValue(operand.operands[0], event);
  if (value === undefined) return undefined;
  if (operand.name === 'len') return BigInt((value as string).length);
  if (operand.name === 'tolower') return String(value).toLowerCase();
  throw new Error(`not part of the reference: ${operand.name}`);
}

function plain(literal: Literal): string | bigint {
  if (literal.type === 'string') return literal.text;
  if (literal.type === 'number') return literal.value;
  throw new Error('not part of the reference');
}

function compare(condition: CheckedCondition & { kind: 'compare' }, event: PlainEvent): boolean {
  const { left, operator, right } = condition;
  const value = operandValue(left, event);
  if (right.kind === 'operand') {
    const other = operandValue(right.operand, event);
    if (value === undefined || other === undefined) return false;
    return operator === '=' ? value === other : value !== other;
  }
  const literals = right.literals.map(plain);
  if (value === undefined) {
    const isEmptyEqual =
      left.kind === 'field' && left.request.field.properties.equalsEmptyWhenAbsent === true;
    return isEmptyEqual && (operator === '=' || operator === 'in') && literals.includes('');
  }
  const values = Array.isArray(value) ? (value as readonly string[]) : undefined;
  const [literal] = literals;
  switch (operator) {
    case '=':
      return value === literal;
    case '!=':
      return value !== literal;
    case 'in':
      return values
        ? values.every((one) => literals.includes(one))
        : literals.includes(value as string);
    case 'intersects':
      return values
        ? values.some((one) => literals.includes(one))
        : literals.includes(value as string);
    case 'contains':
      return String(value).includes(String(literal));
    case 'startswith':
      return String(value).startsWith(String(literal));
    case '<':
      return literal !== undefined && value < literal;
    default:
      throw new Error(`not part of the reference: ${operator}`);
  }
}
