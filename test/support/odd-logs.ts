/*
 * Logs as they come when something went wrong on the way, and as attackers would write them. Made here, with
 * the number of events that a reader has to deliver and of parts that it has to report as lost.
 */

import { gzipSync } from 'node:zlib';

export interface OddLog {
  readonly name: string;
  readonly contents: Uint8Array | string;
  readonly events: number;
  readonly lost: number;
}

const record = (number: number, extra: object = {}): string =>
  JSON.stringify({
    eventVersion: '1.08',
    eventTime: '2026-01-02T03:04:05Z',
    eventName: `E${number}`,
    ...extra,
  });
const A = record(1);
const B = record(2);
const C = record(3);
const LINES = `${A}\n${B}\n${C}\n`;
const ENVELOPE = `{"Records":[${A},${B},${C}]}`;
const gz = (text: string): Buffer => gzipSync(text, { level: 9 });
const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');
const bytes = (...parts: (string | Uint8Array)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));

/** So long that it does not fit one read, and not one batch. */
const MANY = 30_000;
const LONG = 10_000_000;
const TOO_LONG = 18_000_000;
const DEEP = 200_000;

const COMPRESSED: OddLog[] = [
  { name: 'an empty file that is named gzip', contents: '', events: 0, lost: 1 },
  { name: 'an empty member', contents: gz(''), events: 0, lost: 0 },
  {
    name: 'a truncated member',
    contents: gz(Array(MANY).fill(A).join('\n')).subarray(0, -200),
    events: -1,
    lost: 2,
  },
  { name: 'a member without its trailer', contents: gz(LINES).subarray(0, -8), events: 3, lost: 0 },
  { name: 'a member with a wrong checksum', contents: flip(gz(LINES), -6), events: 3, lost: 1 },
  { name: 'garbage behind a member', contents: bytes(gz(LINES), 'garbage'), events: 3, lost: 0 },
  {
    name: 'zeros behind a member',
    contents: bytes(gz(LINES), new Uint8Array(512)),
    events: 3,
    lost: 0,
  },
  { name: 'several members', contents: bytes(gz(`${A}\n`), gz(`${B}\n${C}`)), events: 3, lost: 0 },
  {
    name: 'members cut inside a record',
    contents: bytes(gz(ENVELOPE.slice(0, 100)), gz(ENVELOPE.slice(100))),
    events: 3,
    lost: 0,
  },
  { name: 'gzip in gzip', contents: gzipSync(gz(LINES)), events: 0, lost: 1 },
  {
    name: 'zstd',
    contents: bytes(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd), LINES),
    events: 0,
    lost: 1,
  },
  { name: 'zip', contents: bytes('PK\u0003\u0004', LINES), events: 0, lost: 1 },
];

const ENCODED: OddLog[] = [
  { name: 'a byte order mark', contents: `\ufeff${ENVELOPE}`, events: 3, lost: 0 },
  {
    name: 'a byte order mark on each line',
    contents: LINES.replaceAll('{"eventVersion', '\ufeff{"eventVersion'),
    events: 3,
    lost: 0,
  },
  { name: 'carriage returns', contents: LINES.replaceAll('\n', '\r\n'), events: 3, lost: 0 },
  { name: 'UTF-16', contents: utf16(ENVELOPE), events: 0, lost: 1 },
  {
    name: 'bytes that are not UTF-8',
    contents: bytes('{"eventName":"', Uint8Array.of(0xff, 0xc3), `"}\n${A}`),
    events: 2,
    lost: 0,
  },
  {
    name: 'half of a surrogate pair, escaped',
    contents: `${record(1, { userAgent: '' }).replace('""', '"\\ud800"')}\n${A}`,
    events: 2,
    lost: 0,
  },
  {
    name: 'a control character in a string',
    contents: `{"eventName":"a\u0001"}\n${A}`,
    events: 1,
    lost: 1,
  },
  { name: 'a line end in a string', contents: `{"eventName":"a\nb"}\n${A}`, events: 1, lost: 2 },
  {
    name: 'an escape that JSON does not have',
    contents: `{"eventName":"\\x41"}\n${A}`,
    events: 1,
    lost: 1,
  },
  {
    name: 'line separators of Unicode',
    contents: `{"eventName":"a\u2028b\u2029"}\n${A}`,
    events: 2,
    lost: 0,
  },
  {
    name: 'zeros between lines, as after a crash',
    contents: bytes(`${A}\n`, new Uint8Array(4096), `${B}\n`),
    events: 2,
    lost: 0,
  },
  { name: 'NaN', contents: `{"eventName":NaN}\n${A}`, events: 1, lost: 1 },
  {
    name: 'a number with a leading zero',
    contents: `{"eventName":"a","n":01}\n${A}`,
    events: 1,
    lost: 1,
  },
];

