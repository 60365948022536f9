/* What alerts look like in formats of others, beside the tables of those formats. */

import { describe, expect, it } from 'vitest';
import { PRIORITIES, type Priority } from '../../../../engine/base/priority.ts';
import type { AlertFormat } from '../../../../engine/detect/alert/alert.ts';
import { AlertBudget } from '../../../../engine/detect/alert/alert-budget.ts';
import type { AlertShape } from '../../../../engine/detect/alert/alert-channel.ts';
import { AlertFormatter } from '../../../../engine/detect/alert/alert-formatter.ts';
import { unknownNames } from '../../../../engine/detect/alert/shape/template.ts';
import type {
  CheckedOperand,
  CheckedRule,
} from '../../../../engine/language/check/checked-rule.ts';
import { wrapLines } from '../../../../engine/outputs/transport/line-envelope.ts';
import { problemsInEcs } from '../../../support/ecs-table.ts';
import { problemsInOcsf } from '../../../support/ocsf-table.ts';

const FORMAT: AlertFormat = {
  jsonOutput: true,
  jsonIncludeOutputProperty: true,
  jsonIncludeMessageProperty: false,
  jsonIncludeOutputFieldsProperty: true,
  jsonIncludeTagsProperty: true,
  jsonIncludeUuid: false,
  timeFormatIso8601: false,
  hostname: 'sensor-1',
};
const EVENT = '{"user":"eve","note":"a|b=c\\\\d"}';
const USER = 'a|b=c\\d "e"\n\u001bf';

/** A rule that prints a value which no format can take as it is. */
function ruleOf(priority: Priority, tags: readonly string[] = ['T1059', 'x']): CheckedRule {
  const operand = {
    kind: 'field',
    request: { field: { name: 'ct.user' }, argument: undefined },
    type: { type: 'string', isList: false },
  } as unknown as CheckedOperand;
  return {
    name: 'A | rule = 1',
    description: 'what it is for',
    source: 'aws_cloudtrail',
    priority,
    tags,
    condition: { kind: 'and', operands: [] },
    output: {
      segments: [
        { kind: 'text', text: 'login of ' },
        { kind: 'value', operand, width: undefined },
      ],
      fields: [{ kind: 'value', key: 'ct.user', operand }],
    },
  };
}

function lineOf(shape: AlertShape, rule: CheckedRule = ruleOf('Warning')): string {
  const filter = {
    minimumPriority: 'Debug' as const,
    rules: undefined,
    tags: undefined,
    sources: undefined,
  };
  const formatter = new AlertFormatter([rule], FORMAT, [{ shape, filter }]);
  const alert = formatter.formatAlert(0, {
    number: 7,
    time: 1_767_323_045_123_456_789n,
    bytes: Buffer.from(EVENT),
    get: () => Buffer.from(USER).toString('latin1'),
    budget: new AlertBudget(),
  });
  const line = alert.channels?.[0];
  return typeof line === 'string' ? line : alert.line;
}

const parsed = (kind: AlertShape['kind'], rule?: CheckedRule, hasRawEvent = false) =>
  JSON.parse(lineOf({ kind, hasRawEvent }, rule));

