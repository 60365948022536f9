/*
 * A record of a spool: one alert as a line of text, `CHECKSUM NUMBER ALERT`. The checksum is the CRC-32 of the rest of
 * the line, in hexadecimal. Numbers count the alerts of a spool from 1; a gap says how many are missing.
 */

import { crc32 } from 'node:zlib';
import type { Alert } from '../../../detect/alert/alert.ts';
import { parseAlert, printAlert } from '../alert-record.ts';

const CHECKSUM_SIZE = 8;
const SPACE = 0x20;
const NEWLINE = 0x0a;
/** The largest safe integer has 16 digits. */
const NUMBER_SIZE_MAX = 16;

export interface SpoolRecord {
  readonly number: number;
  /** The alert's JSON, in UTF-8. */
  readonly body: Buffer;
}

/** One after the other, with line ends; numbered from `first` on. */
export function printRecords(first: number, alerts: readonly Alert[]): Buffer {
  // The checksums are of bytes: texts are made into bytes once.
  const room = '0'.repeat(CHECKSUM_SIZE);
  const lines = alerts.map((alert, index) => `${room} ${first + index} ${printAlert(alert)}\n`);
  const bytes = Buffer.from(lines.join(''));
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, start);
    const checksum = crc32(bytes.subarray(start + CHECKSUM_SIZE + 1, end));
    bytes.write(toHex(checksum), start, 'latin1');
    start = end + 1;
  }
  return bytes;
}

/** A line without its end; `undefined`: it is damaged. */
export function readRecord(line: Buffer): SpoolRecord | undefined {
  const start = CHECKSUM_SIZE + 1;
  if (line[CHECKSUM_SIZE] !== SPACE || !hasChecksum(line)) return undefined;
  const end = line.indexOf(SPACE, start);
  if (end === -1 || end - start > NUMBER_SIZE_MAX) return undefined;
  return { number: Number(line.toString('latin1', start, end)), body: line.subarray(end + 1) };
}

/** `undefined`: another version of the program wrote it. */
export function alertOf({ body }: SpoolRecord): Alert | undefined {
  return parseAlert(body.toString('utf8'));
}

export function withChecksum(text: string): string {
  return `${toHex(crc32(text))} ${text}`;
}

function toHex(checksum: number): string {
  return checksum.toString(16).padStart(CHECKSUM_SIZE, '0');
}

/** Whether a line that `withChecksum` made is unchanged. */
export function hasChecksum(line: Buffer): boolean {
  const checksum = line.toString('latin1', 0, CHECKSUM_SIZE);
  return (
    /^[0-9a-f]{8}$/i.test(checksum) &&
    Number.parseInt(checksum, 16) === crc32(line.subarray(CHECKSUM_SIZE + 1))
  );
}
