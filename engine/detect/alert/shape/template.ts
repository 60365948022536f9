/*
 * A form of one's own: text with `{{name}}` for what is known of an alert, and `{{json name}}` for the same as JSON,
 * with its quotes. `{{field ct.user}}` is one of its output fields.
 */

import { formatUtc } from '../../compile/engine-field-values.ts';
import type { AlertFacts } from '../alert-facts.ts';
import { jsonText } from '../compiled-output.ts';

const NOT_AVAILABLE = '<NA>';
const PLACEHOLDER = /\{\{\s*(json\s+)?(?:(field)\s+([^{}]+?)|(\w+))\s*\}\}/g;

const TEXTS: Readonly<Record<string, (facts: AlertFacts) => string>> = {
  rule: ({ rule }) => rule.name,
  description: ({ rule }) => rule.description,
  priority: ({ rule }) => rule.priority,
  source: ({ rule }) => rule.source,
  tags: ({ rule }) => rule.tags.join(', '),
  hostname: ({ format }) => format.hostname,
  time: ({ time }) => formatUtc(time),
  message: (facts) => facts.escapedMessage,
  output: (facts) => facts.full(facts.escapedMessage),
  fields: (facts) => facts.fieldsJson,
  uuid: (facts) => facts.uuid,
  raw_event: (facts) => facts.rawEvent,
};

/** Where JSON is not the text in quotes. */
const JSONS: Readonly<Record<string, (facts: AlertFacts) => string>> = {
  tags: ({ rule }) => JSON.stringify(rule.tags),
  fields: (facts) => facts.fieldsJson,
  message: (facts) => jsonText(facts.message),
  output: (facts) => jsonText(facts.full(facts.message)),
};

export const TEMPLATE_NAMES: readonly string[] = Object.keys(TEXTS);

/** Names in a template that mean nothing. */
export function unknownNames(template: string): string[] {
  const wrong = [...template.matchAll(PLACEHOLDER)].flatMap(([, , , , name]) =>
    name === undefined || Object.hasOwn(TEXTS, name) ? [] : [name],
  );
  const rest = template.replace(PLACEHOLDER, '');
  return [...wrong, ...(rest.match(/\{\{[^}]*\}?\}?/g) ?? [])];
}

type Piece = (facts: AlertFacts) => string;

/** Line ends in it are blanks: an alert is one line. */
export function compileTemplate(template: string): (facts: AlertFacts) => string {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of template.matchAll(PLACEHOLDER)) {
    const text = oneLine(template.slice(end, match.index));
    if (text !== '') pieces.push(() => text);
    pieces.push(pieceOf(match));
    end = match.index + match[0].length;
  }
  const rest = oneLine(template.slice(end));
  pieces.push(() => rest);
  return (facts) => pieces.map((piece) => piece(facts)).join('');
}

function pieceOf([, json, field, fieldName = '', name = '']: RegExpMatchArray): Piece {
  if (field !== undefined) {
    return (facts) => {
      const value = facts.fields.find(({ key }) => key === fieldName)?.json ?? 'null';
      if (json !== undefined) return value;
      if (value === 'null') return NOT_AVAILABLE;
      return oneLine(value.startsWith('"') ? (JSON.parse(value) as string) : value);
    };
  }
  const text = TEXTS[name] ?? (() => '');
  if (json === undefined) return (facts) => oneLine(text(facts));
  return JSONS[name] ?? ((facts) => jsonText(text(facts)));
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ');
}
