/* Lines of JSON that know whether they were changed: the last member is the CRC-32 of the text before it. */

import { crc32 } from 'node:zlib';

const MEMBER = /,"crc32":"([0-9a-f]{8})"\}$/;
const DIGITS = 8;

/** The object as one line, which gets a member `crc32`. It must have a member. */
export function withChecksum(value: object): string {
  const text = JSON.stringify(value).slice(0, -1);
  return `${text},"crc32":"${crc32(text).toString(16).padStart(DIGITS, '0')}"}`;
}

/** Whether a line is as it was written; one without a checksum may be. */
export function hasChecksum(line: string): boolean {
  const match = MEMBER.exec(line);
  if (match === null) return !line.includes('"crc32"');
  return crc32(line.slice(0, match.index)) === Number.parseInt(match[1] ?? '', 16);
}
