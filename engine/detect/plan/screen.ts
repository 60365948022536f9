/*
 * Which few fields tell of most events that no rule can hold for them. A rule is often `ct.name = X and …`: where the
 * name is another one, nothing else of the event matters. So conditions are evaluated in two steps: the screen's fields
 * are extracted from every event, all others only from events that some rule's screen leaves.
 *
 * A screen of a rule is a condition over the screen's fields alone that holds wherever the rule's own condition does.
 * For an `and` any of its operands will do, for an `or` all of them are needed; what reads other fields too says
 * nothing. Without one for every rule there is no screen: then every event is needed in full anyway.
 */

import { type FieldRequest, requestKey } from '../../event/field/field.ts';
import type { CheckedCondition, CheckedRule } from '../../language/check/checked-rule.ts';
import { OPERATORS } from '../../language/match/operators.ts';
import { visitCondition } from './visit-requests.ts';

/** Keys of field requests. */
type Keys = ReadonlySet<string>;

/** More fields than this are no screen: reading them costs as much as reading all. */
const FIELDS_MAX = 8;
const SHARE_MAX = 0.7;

/** Keys of the screen's requests; `undefined`: there is no screen that would help. */
export function chooseScreen(
  rules: readonly CheckedRule[],
  requests: readonly FieldRequest[],
): Keys | undefined {
  const covers = rules.map(({ condition }) => coversOf(condition));
  const chosen = new Set<string>();
  for (;;) {
    const open = covers.filter((cover) => !cover.some((keys) => isWithin(keys, chosen)));
    if (open.length === 0) break;
    const best = mostFrequent(open) ?? smallest(open);
    if (best === undefined) return undefined;
    for (const key of best) chosen.add(key);
    if (chosen.size > FIELDS_MAX) return undefined;
  }
  const isUseful = chosen.size > 0 && chosen.size <= SHARE_MAX * requests.length;
  return isUseful ? chosen : undefined;
}

/** The screen of a condition over these fields; `undefined`: they say nothing of it. */
export function screenOf(condition: CheckedCondition, fields: Keys): CheckedCondition | undefined {
  switch (condition.kind) {
    case 'and': {
      const parts = condition.operands.flatMap((operand) => screenOf(operand, fields) ?? []);
      if (parts.length === 0) return undefined;
      return parts.length === 1 ? parts[0] : { kind: 'and', operands: parts };
    }
    case 'or': {
      const parts = condition.operands.map((operand) => screenOf(operand, fields));
      const operands = parts.filter((part) => part !== undefined);
      return operands.length === parts.length ? { kind: 'or', operands } : undefined;
    }
    default:
      return isWithin(fieldsOf(condition), fields) ? condition : undefined;
  }
}

/** Sets of fields of which each one screens the condition; only those that leave few events. */
function coversOf(condition: CheckedCondition): Keys[] {
  switch (condition.kind) {
    case 'and':
      return condition.operands.flatMap(coversOf);
    case 'or': {
      const parts = condition.operands.map(coversOf);
      const [first, ...others] = parts;
      if (first === undefined || parts.some((part) => part.length === 0)) return [];
      // One field that screens all of them, where there is one; else the smallest of each together.
      const shared = first.filter((keys) =>
        others.every((part) => part.some((one) => isWithin(one, keys))),
      );
      if (shared.length > 0) return shared;
      return [new Set(parts.flatMap((part) => [...(smallest([part]) ?? [])]))];
    }
    case 'compare': {
      const fields = fieldsOf(condition);
      const isPossible = fields.size > 0 && !fields.has(ENGINE_FIELD);
      return isPossible && isSelective(condition) ? [fields] : [];
    }
    // Nearly every event has the field, or does not have the value.
    default:
      return [];
  }
}

/** Not for what nearly every event has: other values than one, and no value at all where that counts as empty. */
function isSelective({ operator, right }: CheckedCondition & { kind: 'compare' }): boolean {
  if (!OPERATORS[operator].isSelective) return false;
  if (right.kind === 'operand') return true;
  return !right.literals.some((literal) => literal.type === 'string' && literal.text === '');
}

/** Stands for every field of the engine: it has no column. */
const ENGINE_FIELD = '';

function fieldsOf(condition: CheckedCondition): Keys {
  const keys = new Set<string>();
  visitCondition(condition, (request) => {
    keys.add(request.field.provider.kind === 'plugin' ? requestKey(request) : ENGINE_FIELD);
  });
  return keys;
}

/** The single field that screens most of the rules. */
function mostFrequent(covers: readonly (readonly Keys[])[]): Keys | undefined {
  const counts = new Map<string, number>();
  for (const cover of covers) {
    const single = cover.filter(({ size }) => size === 1).flatMap((keys) => [...keys]);
    for (const key of new Set(single)) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  let best: string | undefined;
  for (const [key, count] of counts) {
    if (best === undefined || count > (counts.get(best) ?? 0)) best = key;
  }
  return best === undefined ? undefined : new Set([best]);
}

function smallest(covers: readonly (readonly Keys[])[]): Keys | undefined {
  const [first, ...others] = covers.flat();
  if (first === undefined) return undefined;
  return others.reduce((best, one) => (one.size < best.size ? one : best), first);
}

function isWithin(keys: Keys, others: Keys): boolean {
  for (const key of keys) if (!others.has(key)) return false;
  return true;
}
