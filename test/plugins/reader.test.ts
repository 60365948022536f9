import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PreparedPlugin } from '../../engine/plugin/prepared-plugin.ts';
import { preparePluginNamed, readLocation } from '../support/read-with-plugin.ts';

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
const forms: [name: string, text: string][] = [
  ['lines', `${RECORD}\n${RECORD}`],
  ['an envelope', `{"Records":[${RECORD},${RECORD}]}`],
  ['an envelope after other keys', `{"a":{"Records":[1]},"Records":[${RECORD},${RECORD}],"z":"}"}`],
  ['a pretty envelope', JSON.stringify(JSON.parse(`{"Records":[${RECORD},${RECORD}]}`), null, 2)],
  ['an array', `[${RECORD},\n${RECORD}]`],
  ['two envelopes', `{"Records":[${RECORD}]}{"Records":[${RECORD}]}`],
  ['EventBridge', `{"detail-type":"x","detail":${RECORD}}\n{"detail":${RECORD}}`],
  [
    'lookup-events',
    `{"CloudTrailEvent":${JSON.stringify(RECORD)}}\n{"CloudTrailEvent":${JSON.stringify(RECORD)}}`,
  ],
];

describe('the reader', () => {
  it.each(forms)('finds both records in %s', (_name, text) => {
    expect(readText(text).events.map((event) => JSON.parse(event) as unknown)).toEqual(
      Array(2).fill(JSON.parse(RECORD)),
    );
    expect(readText(text, 'gzip')).toEqual(readText(text));
  });

  it(`says JSON is valid exactly when JSON.parse does (seed ${SEED})`, () => {
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
    );
    const valid = fc
      .json({ maxDepth: 4 })
      .map((json) => `{"eventName":${json},"k":[1,-2.5e3,true,null,"\\u00e9"]}`);
    const damaged = fc
      .tuple(valid, fc.nat(), fc.option(nasty, { nil: '' }))
      .map(([text, at, by]) => {
        const index = at % text.length;
        return text.slice(0, index) + by + text.slice(index + 1);
      });
    fc.assert(
      fc.property(fc.oneof(valid, damaged), (text) => {
        let isRecord = false;
        try {
          const value: unknown = JSON.parse(text);
          isRecord = typeof value === 'object' && value !== null && 'eventName' in value;
        } catch {
          isRecord = false;
        }
        const { events } = readText(`${text}\n${RECORD}`);
        // The next line always survives.
        expect(events.at(-1)).toBe(RECORD);
        if (isRecord) expect(events[0]).toBe(text);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});
