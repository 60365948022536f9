// Lines and what lies between values at the top level of a file.

import { OPEN_BRACE, QUOTE, skipBlanks } from '../json-bytes';

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

export function countZeros(start: usize, end: usize): u64 {
  let count: u64 = 0;
  for (let at = start; at < end; at++) if (load<u8>(at) == 0) count++;
  return count;
}

/** Bytes at the start of a file that tell whether it is text. */
const SAMPLE_SIZE: usize = 64 << 10;
/** Most damaged bytes in a hundred bytes of text. */
const DAMAGED_MAX: usize = 10;

/** Whether a file begins with what text does not have, and no line of it with a record. */
export function looksBinary(start: usize, tail: usize): bool {
  const end = min(tail, start + SAMPLE_SIZE);
  let odd: usize = 0;
  let isLineStart = true;
  for (let at = start; at < end; at++) {
    const byte = load<u8>(at);
    if (isLineStart && byte == OPEN_BRACE && load<u8>(skipBlanks(at + 1, tail)) == QUOTE) return false;
    if (byte > 0x20) isLineStart = false;
    else if (byte == 0x0a) isLineStart = true;
    // Controls, and what no UTF-8 has.
    if ((byte < 0x20 && (byte < 0x09 || byte > 0x0d) && byte != 0x1b) || byte == 0x7f || byte > 0xf4) odd++;
  }
  return odd * 100 > (end - start) * DAMAGED_MAX;
}

/** UTF-16, with or without its mark. */
export function isWide(start: usize, tail: usize): bool {
  const byte = load<u8>(start);
  return byte == 0xff || byte == 0xfe || (tail - start > 1 && byte < 0x80 && load<u8>(start, 1) == 0);
}

/** What a line is that does not begin like a record; says little of its content. */
export function describeText(start: usize, end: usize): string {
  const byte = load<u8>(start);
  if (isWide(start, end)) return 'not JSON: looks like UTF-16, expected UTF-8';
  if (byte == 0x3c) return 'not JSON: looks like HTML or XML';
  if (byte < 0x20 || byte >= 0x7f) return 'not JSON: binary data';
  if (byte == QUOTE || byte == 0x2d || (byte >= 0x30 && byte <= 0x39)) {
    return 'not a record: a JSON object is expected';
  }
  return 'not JSON: a line that begins with `{` is expected';
}

/** The longest time that stands in front of a line: `2026-02-03T04:05:06.123456789+00:00`, and a blank. */
const TIME_SIZE_MAX: usize = 40;

/**
 * CloudWatch exports put a time and a blank in front of each line: the address of the `{` behind them, or 0
 * when the line does not begin so.
 */
export function exportLinePrefix(start: usize, end: usize): usize {
  const limit = min(end, start + TIME_SIZE_MAX);
  if (start + 5 > limit || !isDigit(load<u8>(start)) || load<u8>(start, 4) != 0x2d) return 0;
  for (let at = start; at < limit; at++) {
    const byte = load<u8>(at);
    if (byte == 0x7b) return at;
    const isTime = isDigit(byte) || byte == 0x2d || byte == 0x3a || byte == 0x2e || byte == 0x2b;
    if (!isTime && byte != 0x54 && byte != 0x5a && byte != 0x20 && byte != 0x09) return 0;
  }
  return 0;
}

function isDigit(byte: u8): bool {
  return byte >= 0x30 && byte <= 0x39;
}

/** Whether the array that begins at `bracket` begins with an object, or with the text of one. */
export function holdsRecords(bracket: usize, end: usize): bool {
  const element = skipBlanks(bracket + 1, end);
  if (element >= end) return false;
  if (load<u8>(element) == OPEN_BRACE) return true;
  return load<u8>(element) == QUOTE && element + 1 < end && load<u8>(element, 1) == OPEN_BRACE;
}

/** What is wrong with a line of JSON that breaks off at `wrongAt`. */
export function describeInvalid(start: usize, wrongAt: usize, end: usize): string {
  const character = (wrongAt - start + 1).toString();
  const python = wrongAt < end && load<u8>(wrongAt) == 0x27 ? ' (single quotes, as Python prints them)' : '';
  return 'not valid JSON at character ' + character + python;
}
