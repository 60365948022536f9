/*
 * Prints the events that a search finds. The engine hands them over as alerts whose line has the parts that the print
 * needs, as JSON texts with commas between them. They are split and not parsed: parsing would round large numbers.
 */

import { printable } from '../../base/printable.ts';
import type { AlertShape } from '../../detect/alert/alert-channel.ts';

const SEPARATOR = ',';
/** One part: a string, a list of strings and numbers, or what has no quotes. */
const PART = /"(?:[^"\\]+|\\.)*"|\[(?:"(?:[^"\\]+|\\.)*"|[^\]"]+)*\]|[^,"[\]]+/g;
const NOT_AVAILABLE = '<NA>';

export type PrintForm = 'text' | 'json' | 'raw';

export interface FoundEventPrint {
  readonly form: PrintForm;
  /** Printed in place of the description of the event, or of the event itself. */
  readonly fields: readonly string[];
}

/** How the engine writes the alerts of the search. */
export function searchShape({ form, fields }: FoundEventPrint): AlertShape {
  const parts = fields.map((field) => `{{json field ${field}}}`);
  const isWhole = fields.length === 0 && form !== 'text';
  const body = isWhole
    ? ['{{json raw_event}}']
    : fields.length === 0
      ? ['{{json message}}']
      : parts;
  const template = ['{{json time}}', '{{json source}}', ...body].join(SEPARATOR);
  return { kind: 'template', hasRawEvent: isWhole, template };
}

/** What is printed for an alert of that shape, without the line end. */
export function printEvent(line: string, { form, fields }: FoundEventPrint): string {
  const [time = '', source = '', ...values] = partsOf(line);
  const [first = ''] = values;
  if (form === 'raw') return printable(oneLine(JSON.parse(first) as string));
  const shortTime = time.replace(/\.?0+Z/, 'Z');
  if (form === 'text') return [textOf(shortTime), ...values.map(textOf)].join('\t');
  const rest =
    fields.length === 0
      ? `"event":${asJson(JSON.parse(first) as string) ?? first}`
      : `"fields":{${fields.map((field, index) => `${JSON.stringify(field)}:${values[index]}`).join(',')}}`;
  return `{"time":${shortTime},"source":${source},${rest}}`;
}

/** The value of the first field, as JSON text. */
export function firstValue(line: string): string {
  return partsOf(line)[2] ?? 'null';
}

/** As text of one line; numbers keep all of their digits. */
export function textOf(json: string): string {
  if (json === 'null') return NOT_AVAILABLE;
  return printable(oneLine(json.startsWith('"') ? (JSON.parse(json) as string) : json));
}

function partsOf(line: string): string[] {
  return line.match(PART) ?? [];
}

/** The event's own text, if it is JSON: parsing and writing it would change large numbers. */
function asJson(text: string): string | undefined {
  try {
    JSON.parse(text);
    return oneLine(text);
  } catch {
    return undefined;
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n\t]+/g, ' ');
}
