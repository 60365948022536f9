// Times as logs write them, as nanoseconds since 1970. What is no such time, one that no calendar has, or outside
// 1970–2500 is NO_TIME.

import { bytes } from './bytes';
import { daysInMonth, daysSinceEpoch } from './calendar';
import { NO_TIME } from './record-shape';

export enum TimeForm {
  /** RFC 3339, `2026-02-03T04:05:06.789Z`; also with a blank for the `T` and a comma before the fraction. */
  Rfc3339,
  /** The same, or without a zone, which is then UTC; also `2026/02/03 04:05:06`. */
  DateTime,
  /** Times of web servers, `03/Feb/2026:04:05:06 +0000`. */
  WebLog,
  /** Times of HTTP (RFC 9110, section 5.6.7) and mail, `Tue, 03 Feb 2026 04:05:06 GMT`; the weekday is optional. */
  Http,
  /** Since 1970: seconds, with a fraction or without; milliseconds, microseconds or nanoseconds as more digits. */
  Epoch,
}

export function parseTimeAs(form: TimeForm, start: usize, size: usize): u64 {
  if (form == TimeForm.Rfc3339) return parseTime(start, size);
  if (form == TimeForm.DateTime) return parseDateTime(start, size, true);
  if (form == TimeForm.WebLog) return parseWebLog(start, size);
  return form == TimeForm.Http ? parseHttp(start, size) : parseEpoch(start, size);
}

/** RFC 3339. A zone is required: a time without one is nobody's time. */
export function parseTime(start: usize, size: usize): u64 {
  return parseDateTime(start, size, false);
}

/** The hour, minute and second that `parseClock` found. */
let clockSeconds: i64 = 0;

function parseDateTime(start: usize, size: usize, mayLackZone: bool): u64 {
  if (size < 19 || size > 40) return NO_TIME;
  const year = digits(start, 4);
  const month = digits(start + 5, 2);
  const day = digits(start + 8, 2);
  if ((year | month | day) < 0 || !parseClock(start + 11)) return NO_TIME;
  const separator = load<u8>(start, 4);
  if (separator != load<u8>(start, 7)) return NO_TIME;
  if (separator != 0x2d && (separator != 0x2f || !mayLackZone)) return NO_TIME;
  const between = load<u8>(start, 10);
  if ((between | 0x20) != 0x74 && between != 0x20) return NO_TIME; // T
  let at = start + 19;
  const end = start + size;
  let nanoseconds: i64 = 0;
  if (at < end && (load<u8>(at) == 0x2e || load<u8>(at) == 0x2c)) {
    const first = at + 1;
    nanoseconds = fraction(first, end);
    at = digitsEnd(first, end);
    if (at == first) return NO_TIME;
  }
  let offset: i64 = 0;
  if (at < end) offset = zoneSeconds(at, end);
  else if (!mayLackZone) return NO_TIME;
  return toTime(year, month, day, offset, nanoseconds);
}

/** `03/Feb/2026:04:05:06 +0000` */
function parseWebLog(start: usize, size: usize): u64 {
  if (size != 26 || load<u8>(start, 2) != 0x2f || load<u8>(start, 6) != 0x2f) return NO_TIME;
  if (load<u8>(start, 11) != 0x3a || load<u8>(start, 20) != 0x20 || !parseClock(start + 12)) return NO_TIME;
  return toTime(digits(start + 7, 4), monthOf(start + 3), digits(start, 2), zoneSeconds(start + 21, start + 26), 0);
}

/** `Tue, 03 Feb 2026 04:05:06 GMT`, `3 Feb 2026 04:05:06 +0100` */
function parseHttp(start: usize, size: usize): u64 {
  const end = start + size;
  let at = start;
  if (size > 5 && load<u8>(start, 3) == 0x2c && load<u8>(start, 4) == 0x20) at += 5;
  const dayEnd = digitsEnd(at, end);
  if (dayEnd == at || dayEnd > at + 2 || end - dayEnd < 20) return NO_TIME;
  const day = digits(at, <i32>(dayEnd - at));
  if (load<u8>(dayEnd) != 0x20 || load<u8>(dayEnd, 4) != 0x20 || load<u8>(dayEnd, 9) != 0x20) return NO_TIME;
  if (load<u8>(dayEnd, 18) != 0x20 || !parseClock(dayEnd + 10)) return NO_TIME;
  const zone = dayEnd + 19;
  const isUtc = end - zone == 3 && (load<u32>(zone) & 0xff_ffff) == 0x54_4d_47; // GMT
  return toTime(digits(dayEnd + 5, 4), monthOf(dayEnd + 1), day, isUtc ? 0 : zoneSeconds(zone, end), 0);
}

