/* Alerts in the Common Event Format, version 0 (ArcSight, implementation standard of 2017). */

import { VERSION } from '#generated/build-info';
import type { Priority } from '../../../base/priority.ts';
import { cutTo } from '../alert-budget.ts';
import type { AlertFacts } from '../alert-facts.ts';

/** From 0 to 10; 9 and 10 are very high, 7 and 8 high, 4 to 6 medium. */
const SEVERITIES: Readonly<Record<Priority, number>> = {
  Emergency: 10,
  Alert: 9,
  Critical: 9,
  Error: 8,
  Warning: 6,
  Notice: 4,
  Informational: 2,
  Debug: 0,
};

/** Sizes that the dictionary of extensions has, without the mark of what was cut. */
const MESSAGE_SIZE_MAX = 1_015;
const TEXT_SIZE_MAX = 3_990;

export function cefLine(facts: AlertFacts, hasRawEvent: boolean): string {
  const { rule, format } = facts;
  const header = ['Tiercel', 'Tiercel', VERSION, rule.name, rule.name, SEVERITIES[rule.priority]]
    .map((part) =>
      String(part)
        .replace(/[\\|]/g, '\\$&')
        .replace(/[\r\n]+/g, ' '),
    )
    .join('|');
  const milliseconds = String(facts.time / 1_000_000n);
  const extensions: readonly (readonly [key: string, value: string, sizeMax: number])[] = [
    ['rt', milliseconds, TEXT_SIZE_MAX],
    ['start', milliseconds, TEXT_SIZE_MAX],
    ['externalId', facts.uuid, TEXT_SIZE_MAX],
    ['cat', rule.source, MESSAGE_SIZE_MAX],
    ['dvchost', format.hostname, 100],
    ['msg', facts.escapedMessage, MESSAGE_SIZE_MAX],
    ['cs1Label', 'tags', TEXT_SIZE_MAX],
    ['cs1', rule.tags.join(','), TEXT_SIZE_MAX],
    ['cs2Label', 'output_fields', TEXT_SIZE_MAX],
    ['cs2', facts.fieldsJson, TEXT_SIZE_MAX],
    ...(hasRawEvent ? [['rawEvent', facts.rawEvent, TEXT_SIZE_MAX] as const] : []),
  ];
  const texts = extensions.map(
    ([key, value, sizeMax]) => `${key}=${escapeValue(cutTo(value, sizeMax))}`,
  );
  return `CEF:0|${header}|${texts.join(' ')}`;
}

/** Escapes the characters of a value that would end it or begin another key. */
function escapeValue(text: string): string {
  return text.replace(/[\\=]/g, '\\$&').replace(/\r/g, '\\r').replace(/\n/g, '\\n');
}
