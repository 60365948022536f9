import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PreparedPlugin } from '../../engine/plugin/prepare/prepared-plugin.ts';
import { preparePluginNamed, readLocation } from '../support/read-with-plugin.ts';
import { runsOf } from '../support/sampled.ts';

const SEED = 7;
const folder = mkdtempSync(join(tmpdir(), 'tiercel-reader-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let plugin: PreparedPlugin;
beforeAll(async () => {
  plugin = await preparePluginNamed('cloudtrail', join(folder, 'cache'));
});

function readText(text: string, form: 'plain' | 'gzip' = 'plain'): ReturnType<typeof readLocation> {
  const path = join(folder, 'log.json');
  writeFileSync(path, form === 'gzip' ? gzipSync(text) : text);
  return readLocation(plugin, path);
}

const RECORD = '{"eventName":"A","eventTime":"2026-01-01T00:00:00Z"}';
const TEXT = JSON.stringify(RECORD);
const forms: [name: string, text: string][] = [
  ['lines', `${RECORD}\n${RECORD}`],
  ['an envelope', `{"Records":[${RECORD},${RECORD}]}`],
  ['an envelope after other keys', `{"a":{"Records":[1]},"Records":[${RECORD},${RECORD}],"z":"}"}`],
  ['a pretty envelope', JSON.stringify(JSON.parse(`{"Records":[${RECORD},${RECORD}]}`), null, 2)],
  ['an array', `[${RECORD},\n${RECORD}]`],
  ['two envelopes', `{"Records":[${RECORD}]}{"Records":[${RECORD}]}`],
  ['EventBridge', `{"detail-type":"x","detail":${RECORD}}\n{"detail":${RECORD}}`],
  ['lines of lookup-events', `{"CloudTrailEvent":${TEXT}}\n{"CloudTrailEvent":${TEXT}}`],
  [
    'what lookup-events prints',
    JSON.stringify(
      {
        Events: [RECORD, RECORD].map((text) => ({
          EventId: '1',
          EventName: 'A',
          EventTime: '2026-01-01T00:00:00+00:00',
          Resources: [],
          CloudTrailEvent: text,
        })),
        NextToken: 'n',
      },
      null,
      4,
    ),
  ],
  ['lookup-events, texts alone', `[${TEXT},\n    ${TEXT}\n]`],
  ['lookup-events, texts between tabs', `${RECORD}\t${RECORD}\n`],
  ['CloudWatch Logs lines', `{"timestamp":1,"message":${TEXT}}\n{"timestamp":2,"message":${TEXT}}`],
  [
    'a CloudWatch Logs subscription',
    `{"messageType":"DATA_MESSAGE","logGroup":"g","subscriptionFilters":["f"],"logEvents":[{"id":"1","timestamp":1,"message":${TEXT}},{"id":"2","timestamp":2,"message":${TEXT}}]}`,
  ],
  [
    'aws logs filter-log-events',
    `{"events":[{"logStreamName":"s","timestamp":1,"message":${TEXT},"eventId":"1"},{"message":${TEXT}}],"searchedLogStreams":[]}`,
  ],
  [
    'a CloudWatch Logs export',
    `2026-01-01T00:00:00.000Z ${RECORD}\n2026-01-01T00:00:01.000Z ${RECORD}\n`,
  ],
  [
    'Splunk',
    `{"preview":false,"result":{"_raw":${TEXT}}}\n{"offset":1,"result":{"_raw":${TEXT},"eventTime":"x"}}`,
  ],
  ['Splunk results', `{"preview":false,"results":[{"_raw":${TEXT}},{"_raw":${TEXT}}]}`],
  ['Splunk, fields extracted', `{"result":${RECORD}}\n{"result":${RECORD}}`],
  [
    'Elastic hits',
    `{"took":1,"hits":{"total":2,"hits":[{"_id":"1","_source":${RECORD}},{"_source":${RECORD}}]},"z":1}`,
  ],
  ['Elastic documents', `{"_index":"i","_source":${RECORD}}\n{"_index":"i","_source":${RECORD}}`],
  [
    'Elastic Common Schema',
    `{"_source":{"@timestamp":"t","event":{"original":${TEXT}},"tags":[]}}\n{"@timestamp":"t","event":{"original":${TEXT}},"cloud":{},"tags":[]}`,
  ],
  [
    'Filebeat',
    `{"@timestamp":"t","message":${TEXT},"agent":{}}\n{"@timestamp":"t","message":${TEXT},"agent":{}}`,
  ],
  ['SNS', `{"Type":"Notification","Message":${TEXT}}\n{"Type":"Notification","Message":${TEXT}}`],
  [
    'EventBridge in SNS in SQS',
    `{"Body":${JSON.stringify(JSON.stringify({ Message: `{"detail":${RECORD}}` }))}}\n{"Body":${JSON.stringify(`{"detail":${RECORD}}`)}}`,
  ],
];

/** Wrappers whose content is no record: each is one part that is lost, and the record behind it is read. */
const strangers: [name: string, text: string, reason: RegExp][] = [
  ['a message in words', '{"message":"hello"}', /a message whose text is not a CloudTrail record/],
  ['a message with other JSON', '{"message":"{\\"a\\":1}"}', /not a CloudTrail record/],
  [
    'an S3 notification',
    '{"Type":"Notification","Message":"{\\"s3Bucket\\":\\"b\\",\\"s3ObjectKey\\":[\\"k\\"]}"}',
    /names files in S3/,
  ],
  ['what Python prints', "{'eventName': 'A'}", /single quotes, as Python prints them/],
  ['CSV', 'eventname,eventtime', /not JSON/],
  ['an empty message', '{"message":""}', /a message whose text/],
];

describe('zeros in a log', () => {
  it.each([
    [
      'between lines',
      `${RECORD}\n${'\0'.repeat(5_000)}${RECORD}\n`,
      2,
      2,
      '5000 zero bytes were skipped',
    ],
    ['before the first line', `\0${RECORD}\n`, 1, 1, '1 zero byte was skipped'],
    ['to the end', `${RECORD}\n${'\0'.repeat(300_000)}`, 1, 2, '300000 zero bytes were skipped'],
    ['alone', '\0'.repeat(10), 0, 1, '10 zero bytes were skipped'],
  ])('are reported: %s', (_, text, events, line, message) => {
    const read = readText(text);
    expect(read.events).toHaveLength(events);
    expect([read.warnings, read.lost]).toEqual([[`${line}: ${message}`], []]);
  });
});

describe('the reader', () => {
  it.each(forms)('finds both records in %s', (_name, text) => {
    expect(readText(text).events.map((event) => JSON.parse(event) as unknown)).toEqual(
      Array(2).fill(JSON.parse(RECORD)),
    );
    expect(readText(text, 'gzip')).toEqual(readText(text));
  });

  it.each(strangers)('says of %s what it is, and goes on', (_name, text, reason) => {
    const { events, lost } = readText(`${text}\n${RECORD}`);
    expect(events).toEqual([RECORD]);
    expect(lost).toEqual([expect.stringMatching(reason)]);
  });

  it('reads a large envelope of every kind piece by piece', () => {
    const count = 20_000;
    const big = (text: string): string[] => Array<string>(count).fill(text);
    const layouts = [
      `{"Records":[${big(RECORD).join()}]}`,
      `{"Events":[${big(`{"CloudTrailEvent":${TEXT}}`).join()}],"NextToken":"n"}`,
      `{"took":1,"hits":{"total":1,"hits":[${big(`{"_source":${RECORD}}`).join()}]}}`,
    ];
    for (const layout of layouts) {
      const { events, lost } = readText(`${layout}\n${RECORD}`);
      expect([events.length, lost.length]).toEqual([count + 1, 0]);
      expect(new Set(events)).toEqual(new Set([RECORD]));
    }
  });

  it(`delivers a line exactly when JSON.parse takes it (seed ${SEED})`, () => {
    fc.assert(
      fc.property(line, (text) => {
        const { events, lost } = readText(`${text}\n${RECORD}`);
        // The next line always survives.
        expect(events.at(-1)).toBe(RECORD);
        if (isJson(text)) {
          expect(events).toEqual([text, RECORD]);
          expect(lost).toEqual([]);
        } else {
          // Nothing of a line that is not JSON is taken for a record, and it is said.
          for (const event of events) expect(isJson(event)).toBe(true);
          expect(lost.length).toBeGreaterThan(0);
        }
      }),
      { seed: SEED, numRuns: runsOf(600) },
    );
  });

  it(`delivers no element of an envelope that JSON.parse does not take (seed ${SEED})`, () => {
    fc.assert(
      fc.property(line, (text) => {
        const { events, lost } = readText(`{"Records":[${RECORD},${text},${RECORD}]}`);
        for (const event of events) expect(isJson(event)).toBe(true);
        if (isJson(text)) expect([events, lost]).toEqual([[RECORD, text, RECORD], []]);
        else expect(lost.length).toBeGreaterThan(0);
      }),
      { seed: SEED, numRuns: runsOf(300) },
    );
  });
});

const nasty = fc.constantFrom(
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '0',
  '-',
  't',
  '\u0001',
  ' ',
  '1.',
  'e',
  '',
);
const valid = fc
  .json({ maxDepth: 4 })
  .map(
    (json) =>
      `{"eventName":${json},"eventTime":"2026-01-01T00:00:00Z","k":[1,-2.5e3,true,null,{"a":"\\u00e9"}]}`,
  );
/** One byte of a valid record replaced, removed or doubled: most are no JSON any more, some still are. */
const damaged = fc.tuple(valid, fc.nat(), nasty, fc.boolean()).map(([text, at, by, isInserted]) => {
  const index = at % text.length;
  return text.slice(0, index) + by + text.slice(isInserted ? index : index + 1);
});
/** One token of JSON for another: a wrong bracket, a colon for a comma, a string that does not end. */
const mistaken = fc
  .tuple(valid, fc.nat(), fc.constantFrom('{', '}', '[', ']', ':', ',', '"', ''))
  .map(([text, at, by]) => {
    const tokens = [...text.matchAll(/[{}[\]:,"]/g)].map(({ index }) => index);
    const index = tokens[at % tokens.length] ?? 0;
    return text.slice(0, index) + by + text.slice(index + 1);
  });
/** Damage at the first brace makes another kind of line, which other tests have. */
const line = fc.oneof(valid, damaged, mistaken).filter((text) => text.startsWith('{"eventName":'));

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
