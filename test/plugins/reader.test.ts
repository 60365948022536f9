import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PreparedPlugin } from '../../engine/plugin/prepare/prepared-plugin.ts';
import { preparePluginNamed, readLocation } from '../support/read-with-plugin.ts';
import { runsOf } from '../support/sampled.ts';
import { forms, RECORD, strangers, TEXT } from '../support/trail-layouts.ts';

const SEED = 7;
const folder = mkdtempSync(join(tmpdir(), 'tiercel-reader-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let plugin: PreparedPlugin;
beforeAll(async () => {
  plugin = await preparePluginNamed('cloudtrail', join(folder, 'cache'));
});

function readBytes(contents: Uint8Array | string): ReturnType<typeof readLocation> {
  const path = join(folder, 'log.json');
  writeFileSync(path, contents);
  return readLocation(plugin, path);
}

function readText(text: string, form: 'plain' | 'gzip' = 'plain'): ReturnType<typeof readLocation> {
  return readBytes(form === 'gzip' ? gzipSync(text) : text);
}

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

  it('names the lines of the file, in an envelope too', () => {
    const records = [{ eventName: 'A' }, { level: 'info', msg: 'm', ts: 1 }, 7];
    const { events, lost } = readText(JSON.stringify({ Records: records }, null, 2));
    expect(events.length).toBe(1);
    expect(lost).toEqual([
      expect.stringMatching(/^6: record 2: not a CloudTrail record/),
      expect.stringMatching(/^11: record 3 is not an object/),
    ]);
  });

  it.each<[name: string, contents: Uint8Array | string, reason: RegExp]>([
    [
      'random bytes',
      Uint8Array.from(
        { length: 90_000 },
        (_, at) => (Math.imul(at + 1, 2_654_435_761) >>> 13) % 256,
      ),
      /binary data/,
    ],
    [
      'an image',
      Buffer.from(`\x89PNG\r\n\x1a\n\0\0\0\rIHDR${'\0\x01\n'.repeat(500)}`, 'latin1'),
      /binary data/,
    ],
    [
      'a database',
      Buffer.from(`SQLite format 3\0${'\0\x02\n\x10'.repeat(500)}`, 'latin1'),
      /binary data/,
    ],
    ['UTF-16', Buffer.from(`\ufeff${RECORD}\n${RECORD}`, 'utf16le'), /UTF-16, expected UTF-8/],
    ['UTF-16 without its mark', Buffer.from(`${RECORD}\n${RECORD}`, 'utf16le'), /UTF-16/],
  ])('says once that a file is %s', (_name, contents, reason) => {
    const { events, lost } = readBytes(contents);
    expect(events).toEqual([]);
    expect(lost).toEqual([expect.stringMatching(reason)]);
  });

  it('reads on behind lines that are damaged, at the start of a file too', () => {
    const { events, lost } = readText(`x\u0001\u0002\u0003\u0004\nx\u0001\u0001\n${RECORD}\n`);
    expect([events, lost.length]).toEqual([[RECORD], 2]);
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
          // No part of a line that is not JSON counts as a record, and the line is reported.
          for (const event of events) expect(isJson(event)).toBe(true);
          expect(lost.length).toBeGreaterThan(0);
        }
      }),
      { seed: SEED, numRuns: runsOf(600) },
    );
  }, 600_000);

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
