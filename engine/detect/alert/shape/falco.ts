/* Alerts as Falco writes them: a line of text, or JSON with its keys in alphabetical order. */

import { formatUtc } from '../../compile/engine-field-values.ts';
import type { AlertFacts } from '../alert-facts.ts';
import { jsonText } from '../compiled-output.ts';

export function textLine(facts: AlertFacts): string {
  return facts.full(facts.escapedMessage);
}

export function jsonLine(facts: AlertFacts, hasRawEvent: boolean): string {
  const { format, rule } = facts;
  const parts = [`"hostname":${JSON.stringify(format.hostname)}`];
  if (format.jsonIncludeMessageProperty) parts.push(`"message":${jsonText(facts.message)}`);
  if (format.jsonIncludeOutputProperty)
    parts.push(`"output":${jsonText(facts.full(facts.message))}`);
  if (format.jsonIncludeOutputFieldsProperty) parts.push(`"output_fields":${facts.fieldsJson}`);
  parts.push(`"priority":"${rule.priority}"`);
  if (hasRawEvent) parts.push(`"raw_event":${jsonText(facts.rawEvent)}`);
  parts.push(`"rule":${facts.ruleJson.name}`);
  parts.push(`"source":${facts.ruleJson.source}`);
  if (format.jsonIncludeTagsProperty) parts.push(`"tags":${facts.ruleJson.tags}`);
  parts.push(`"time":"${formatUtc(facts.time)}"`);
  if (format.jsonIncludeUuid) parts.push(`"uuid":"${facts.uuid}"`);
  return `{${parts.join(',')}}`;
}
