/* Alerts as Detection Findings (class 2004) of the Open Cybersecurity Schema Framework, version 1.5.0. */

import { VERSION } from '#generated/build-info';
import type { Priority } from '../../../base/priority.ts';
import type { AlertFacts } from '../alert-facts.ts';
import { jsonText } from '../compiled-output.ts';
import { techniquesOf } from './techniques.ts';

const SCHEMA_VERSION = '1.5.0';
const CREATE = 1;
const FINDINGS = 2;
const DETECTION_FINDING = 2004;
const NEW = 1;
const RULE = 1;

/** `severity_id` and its caption. */
const SEVERITIES: Readonly<Record<Priority, readonly [number, string]>> = {
  Emergency: [6, 'Fatal'],
  Alert: [5, 'Critical'],
  Critical: [5, 'Critical'],
  Error: [4, 'High'],
  Warning: [3, 'Medium'],
  Notice: [2, 'Low'],
  Informational: [1, 'Informational'],
  Debug: [1, 'Informational'],
};

export function ocsfLine(facts: AlertFacts, hasRawEvent: boolean): string {
  const { rule, format } = facts;
  const milliseconds = Number(facts.time / 1_000_000n);
  const [severityId, severity] = SEVERITIES[rule.priority];
  const techniques = techniquesOf(rule.tags);
  const finding = {
    activity_id: CREATE,
    activity_name: 'Create',
    category_name: 'Findings',
    category_uid: FINDINGS,
    class_name: 'Detection Finding',
    class_uid: DETECTION_FINDING,
    finding_info: {
      analytic: {
        desc: rule.description,
        name: rule.name,
        type: 'Rule',
        type_id: RULE,
        uid: rule.name,
      },
      ...(techniques.length === 0
        ? {}
        : { attacks: techniques.map((uid) => ({ technique: { uid } })) }),
      created_time: milliseconds,
      data_sources: [rule.source],
      desc: rule.description,
      title: rule.name,
      uid: facts.uuid,
    },
    is_alert: true,
    metadata: {
      labels: rule.tags,
      log_name: rule.source,
      log_provider: format.hostname,
      product: { name: 'Tiercel', vendor_name: 'Tiercel', version: VERSION },
      uid: facts.uuid,
      version: SCHEMA_VERSION,
    },
    severity,
    severity_id: severityId,
    status: 'New',
    status_id: NEW,
    time: milliseconds,
    type_name: 'Detection Finding: Create',
    type_uid: 100 * DETECTION_FINDING + CREATE,
  };
  const parts = [
    `"evidences":[{"data":${facts.fieldsJson}}]`,
    `"message":${jsonText(facts.message)}`,
  ];
  if (hasRawEvent) parts.push(`"raw_data":${jsonText(facts.rawEvent)}`);
  return `${JSON.stringify(finding).slice(0, -1)},${parts.join(',')}}`;
}