function parseEpoch(start: usize, size: usize): u64 {
  const end = start + size;
  const wholeEnd = digitsEnd(start, end);
  const count = wholeEnd - start;
  if (count == 0 || count > 19) return NO_TIME;
  let value: u64 = 0;
  for (let at = start; at < wholeEnd; at++) value = value * 10 + (load<u8>(at) - 0x30);
  if (wholeEnd < end) {
    const isFraction = load<u8>(wholeEnd) == 0x2e && end - wholeEnd > 1 && digitsEnd(wholeEnd + 1, end) == end;
    return isFraction && count <= 11 ? fromEpoch(value, fraction(wholeEnd + 1, end)) : NO_TIME;
  }
  // 11 digits are seconds up to the year 5138, 12 and more milliseconds from 1973 on.
  let unit: u64 = 1;
  if (count > 17) unit = 1_000_000_000;
  else if (count > 14) unit = 1_000_000;
  else if (count > 11) unit = 1_000;
  return fromEpoch(value / unit, <i64>(value % unit * (1_000_000_000 / unit)));
}

function fromEpoch(seconds: u64, nanoseconds: i64): u64 {
  if (seconds >= <u64>daysSinceEpoch(2501, 1, 1) * 86_400) return NO_TIME;
  return seconds * 1_000_000_000 + <u64>nanoseconds;
}

function toTime(year: i32, month: i32, day: i32, offset: i64, nanoseconds: i64): u64 {
  if (year < 1970 || year > 2500 || month < 1 || month > 12) return NO_TIME;
  if (day < 1 || day > daysInMonth(year, month) || offset == i64.MIN_VALUE) return NO_TIME;
  const seconds = daysSinceEpoch(year, month, day) * 86_400 + clockSeconds - offset;
  if (seconds < 0) return NO_TIME;
  return <u64>(seconds * 1_000_000_000 + nanoseconds);
}

/** `04:05:06` */
function parseClock(start: usize): bool {
  const hour = digits(start, 2);
  const minute = digits(start + 3, 2);
  const second = digits(start + 6, 2);
  if ((hour | minute | second) < 0 || load<u8>(start, 2) != 0x3a || load<u8>(start, 5) != 0x3a) return false;
  if (hour > 23 || minute > 59 || second > 59) return false;
  clockSeconds = <i64>hour * 3600 + <i64>minute * 60 + <i64>second;
  return true;
}

const MONTHS = bytes('janfebmaraprmayjunjulaugsepoctnovdec');

/** 1 to 12; 0: no name of a month in three letters. */
function monthOf(start: usize): i32 {
  const name = (load<u32>(start) & 0xff_ffff) | 0x20_20_20;
  for (let month = 0; month < 12; month++) {
    if ((load<u32>(MONTHS.address + 3 * month) & 0xff_ffff) == name) return month + 1;
  }
  return 0;
}

/** Nanoseconds of the digits behind a decimal point; those behind the ninth count nothing. */
function fraction(start: usize, end: usize): i64 {
  let nanoseconds: i64 = 0;
  let scale: i64 = 100_000_000;
  for (let at = start; at < end && isDigit(load<u8>(at)); at++) {
    nanoseconds += <i64>(load<u8>(at) - 0x30) * scale;
    scale /= 10;
  }
  return nanoseconds;
}

/** `Z`, `+01:00`, `+0100`: seconds east of UTC, or the smallest number. */
function zoneSeconds(at: usize, end: usize): i64 {
  const sign = load<u8>(at);
  if ((sign | 0x20) == 0x7a) return at + 1 == end ? 0 : i64.MIN_VALUE; // Z
  const colon: usize = load<u8>(at, 3) == 0x3a ? 1 : 0;
  if ((sign != 0x2b && sign != 0x2d) || at + 5 + colon != end) return i64.MIN_VALUE;
  const hours = digits(at + 1, 2);
  const minutes = digits(at + 3 + colon, 2);
  if ((hours | minutes) < 0 || hours > 23 || minutes > 59) return i64.MIN_VALUE;
  const seconds = <i64>hours * 3600 + <i64>minutes * 60;
  return sign == 0x2d ? -seconds : seconds;
}

function digits(start: usize, count: i32): i32 {
  let value = 0;
  for (let index = 0; index < count; index++) {
    const digit = <i32>load<u8>(start + index) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function digitsEnd(start: usize, end: usize): usize {
  let at = start;
  while (at < end && isDigit(load<u8>(at))) at++;
  return at;
}

function isDigit(byte: u8): bool {
  return byte >= 0x30 && byte <= 0x39;
}
