/* Alerts as requests of OpenTelemetry's protocol for logs (OTLP 1, JSON), a record each. */

import { VERSION } from '#generated/build-info';
import type { Priority } from '../../../base/priority.ts';
import type { AlertFacts } from '../alert-facts.ts';

/** `SeverityNumber`, as OpenTelemetry's data model maps syslog. */
const SEVERITIES: Readonly<Record<Priority, number>> = {
  Emergency: 21,
  Alert: 19,
  Critical: 18,
  Error: 17,
  Warning: 13,
  Notice: 10,
  Informational: 9,
  Debug: 5,
};

type AnyValue = { stringValue: string } | { arrayValue: { values: AnyValue[] } };

export function otlpLine(facts: AlertFacts, hasRawEvent: boolean): string {
  const { rule, format } = facts;
  const record = {
    timeUnixNano: String(facts.time),
    observedTimeUnixNano: String(facts.time),
    severityNumber: SEVERITIES[rule.priority],
    severityText: rule.priority,
    eventName: 'tiercel.alert',
    body: textValue(facts.message),
    attributes: [
      attribute('tiercel.alert.uuid', facts.uuid),
      attribute('tiercel.rule', rule.name),
      attribute('tiercel.source', rule.source),
      { key: 'tiercel.tags', value: { arrayValue: { values: rule.tags.map(textValue) } } },
      ...facts.fields.map(({ key, json }) => attribute(key, textOfJson(json))),
      ...(hasRawEvent ? [attribute('log.record.original', facts.rawEvent)] : []),
    ],
  };
  return JSON.stringify({
    resourceLogs: [
      {
        resource: {
          attributes: [
            attribute('service.name', 'tiercel'),
            attribute('host.name', format.hostname),
          ],
        },
        scopeLogs: [{ scope: { name: 'tiercel', version: VERSION }, logRecords: [record] }],
      },
    ],
  });
}

function attribute(key: string, text: string): { key: string; value: AnyValue } {
  return { key, value: textValue(text) };
}

function textValue(stringValue: string): AnyValue {
  return { stringValue };
}

/** Numbers of 64 bits do not fit into what reads JSON: all values are texts. */
function textOfJson(json: string): string {
  return json.startsWith('"') ? (JSON.parse(json) as string) : json;
}
