// Lines and what lies between values at the top level of a file.

import { QUOTE } from './json-bytes';

/** Blanks, line ends, padding of zeros and byte order marks between values. */
export function skipTop(start: usize, end: usize): usize {
  let at = start;
  while (at < end) {
    const byte = load<u8>(at);
    if (byte <= 0x20) at++;
    else if (byte == 0xef && at + 2 < end && load<u8>(at, 1) == 0xbb && load<u8>(at, 2) == 0xbf) at += 3;
    else break;
  }
  return at;
}

const NEWLINES = i8x16.splat(0x0a);

/** Address of the next line feed, or `end`. */
export function findNewline(start: usize, end: usize): usize {
  for (let at = start; at < end; at += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), NEWLINES));
    if (found != 0) return min(at + ctz(found), end);
  }
  return end;
}

export function countNewlines(start: usize, end: usize): u64 {
  let count: u64 = 0;
  let at = start;
  for (; at + 16 <= end; at += 16) count += popcnt(i8x16.bitmask(i8x16.eq(v128.load(at), NEWLINES)));
  for (; at < end; at++) if (load<u8>(at) == 0x0a) count++;
  return count;
}

/** What a line is that does not begin like a record; says little of its content. */
export function describeText(start: usize, end: usize): string {
  const byte = load<u8>(start);
  if (byte == 0xff || byte == 0xfe) return 'not JSON: looks like UTF-16, expected UTF-8';
  if (end - start > 1 && load<u8>(start, 1) == 0) return 'not JSON: looks like UTF-16, expected UTF-8';
  if (byte == 0x3c) return 'not JSON: looks like HTML or XML';
  if (byte < 0x20 || byte >= 0x7f) return 'not JSON: binary data';
  if (byte == QUOTE || byte == 0x2d || (byte >= 0x30 && byte <= 0x39)) {
    return 'not a record: a JSON object is expected';
  }
  return 'not JSON: a line that begins with `{` is expected';
}

