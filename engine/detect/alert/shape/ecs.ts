/* Alerts in the Elastic Common Schema, version 8.17; what it has no place for is under `tiercel`. */

import { VERSION } from '#generated/build-info';
import { PRIORITIES } from '../../../base/priority.ts';
import type { AlertFacts } from '../alert-facts.ts';
import { jsonText } from '../compiled-output.ts';
import { techniquesOf } from './techniques.ts';

const SCHEMA_VERSION = '8.17.0';

export function ecsLine(facts: AlertFacts, hasRawEvent: boolean): string {
  const { rule, format } = facts;
  const techniques = techniquesOf(rule.tags);
  const alert = {
    '@timestamp': new Date(Number(facts.time / 1_000_000n)).toISOString(),
    ecs: { version: SCHEMA_VERSION },
    log: { level: rule.priority.toLowerCase() },
    observer: {
      hostname: format.hostname,
      product: 'Tiercel',
      type: 'ids',
      vendor: 'Tiercel',
      version: VERSION,
    },
    rule: { name: rule.name, description: rule.description, ruleset: rule.source },
    tags: rule.tags,
    ...(techniques.length === 0
      ? {}
      : { threat: { framework: 'MITRE ATT&CK', technique: { id: techniques } } }),
  };
  const event = {
    category: ['intrusion_detection'],
    dataset: 'tiercel.alerts',
    id: facts.uuid,
    kind: 'alert',
    module: 'tiercel',
    provider: rule.source,
    // As syslog has them: 0 is the most urgent.
    severity: PRIORITIES.indexOf(rule.priority),
    type: ['info'],
    ...(hasRawEvent ? { original: facts.rawEvent } : {}),
  };
  const parts = [
    `"event":${JSON.stringify(event)}`,
    `"message":${jsonText(facts.message)}`,
    `"tiercel":{"output_fields":${facts.fieldsJson}}`,
  ];
  return `${JSON.stringify(alert).slice(0, -1)},${parts.join(',')}}`;
}