const LAID_OUT: OddLog[] = [
  { name: 'nothing', contents: '', events: 0, lost: 0 },
  { name: 'blank lines', contents: `\n\n${A}\n\n \n${B}\n\n`, events: 2, lost: 0 },
  { name: 'no line end at the end', contents: LINES.trimEnd(), events: 3, lost: 0 },
  { name: 'a partial last line', contents: `${LINES}{"eventName":"E`, events: 3, lost: 1 },
  { name: 'records without blanks between', contents: A + B + C, events: 3, lost: 0 },
  { name: 'an envelope without records', contents: '{"Records":[]}', events: 0, lost: 0 },
  {
    name: 'an envelope whose records are no array',
    contents: '{"Records":{"eventName":"A"}}',
    events: 0,
    lost: 1,
  },
  {
    name: 'an envelope of other things',
    contents: `{"Records":[1,"x",null,[],${A}]}`,
    events: 1,
    lost: 4,
  },
  { name: 'an envelope that ends early', contents: ENVELOPE.slice(0, -2), events: 3, lost: 1 },
  {
    name: 'an envelope that ends inside a record',
    contents: ENVELOPE.slice(0, -20),
    events: 2,
    lost: 1,
  },
  {
    name: 'an envelope with a broken record',
    contents: `{"Records":[${A},{"eventName":},${C}]}`,
    events: 2,
    lost: 1,
  },
  {
    name: 'an envelope with a comma too many',
    contents: `{"Records":[${A},${B},]}`,
    events: 2,
    lost: 0,
  },
  {
    name: 'envelopes and lines mixed',
    contents: `${ENVELOPE}\n${A}\n[${B}]\n${ENVELOPE}`,
    events: 8,
    lost: 0,
  },
  { name: 'an array of numbers', contents: `[1,2,3]\n${A}`, events: 1, lost: 1 },
  {
    name: 'words between records',
    contents: `hello\n${A}\n<html>\n${B}\n42\n`,
    events: 2,
    lost: 3,
  },
  {
    name: 'a digest',
    contents: `{"digestS3Bucket":"b","digestStartTime":"x","logFiles":[]}\n${A}`,
    events: 1,
    lost: 0,
  },
  {
    name: 'a record without a time',
    contents: `{"eventName":"A","awsRegion":"x"}\n${A}`,
    events: 2,
    lost: 0,
  },
  { name: 'equal keys', contents: `{"eventName":"A","eventName":"B"}\n${A}`, events: 2, lost: 0 },
  { name: 'an empty object', contents: `{}\n${A}`, events: 2, lost: 0 },
];

const LARGE: OddLog[] = [
  { name: 'many lines', contents: Array(MANY).fill(A).join('\n'), events: MANY, lost: 0 },
  {
    name: 'a large envelope',
    contents: `{"Records":[${Array(MANY).fill(A).join()}]}`,
    events: MANY,
    lost: 0,
  },
  {
    name: 'a long string',
    contents: `${record(1, { userAgent: 'x'.repeat(LONG) })}\n${A}`,
    events: 2,
    lost: 0,
  },
  {
    name: 'a record that is too long',
    contents: `${record(1, { userAgent: 'x'.repeat(TOO_LONG) })}\n${A}`,
    events: 1,
    lost: 1,
  },
  { name: 'a line of blanks', contents: `${' '.repeat(LONG)}\n${A}`, events: 1, lost: 0 },
  {
    name: 'arrays that are too deep',
    contents: `{"eventName":"A","a":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}\n${A}`,
    events: 1,
    lost: 1,
  },
  { name: 'objects that never end', contents: `${'{"a":'.repeat(DEEP)}\n${A}`, events: 1, lost: 1 },
  {
    name: 'very many keys',
    contents: `{"eventName":"A",${Array.from({ length: 100_000 }, (_, at) => `"k${at}":${at}`).join()}}\n${A}`,
    events: 2,
    lost: 0,
  },
  {
    name: 'backslashes without end',
    contents: `{"eventName":"${'\\\\'.repeat(500_000)}"}\n${A}`,
    events: 2,
    lost: 0,
  },
  {
    name: 'a gzip bomb of one line',
    contents: gz(`${' '.repeat(100_000_000)}\n${A}`),
    events: 1,
    lost: 0,
  },
];

export const ODD_LOGS: readonly OddLog[] = [...COMPRESSED, ...ENCODED, ...LAID_OUT, ...LARGE];

function flip(contents: Buffer, at: number): Buffer {
  const copy = Buffer.from(contents);
  const index = copy.length + at;
  copy[index] = (copy[index] ?? 0) ^ 0xff;
  return copy;
}
