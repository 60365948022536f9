/* What an alert of a rule prints, compiled once: the text in parts, and the fields of its JSON. */

import { printableLines } from '../../base/printable.ts';
import type { Value } from '../../event/column/cell-values.ts';
import type { FieldType } from '../../event/field/field-type.ts';
import type {
  CheckedOperand,
  CheckedRule,
  OutputSegment,
} from '../../language/check/checked-rule.ts';
import { compileOperand, type GetField } from '../compile/compile-operand.ts';
import { type AlertBudget, cutTo } from './alert-budget.ts';
import { escapeText, valueJson, valueText } from './format-value.ts';

const NOT_AVAILABLE = '<NA>';
/** Longer lines are cut, visibly: an alert is for people. */
export const OUTPUT_SIZE_MAX = 128 << 10;
/** Characters: a shorter text between the fields of an output does not count against the budget. */
const FREE_TEXT_SIZE = 512;
/** Fields that Falco gives as integer nanoseconds in JSON, whatever their text. */
const NANOSECOND_FIELDS = new Set([
  'evt.time',
  'evt.time.s',
  'evt.time.iso8601',
  'evt.rawtime',
  'evt.datetime',
  'evt.datetime.s',
]);

/** Printed with all nine digits, as behind a point. */
const PARTS_OF_SECOND = new Set(['evt.rawtime.ns', 'evt.reltime.ns']);

export interface MatchedEvent {
  readonly number: number;
  readonly time: bigint;
  readonly bytes: Uint8Array;
  readonly get: GetField;
  /** Budget of the batch that the event belongs to. */
  readonly budget: AlertBudget;
}

export type Part = { readonly text: string } | { readonly render: (event: MatchedEvent) => string };

export interface CompiledOutput {
  /** For JSON, which escapes by itself, and for texts. */
  readonly parts: readonly Part[];
  readonly escapedParts: readonly Part[];
  /** `output_fields`, by key; the JSON of a value. */
  readonly fields: readonly CompiledField[];
  /** What is the same for all alerts of the rule, as JSON. */
  readonly ruleJson: { readonly name: string; readonly source: string; readonly tags: string };
}

export interface CompiledField {
  readonly key: string;
  /** The key as JSON, with its colon. */
  readonly keyJson: string;
  readonly json: (event: MatchedEvent) => string;
}

/** `timeKey`: the field that every alert has. */
export function compileOutput(rule: CheckedRule, timeKey: string): CompiledOutput {
  const fields = new Map<string, (event: MatchedEvent) => string>();
  fields.set(timeKey, ({ time }) => String(time));
  for (const field of rule.output.fields) {
    if (field.kind === 'absent') fields.set(field.key, () => 'null');
    else if (field.kind === 'value') fields.set(field.key, compileFieldJson(field.operand));
    else {
      const parts = compileSegments(field.segments, asItIs);
      fields.set(field.key, (event) => jsonText(cutTo(renderAll(parts, event), OUTPUT_SIZE_MAX)));
    }
  }
  const sorted = [...fields].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return {
    parts: compileSegments(rule.output.segments, asItIs),
    escapedParts: compileSegments(rule.output.segments, escapeText, printableLines),
    fields: sorted.map(([key, json]) => ({ key, keyJson: `${jsonText(key)}:`, json })),
    ruleJson: {
      name: jsonText(rule.name),
      source: jsonText(rule.source),
      tags: JSON.stringify(rule.tags),
    },
  };
}

function compileFieldJson(operand: CheckedOperand): (event: MatchedEvent) => string {
  const evaluate = compileOperand(operand);
  const name = operand.kind === 'field' ? operand.request.field.name : '';
  if (NANOSECOND_FIELDS.has(name)) return ({ time }) => String(time);
  return ({ get, budget }) => {
    const value = evaluate(get);
    // Falco: before the first event the difference is negative here, and unsigned in texts.
    if (name === 'evt.reltime' && typeof value === 'bigint')
      return String(BigInt.asIntN(64, value));
    return valueJson(value, operand.type.type, budget);
  };
}

const asItIs = (text: string): string => text;

/** Changes the text of a value, or the rule's own text, before it goes into a line. */
function compileSegments(
  segments: readonly OutputSegment[],
  finish: (text: string) => string,
  finishLiteral: (text: string) => string = asItIs,
): Part[] {
  return segments.map((segment) => {
    if (segment.kind === 'text') {
      const literal = finishLiteral(segment.text);
      // A long one counts like a value: a rule may match every event.
      return literal.length <= FREE_TEXT_SIZE
        ? { text: literal }
        : { render: ({ budget }) => budget.take(literal) };
    }
    const evaluate = compileOperand(segment.operand);
    const { type } = segment.operand.type;
    const { width, operand } = segment;
    const isPart = operand.kind === 'field' && PARTS_OF_SECOND.has(operand.request.field.name);
    const format = isPart ? asPartOfSecond : render;
    return {
      render: ({ get, budget }) =>
        finish(budget.take(fitWidth(format(evaluate(get), type), width))),
    };
  });
}

function render(value: Value | undefined, type: FieldType): string {
  return value === undefined ? NOT_AVAILABLE : valueText(value, type);
}

function asPartOfSecond(value: Value | undefined, type: FieldType): string {
  return render(value, type).padStart(value === undefined ? 0 : 9, '0');
}

/** As far as there is room. */
export function renderAll(parts: readonly Part[], event: MatchedEvent): string {
  let text = '';
  for (const part of parts) {
    text += 'text' in part ? part.text : part.render(event);
    if (text.length > OUTPUT_SIZE_MAX) break;
  }
  return text;
}

/** Padded with blanks or cut to the width. */
function fitWidth(text: string, width: number | undefined): string {
  if (width === undefined) return text;
  return text.length > width ? text.slice(0, width) : text.padEnd(Math.min(width, OUTPUT_SIZE_MAX));
}

/** Lone surrogates cannot be written as UTF-8. */
export function jsonText(text: string): string {
  return JSON.stringify(text.toWellFormed());
}