describe('an alert as a detection finding of OCSF', () => {
  it.each(PRIORITIES)('keeps to the schema: %s', (priority) => {
    expect(problemsInOcsf(parsed('ocsf', ruleOf(priority)))).toEqual([]);
    expect(problemsInOcsf(parsed('ocsf', ruleOf(priority, []), true))).toEqual([]);
  });

  it('says what is known', () => {
    expect(parsed('ocsf', undefined, true)).toMatchObject({
      class_uid: 2004,
      type_uid: 200401,
      severity_id: 3,
      severity: 'Medium',
      time: 1_767_323_045_123,
      message: `login of ${USER}`,
      finding_info: {
        title: 'A | rule = 1',
        attacks: [{ technique: { uid: 'T1059' } }],
        analytic: { type_id: 1, name: 'A | rule = 1' },
      },
      metadata: { labels: ['T1059', 'x'], log_name: 'aws_cloudtrail' },
      evidences: [{ data: { 'ct.user': USER } }],
      raw_data: EVENT,
    });
  });

  it('is judged by a table that finds what is wrong', () => {
    const good = parsed('ocsf');
    const { uid, ...nameless } = good.finding_info;
    expect(uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(problemsInOcsf({ ...good, finding_info: nameless })).toEqual([
      'finding_info.uid is missing',
    ]);
    expect(problemsInOcsf({ ...good, severity_id: 7, color: 1, time: '1' })).toEqual([
      'severity_id is 7',
      'time is no integer',
      'color is unknown',
    ]);
  });
});

describe('an alert in the Elastic Common Schema', () => {
  it.each(PRIORITIES)('keeps to the schema: %s', (priority) => {
    expect(problemsInEcs(parsed('ecs', ruleOf(priority)))).toEqual([]);
    expect(problemsInEcs(parsed('ecs', ruleOf(priority, []), true))).toEqual([]);
  });

  it('says what is known', () => {
    expect(parsed('ecs', undefined, true)).toMatchObject({
      '@timestamp': '2026-01-02T03:04:05.123Z',
      message: `login of ${USER}`,
      event: { kind: 'alert', severity: 4, original: EVENT },
      rule: { name: 'A | rule = 1' },
      threat: { technique: { id: ['T1059'] } },
      tiercel: { output_fields: { 'ct.user': USER } },
    });
  });

  it('is judged by a table that finds what is wrong', () => {
    const good = parsed('ecs');
    expect(problemsInEcs({ ...good, event: { ...good.event, kind: 'alarm' }, colour: 1 })).toEqual([
      'event.kind is alarm',
      'colour is unknown',
    ]);
  });
});

describe('an alert in the Common Event Format', () => {
  it('has the parts that it must have, with every separator escaped', () => {
    const line = lineOf({ kind: 'cef', hasRawEvent: true });
    const [head = '', ...rest] = line.split(/(?<!\\)\|/);
    expect([head, ...rest.slice(0, 6)]).toEqual([
      'CEF:0',
      'Tiercel',
      'Tiercel',
      expect.stringMatching(/^\d+\.\d+\.\d+$/),
      'A \\| rule = 1',
      'A \\| rule = 1',
      '6',
    ]);
    const extension = rest.slice(6).join('|');
    const keys = [...extension.matchAll(/(?:^| )(\w+)=/g)].map(([, key]) => key);
    expect(keys).toEqual([
      ...['rt', 'start', 'externalId', 'cat', 'dvchost', 'msg'],
      ...['cs1Label', 'cs1', 'cs2Label', 'cs2', 'rawEvent'],
    ]);
    expect(extension).toContain('msg=login of a|b\\=c\\\\d "e"\\\\n');
    expect(line).not.toMatch(/[\r\n\u001b]/);
  });

  it('is no longer than the dictionary of extensions allows', () => {
    const rule = ruleOf('Error');
    const long = { ...rule.output, segments: [{ kind: 'text' as const, text: 'm'.repeat(5_000) }] };
    const line = lineOf({ kind: 'cef', hasRawEvent: false }, { ...rule, output: long });
    expect(/msg=(m+… \(cut\))/.exec(line)?.[1]).toHaveLength(1_022);
  });
});

describe('an alert as a request of OTLP', () => {
  it('has one record, and several make one request', () => {
    const line = lineOf({ kind: 'otlp', hasRawEvent: true });
    const record = JSON.parse(line).resourceLogs[0].scopeLogs[0].logRecords[0];
    expect(record).toMatchObject({
      timeUnixNano: '1767323045123456789',
      severityNumber: 13,
      severityText: 'Warning',
      body: { stringValue: `login of ${USER}` },
    });
    expect(record.attributes).toContainEqual({ key: 'ct.user', value: { stringValue: USER } });
    const alert = {
      rule: 'r',
      priority: 'Error',
      source: 's',
      eventNumber: 1,
      time: 0n,
      line,
    } as const;
    const body = JSON.parse(wrapLines('otlp', [alert, alert, alert]));
    expect(body.resourceLogs).toHaveLength(3);
    expect(body.resourceLogs[2]).toEqual(JSON.parse(line).resourceLogs[0]);
  });
});

describe('an alert in a form of one’s own', () => {
  const template = (text: string): string =>
    lineOf({ kind: 'template', hasRawEvent: false, template: text });

  it('has what it names', () => {
    expect(
      template('{{priority}} {{ rule }}: {{field ct.user}} ({{tags}}) {{field no.such}}'),
    ).toBe('Warning A | rule = 1: a|b=c\\d "e" \\u001bf (T1059, x) <NA>');
  });

  it('is JSON where it is asked for, whatever values have in them', () => {
    const line = template(
      '{\n "text": {{json output}}, "user": {{json field ct.user}}, "none": {{json field no.such}},\n "tags": {{json tags}}, "all": {{fields}}, "event": {{json raw_event}}}',
    );
    expect(line).not.toContain('\n');
    expect(JSON.parse(line)).toEqual({
      text: expect.stringContaining(`Warning login of ${USER}`),
      user: USER,
      none: null,
      tags: ['T1059', 'x'],
      all: { 'ct.user': USER, 'evt.time': expect.any(Number) },
      event: EVENT,
    });
  });

  it.each([
    ['{{priority}} {{field ct.user}} {{json tags}}', []],
    ['{{prio}} {{json rules}}', ['prio', 'rules']],
    ['{{field}}', ['field']],
    ['{{.Output}} and {{', ['{{.Output}}', '{{']],
  ])('is refused for names that mean nothing: %s', (text, names) => {
    expect(unknownNames(text)).toEqual(names);
  });
});

describe('an alert as JSON', () => {
  it('has the event’s own text where it is asked for', () => {
    expect(parsed('json', undefined, true)).toMatchObject({
      raw_event: EVENT,
      priority: 'Warning',
    });
    expect(parsed('json')).not.toHaveProperty('raw_event');
  });
});
