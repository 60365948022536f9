/*
 * Matches → lines: text or JSON, as Falco writes them. Values come from the columns of plan 1, in
 * which only matching events are.
 */

import { printableLines } from '../base/printable.ts';
import type { CheckedOperand, CheckedRule, OutputSegment } from '../check/checked-rule.ts';
import type { Value } from '../column/cell-values.ts';
import { compileOperand, type GetField } from '../compile/compile-operand.ts';
import { formatIso8601, formatLocal, formatUtc } from '../compile/engine-field-values.ts';
import type { FieldType } from '../field/field-type.ts';
import type { Alert, AlertFormat } from './alert.ts';
import { type AlertBudget, cutTo } from './alert-budget.ts';
import { type AlertChannel, type AlertShape, takesRule } from './alert-channel.ts';
import { alertId } from './alert-id.ts';
import { escapeText, valueJson, valueText } from './format-value.ts';

const NOT_AVAILABLE = '<NA>';
/** Longer lines are cut, visibly: an alert is for people. */
const OUTPUT_SIZE_MAX = 64 << 10;
/** Texts that are longer have a part in what the alerts of a batch may have. */
const LONG = 2 << 10;
/** Fields that Falco gives as integer nanoseconds in JSON, whatever their text. */
const NANOSECOND_FIELDS = new Set([
  'evt.time',
  'evt.time.s',
  'evt.time.iso8601',
  'evt.rawtime',
  'evt.datetime',
  'evt.datetime.s',
]);

export interface MatchedEvent {
  readonly number: number;
  readonly time: bigint;
  readonly bytes: Uint8Array;
  readonly get: GetField;
  /** Of the batch that it is in. */
  readonly budget: AlertBudget;
}

type Part = { readonly text: string } | { readonly render: (event: MatchedEvent) => string };

interface CompiledOutput {
  /** For JSON, which escapes by itself, and for texts. */
  readonly parts: readonly Part[];
  readonly escapedParts: readonly Part[];
  /** By channel: what it gets of this rule; `true`: the line that all get. */
  readonly channels: readonly (AlertShape | boolean)[];
  readonly fields: readonly {
    readonly key: string;
    readonly json: (event: MatchedEvent) => string;
  }[];
  /** How often it prints a value. */
  readonly mentions: number;
}

export class AlertFormatter {
  readonly #rules: readonly CheckedRule[];
  readonly #format: AlertFormat;
  readonly #channels: readonly AlertChannel[];
  /** Of the line that all get. */
  readonly #shape: AlertShape;
  readonly #outputs: (CompiledOutput | undefined)[] = [];

  constructor(
    rules: readonly CheckedRule[],
    format: AlertFormat,
    channels: readonly AlertChannel[] = [],
  ) {
    this.#rules = rules;
    this.#format = format;
    this.#channels = channels;
    this.#shape = format.jsonOutput ? 'json' : 'text';
  }

