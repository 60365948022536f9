/*
 * Exceptions become text behind the condition (Falco, rule_loader_compiler):
 *   (condition) and not (F in (v1, v2))                          one field
 *   (condition) and not ((F1 = v11 and F2 in (v12, …)) or (…))     a tuple of fields
 */

import { LIST_OPERATORS } from '../syntax/operators.ts';
import { quoteItem } from './list-resolver.ts';
import type {
  ExceptionValue,
  ItemPlace,
  PlacedText,
  RuleException,
  RuleItem,
} from './rule-item.ts';

const LIST_COMPARISONS: readonly string[] = LIST_OPERATORS;

export interface ExceptionProblem {
  readonly message: string;
  readonly place: ItemPlace;
}

export function expandExceptions(rule: RuleItem): PlacedText | ExceptionProblem {
  if (rule.exceptions.length === 0) return rule.condition;
  const { origins, documentName } = rule.condition;
  let suffix = ')';
  for (const exception of rule.exceptions) {
    if (exception.values.length === 0) continue;
    const text =
      typeof exception.fields === 'string'
        ? expandSingle(exception, exception.fields)
        : expandTuple(exception, exception.fields);
    if (typeof text !== 'string') return text;
    suffix += ` and not ${text}`;
  }
  const text = `(${rule.condition.text}${suffix}`;
  const added = new Array<number>(suffix.length).fill(-1);
  return { text, origins: [-1, ...origins, ...added], documentName };
}

function expandSingle(exception: RuleException, field: string): string | ExceptionProblem {
  const values: string[] = [];
  for (const value of exception.values) {
    if (typeof value !== 'string') {
      return {
        message: 'Expected values array to contain a list of strings',
        place: exception.place,
      };
    }
    values.push(quoteItem(value));
  }
  return `(${field} ${String(exception.comparisons)} (${values.join(', ')}))`;
}

function expandTuple(
  exception: RuleException,
  fields: readonly string[],
): string | ExceptionProblem {
  const { place, comparisons } = exception;
  const alternatives: string[] = [];
  for (const row of exception.values) {
    if (typeof row === 'string') {
      return { message: 'Expected values array to contain a list of strings', place };
    }
    if (row.length !== fields.length) {
      return { message: 'Fields and values lists must have equal length', place };
    }
    const parts = fields.map((field, index) => {
      const comparison = comparisons[index] ?? '=';
      return `${field} ${comparison} ${valueText(row[index] ?? '', comparison)}`;
    });
    alternatives.push(`(${parts.join(' and ')})`);
  }
  return `(${alternatives.join(' or ')})`;
}

function valueText(value: ExceptionValue, comparison: string): string {
  if (typeof value !== 'string') {
    return `(${value.map((item) => quoteItem(String(item))).join(', ')})`;
  }
  const takesList =
    LIST_COMPARISONS.includes(comparison) || /\b(?:oneof|anyof|allof)$/.test(comparison);
  if (takesList) return value.startsWith('(') ? value : `(${value})`;
  return quoteItem(value);
}
