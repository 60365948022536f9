/*
 * Exceptions become text behind the condition (Falco, rule_loader_compiler):
 *   (condition) and not (F in (v1, v2))                          one field
 *   (condition) and not ((F1 = v11 and F2 in (v12, …)) or (…))     a tuple of fields
 * Fields, operators and values keep their places, so that an error in one is shown where it is written.
 */

import { countOf } from '../../base/quantity.ts';
import { LIST_OPERATORS } from '../syntax/operators.ts';
import { quoteItem } from './list-resolver.ts';
import { type FilePlace, type PlacedText, placeInFile, TextBuilder } from './placed-text.ts';
import {
  type ExceptionRow,
  type ExceptionValue,
  isRow,
  type RuleException,
  type RuleItem,
} from './rule-item.ts';

const LIST_COMPARISONS: readonly string[] = LIST_OPERATORS;

export interface ExceptionProblem {
  /** In Falco's words. */
  readonly message: string;
  readonly detail: string;
  readonly hint: string;
  readonly exception: RuleException;
  readonly at: FilePlace | undefined;
}

export function expandExceptions(rule: RuleItem): PlacedText | ExceptionProblem {
  if (rule.exceptions.length === 0) return rule.condition;
  const { condition } = rule;
  const problem = findProblem(rule.exceptions);
  if (problem !== undefined) return problem;
  const written = new TextBuilder();
  written.insert('(', placeInFile(condition, { start: 0, end: 1 }));
  written.append(condition);
  written.extend(')');
  for (const exception of rule.exceptions) {
    if (exception.values.length === 0) continue;
    const { documentName, span } = exception.place;
    written.insert(' and not ', { documentName, span });
    if ('text' in exception.fields) writeSingle(exception, exception.fields, written);
    else writeTuple(exception, exception.fields, written);
  }
  return written.toText();
}

function findProblem(exceptions: readonly RuleException[]): ExceptionProblem | undefined {
  for (const exception of exceptions) {
    const { fields } = exception;
    for (const value of exception.values) {
      const problem =
        'text' in fields
          ? problemOfSingle(value, fields)
          : problemOfRow(value, fields, exception.comparisons);
      if (problem !== undefined) return { ...problem, exception, at: placeOfValue(value) };
    }
  }
  return undefined;
}

type ValueProblem = Pick<ExceptionProblem, 'message' | 'detail' | 'hint'>;

const UNEQUAL_LENGTH = 'Fields and values lists must have equal length';
const EXPECTED_LIST = 'Expected values array to contain a list of strings';

function problemOfSingle(value: ExceptionValue, field: PlacedText): ValueProblem | undefined {
  if (!isRow(value)) return undefined;
  return {
    message: EXPECTED_LIST,
    detail: `a value is a list, and \`fields\` is the single field \`${field.text}\``,
    hint: `write the values without inner brackets, or \`fields: [${field.text}]\``,
  };
}

function problemOfRow(
  value: ExceptionValue,
  fields: readonly PlacedText[],
  comparisons: PlacedText | readonly PlacedText[],
): ValueProblem | undefined {
  if (!isRow(value)) {
    const [first] = fields;
    const row = fields.length === 1 ? `[[${value.text}]]` : `[[${value.text}, …]]`;
    const also = fields.length === 1 ? `, or \`fields: ${first?.text ?? ''}\`` : '';
    return {
      message: UNEQUAL_LENGTH,
      detail: `\`${value.text}\` is not a list: with a list of \`fields\`, each entry of \`values\` is one too`,
      hint: `write \`values: ${row}\`${also}`,
    };
  }
  const { items } = value;
  if (items.length === fields.length) return undefined;
  const [only] = 'text' in comparisons ? [] : comparisons;
  const takesList = fields.length === 1 && only !== undefined && isListComparison(only.text);
  return {
    message: UNEQUAL_LENGTH,
    detail: `${countOf(items.length, 'value')} for ${countOf(fields.length, 'field')}`,
    hint: takesList
      ? `put the values of \`${only.text}\` into a list of their own: \`[[${wordsOf(value)}]]\``
      : `write one value for each of ${fields.map(({ text }) => `\`${text}\``).join(', ')}`,
  };
}

function wordsOf({ items }: ExceptionRow): string {
  return items.map((item) => (isRow(item) ? '[…]' : item.text)).join(', ');
}

function placeOfValue(value: ExceptionValue): FilePlace | undefined {
  return isRow(value) ? value.place : placeInFile(value, { start: 0, end: value.text.length });
}

function writeSingle(exception: RuleException, field: PlacedText, written: TextBuilder): void {
  written.extend('(');
  written.append(field);
  written.extend(' ');
  if ('text' in exception.comparisons) written.append(exception.comparisons);
  written.extend(' (');
  writeWords(exception.values, written);
  written.extend('))');
}

function writeTuple(
  { comparisons, values }: RuleException,
  fields: readonly PlacedText[],
  written: TextBuilder,
): void {
  written.extend('(');
  for (const [number, row] of values.entries()) {
    if (!isRow(row)) continue;
    written.extend(number === 0 ? '(' : ' or (');
    for (const [index, field] of fields.entries()) {
      if (index > 0) written.extend(' and ');
      const comparison = 'text' in comparisons ? comparisons : comparisons[index];
      written.append(field);
      written.extend(' ');
      if (comparison !== undefined) written.append(comparison);
      written.extend(' ');
      const value = row.items[index];
      if (value !== undefined) writeValue(value, comparison?.text ?? '=', written);
    }
    written.extend(')');
  }
  written.extend(')');
}

function writeValue(value: ExceptionValue, comparison: string, written: TextBuilder): void {
  if (isRow(value)) {
    written.extend('(');
    writeWords(value.items, written);
    written.extend(')');
    return;
  }
  if (!isListComparison(comparison)) writeWord(value, written);
  else if (value.text.startsWith('(')) written.append(value);
  else {
    written.extend('(');
    written.append(value);
    written.extend(')');
  }
}

function isListComparison(comparison: string): boolean {
  return LIST_COMPARISONS.includes(comparison) || /\b(?:oneof|anyof|allof)$/.test(comparison);
}

function writeWords(values: readonly ExceptionValue[], written: TextBuilder): void {
  for (const [index, value] of values.entries()) {
    if (index > 0) written.extend(', ');
    // A list within a list of values, as Falco prints it: its items with commas between.
    if (isRow(value)) writeWords(value.items, written);
    else writeWord(value, written);
  }
}

function writeWord(word: PlacedText, written: TextBuilder): void {
  const quoted = quoteItem(word.text);
  if (quoted === word.text) written.append(word);
  else written.insert(quoted, placeInFile(word, { start: 0, end: word.text.length }));
}