  formatAlert(ruleIndex: number, event: MatchedEvent): Alert {
    const rule = this.#rules[ruleIndex];
    if (rule === undefined) throw new Error(`no rule ${ruleIndex}`);
    const output = this.#outputs[ruleIndex] ?? this.#compile(rule);
    this.#outputs[ruleIndex] = output;
    event.budget.beginAlert(event.bytes.length, output.mentions);
    const shapes = new Map<AlertShape, string>();
    const lineOf = (shape: AlertShape): string => {
      const line = shapes.get(shape) ?? printableLines(this.#render(shape, rule, output, event));
      shapes.set(shape, line);
      return line;
    };
    const line = lineOf(this.#shape);
    const channels = output.channels.map((wanted) =>
      typeof wanted === 'boolean' ? wanted : lineOf(wanted),
    );
    event.budget.endAlert();
    const { name, priority, source } = rule;
    const { number: eventNumber, time } = event;
    const alert = { rule: name, priority, source, eventNumber, time, line };
    return channels.length === 0 ? alert : { ...alert, channels };
  }

  #render(
    shape: AlertShape,
    rule: CheckedRule,
    output: CompiledOutput,
    event: MatchedEvent,
  ): string {
    const text = renderAll(shape === 'json' ? output.parts : output.escapedParts, event);
    const message = cutTo(text.length > LONG ? event.budget.take(text) : text, OUTPUT_SIZE_MAX);
    const time = this.#format.timeFormatIso8601
      ? formatIso8601(event.time)
      : formatLocal(event.time, 'time', true);
    const full = `${time}: ${rule.priority} ${message}`;
    return shape === 'json' ? this.#jsonLine(rule, output, { event, message, full }) : full;
  }

  /** Keys in alphabetical order, as Falco has them. */
  #jsonLine(
    rule: CheckedRule,
    output: CompiledOutput,
    texts: { event: MatchedEvent; message: string; full: string },
  ): string {
    const format = this.#format;
    const parts = [`"hostname":${JSON.stringify(format.hostname)}`];
    if (format.jsonIncludeMessageProperty) parts.push(`"message":${jsonText(texts.message)}`);
    if (format.jsonIncludeOutputProperty) parts.push(`"output":${jsonText(texts.full)}`);
    if (format.jsonIncludeOutputFieldsProperty) {
      const fields = output.fields.map(
        ({ key, json }) => `${JSON.stringify(key)}:${json(texts.event)}`,
      );
      parts.push(`"output_fields":{${fields.join(',')}}`);
    }
    parts.push(`"priority":"${rule.priority}"`);
    parts.push(`"rule":${jsonText(rule.name)}`);
    parts.push(`"source":${jsonText(rule.source)}`);
    if (format.jsonIncludeTagsProperty) parts.push(`"tags":${JSON.stringify(rule.tags)}`);
    parts.push(`"time":"${formatUtc(texts.event.time)}"`);
    if (format.jsonIncludeUuid) {
      parts.push(`"uuid":"${alertId(rule.name, rule.source, texts.event.bytes)}"`);
    }
    return `{${parts.join(',')}}`;
  }

  #compile(rule: CheckedRule): CompiledOutput {
    const timeKey = this.#format.timeFormatIso8601 ? 'evt.time.iso8601' : 'evt.time';
    const fields = new Map<string, (event: MatchedEvent) => string>();
    fields.set(timeKey, ({ time }) => String(time));
    for (const field of rule.output.fields) {
      if (field.kind === 'value') fields.set(field.key, compileFieldJson(field.operand));
      else {
        const parts = compileSegments(field.segments, (text) => text);
        fields.set(field.key, (event) => jsonText(cutTo(renderAll(parts, event), OUTPUT_SIZE_MAX)));
      }
    }
    const sorted = [...fields].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    const parts = compileSegments(rule.output.segments, (text) => text);
    const escapedParts = compileSegments(rule.output.segments, escapeText);
    const channels = this.#channels.map((channel): AlertShape | boolean => {
      if (!takesRule(channel, rule)) return false;
      const { shape = this.#shape } = channel;
      return shape === this.#shape ? true : shape;
    });
    // In JSON the text is there twice, and each field once more.
    const mentionsOf = (shape: AlertShape): number =>
      shape === 'json' ? 2 * parts.length + sorted.length : parts.length;
    const others = new Set(channels.filter((one) => typeof one === 'string'));
    const mentions = [this.#shape, ...others].reduce((sum, one) => sum + mentionsOf(one), 0);
    const fieldsSorted = sorted.map(([key, json]) => ({ key, json }));
    return { parts, escapedParts, channels, fields: fieldsSorted, mentions };
  }
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

/** `finish`: what is done to the text of a value before it goes into a line. */
function compileSegments(
  segments: readonly OutputSegment[],
  finish: (text: string) => string,
): Part[] {
  return segments.map((segment) => {
    if (segment.kind === 'text') return { text: segment.text };
    const evaluate = compileOperand(segment.operand);
    const { type } = segment.operand.type;
    const { width } = segment;
    return {
      render: ({ get, budget }) =>
        finish(fitWidth(budget.take(render(evaluate(get), type)), width)),
    };
  });
}

function render(value: Value | undefined, type: FieldType): string {
  return value === undefined ? NOT_AVAILABLE : valueText(value, type);
}

function renderAll(parts: readonly Part[], event: MatchedEvent): string {
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

function jsonText(text: string): string {
  return JSON.stringify(Buffer.from(text, 'utf8').toString('utf8'));
}
