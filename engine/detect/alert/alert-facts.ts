/* Everything that a format may show of one alert, computed when it is asked for, and once. */

import type { CheckedRule } from '../../language/check/checked-rule.ts';
import { formatIso8601, formatLocal } from '../compile/engine-field-values.ts';
import type { AlertFormat } from './alert.ts';
import { cutTo } from './alert-budget.ts';
import { alertId } from './alert-id.ts';
import {
  type CompiledOutput,
  type MatchedEvent,
  OUTPUT_SIZE_MAX,
  type Part,
  renderAll,
} from './compiled-output.ts';

/** Texts that are longer have a part in what the alerts of a batch may have. */
const LONG = 2 << 10;

export interface FieldJson {
  readonly key: string;
  /** JSON text. */
  readonly json: string;
}

export class AlertFacts {
  readonly rule: CheckedRule;
  readonly format: AlertFormat;
  readonly #output: CompiledOutput;
  readonly #event: MatchedEvent;
  #message: string | undefined;
  #escapedMessage: string | undefined;
  #fields: readonly FieldJson[] | undefined;
  #uuid: string | undefined;
  #rawEvent: string | undefined;

  constructor(rule: CheckedRule, format: AlertFormat, output: CompiledOutput, event: MatchedEvent) {
    this.rule = rule;
    this.format = format;
    this.#output = output;
    this.#event = event;
  }

  /** Time of the event, nanoseconds since 1970. */
  get time(): bigint {
    return this.#event.time;
  }

  /** The rule's output, as it goes into JSON. */
  get message(): string {
    this.#message ??= this.#render(this.#output.parts);
    return this.#message;
  }

  /** The same as a text of one line. */
  get escapedMessage(): string {
    this.#escapedMessage ??= this.#render(this.#output.escapedParts);
    return this.#escapedMessage;
  }

  /** With time and priority before it, as Falco's `output` has them. */
  full(message: string): string {
    const time = this.format.timeFormatIso8601
      ? formatIso8601(this.time)
      : formatLocal(this.time, 'time', true);
    return `${time}: ${this.rule.priority} ${message}`;
  }

  /** Falco's `output_fields`, sorted. */
  get fields(): readonly FieldJson[] {
    this.#fields ??= this.#output.fields.map(({ key, json }) => ({
      key,
      json: json(this.#event),
    }));
    return this.#fields;
  }

  /** `{"ct.user":"eve"}` */
  get fieldsJson(): string {
    let text = '';
    for (const [index, { json }] of this.fields.entries()) {
      if (text !== '') text += ',';
      text += this.#output.fields[index]?.keyJson + json;
    }
    return `{${text}}`;
  }

  get ruleJson(): CompiledOutput['ruleJson'] {
    return this.#output.ruleJson;
  }

  get uuid(): string {
    this.#uuid ??= alertId(this.rule.name, this.rule.source, this.#event.bytes);
    return this.#uuid;
  }

  /** The event's own text. */
  get rawEvent(): string {
    this.#rawEvent ??= this.#event.budget.take(Buffer.from(this.#event.bytes).toString('utf8'));
    return this.#rawEvent;
  }

  #render(parts: readonly Part[]): string {
    const text = renderAll(parts, this.#event);
    return cutTo(text.length > LONG ? this.#event.budget.take(text) : text, OUTPUT_SIZE_MAX);
  }
}
