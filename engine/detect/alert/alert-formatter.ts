/*
 * Matches → alerts, in every form that outputs want. Values come from the columns of plan 1, in which only matching
 * events are.
 */

import { printableLines } from '../../base/printable.ts';
import type { CheckedRule } from '../../language/check/checked-rule.ts';
import type { Alert, AlertFormat } from './alert.ts';
import { type AlertChannel, type AlertShape, sameShape, takesRule } from './alert-channel.ts';
import { AlertFacts } from './alert-facts.ts';
import { type CompiledOutput, compileOutput, type MatchedEvent } from './compiled-output.ts';
import { cefLine } from './shape/cef.ts';
import { ecsLine } from './shape/ecs.ts';
import { jsonLine, textLine } from './shape/falco.ts';
import { ocsfLine } from './shape/ocsf.ts';
import { otlpLine } from './shape/otlp.ts';
import { compileTemplate } from './shape/template.ts';

interface CompiledRule {
  readonly output: CompiledOutput;
  /** By channel: which of the other forms it gets of this rule; `true`: the line that all get; `false`: nothing. */
  readonly channels: readonly (number | boolean)[];
  /** How often its alerts print a value. */
  readonly mentions: number;
}

interface CompiledShape {
  readonly shape: AlertShape;
  readonly line: (facts: AlertFacts) => string;
}

export class AlertFormatter {
  readonly #rules: readonly CheckedRule[];
  readonly #format: AlertFormat;
  readonly #channels: readonly AlertChannel[];
  /** Formats of the line that every output gets and of the lines that channels want beside it. */
  readonly #shape: CompiledShape;
  readonly #others: readonly CompiledShape[];
  readonly #compiled: (CompiledRule | undefined)[] = [];

  constructor(
    rules: readonly CheckedRule[],
    format: AlertFormat,
    channels: readonly AlertChannel[] = [],
  ) {
    this.#rules = rules;
    this.#format = format;
    this.#channels = channels;
    const usual = shapeOf(format);
    const others: AlertShape[] = [];
    for (const { shape } of channels) {
      const isNew = shape !== undefined && ![usual, ...others].some((one) => sameShape(one, shape));
      if (isNew) others.push(shape);
    }
    this.#shape = compileShape(usual);
    this.#others = others.map(compileShape);
  }

  formatAlert(ruleIndex: number, event: MatchedEvent): Alert {
    const rule = this.#rules[ruleIndex];
    if (rule === undefined) throw new Error(`no rule ${ruleIndex}`);
    const compiled = this.#compiled[ruleIndex] ?? this.#compile(rule);
    this.#compiled[ruleIndex] = compiled;
    event.budget.beginAlert(event.bytes.length, compiled.mentions);
    const facts = new AlertFacts(rule, this.#format, compiled.output, event);
    const line = this.#shape.line(facts);
    const channels = this.#linesFor(compiled.channels, facts);
    event.budget.endAlert();
    const { name, priority, source } = rule;
    const { number: eventNumber, time } = event;
    const alert = { rule: name, priority, source, eventNumber, time, line };
    return channels === undefined ? alert : { ...alert, channels };
  }

  /** A form is made once, however many channels want it. */
  #linesFor(
    wanted: readonly (number | boolean)[],
    facts: AlertFacts,
  ): (string | boolean)[] | undefined {
    if (wanted.length === 0) return undefined;
    const made: (string | undefined)[] = [];
    return wanted.map((one) => {
      if (typeof one === 'boolean') return one;
      const line = made[one] ?? this.#others[one]?.line(facts) ?? '';
      made[one] = line;
      return line;
    });
  }

  #compile(rule: CheckedRule): CompiledRule {
    const timeKey = this.#format.timeFormatIso8601 ? 'evt.time.iso8601' : 'evt.time';
    const output = compileOutput(rule, timeKey);
    const channels = this.#channels.map((channel) => {
      if (!takesRule(channel, rule)) return false;
      const { shape } = channel;
      if (shape === undefined || sameShape(shape, this.#shape.shape)) return true;
      return this.#others.findIndex((other) => sameShape(other.shape, shape));
    });
    const used = [this.#shape, ...this.#others.filter((_, index) => channels.includes(index))];
    const mentions = used.reduce((sum, { shape }) => sum + mentionsOf(shape, output), 0);
    return { output, channels, mentions };
  }
}

/** What `line` looks like. */
function shapeOf({ shape, jsonOutput }: AlertFormat): AlertShape {
  return shape ?? { kind: jsonOutput ? 'json' : 'text', hasRawEvent: false };
}

/** In most forms the text is there twice at most, and each field once more. */
function mentionsOf({ kind, hasRawEvent }: AlertShape, { parts, fields }: CompiledOutput): number {
  if (kind === 'text') return parts.length;
  return 2 * parts.length + fields.length + (hasRawEvent ? 1 : 0);
}

/** Removes characters that drive a terminal; lines of text have none any more. */
function compileShape(shape: AlertShape): CompiledShape {
  const line = lineMaker(shape);
  return { shape, line: shape.kind === 'text' ? line : (facts) => printableLines(line(facts)) };
}

function lineMaker({ kind, hasRawEvent, template = '' }: AlertShape): CompiledShape['line'] {
  switch (kind) {
    case 'text':
      return textLine;
    case 'json':
      return (facts) => jsonLine(facts, hasRawEvent);
    case 'ocsf':
      return (facts) => ocsfLine(facts, hasRawEvent);
    case 'ecs':
      return (facts) => ecsLine(facts, hasRawEvent);
    case 'cef':
      return (facts) => cefLine(facts, hasRawEvent);
    case 'otlp':
      return (facts) => otlpLine(facts, hasRawEvent);
    case 'template':
      return compileTemplate(template);
  }
}
