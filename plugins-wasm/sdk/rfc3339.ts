// Time stamps of RFC 3339 as nanoseconds since 1970. A zone is required: a time without one is nobody's time.

import { NO_TIME } from './record-shape';

/** NO_TIME when the text is no such time, or one that no calendar has, or outside 1970–2554. */
export function parseTime(start: usize, size: usize): u64 {
  if (size < 20 || size > 40) return NO_TIME;
  const year = digits(start, 4);
  const month = digits(start + 5, 2);
  const day = digits(start + 8, 2);
  const hour = digits(start + 11, 2);
  const minute = digits(start + 14, 2);
  const second = digits(start + 17, 2);
  if ((year | month | day | hour | minute | second) < 0) return NO_TIME;
  if (load<u8>(start, 4) != 0x2d || load<u8>(start, 7) != 0x2d) return NO_TIME;
  if ((load<u8>(start, 10) | 0x20) != 0x74) return NO_TIME; // T
  if (load<u8>(start, 13) != 0x3a || load<u8>(start, 16) != 0x3a) return NO_TIME;
  if (year < 1970 || year > 2500 || month < 1 || month > 12) return NO_TIME;
  if (day < 1 || day > daysInMonth(year, month)) return NO_TIME;
  if (hour > 23 || minute > 59 || second > 59) return NO_TIME;
  let at = start + 19;
  const end = start + size;
  let nanoseconds: i64 = 0;
  if (load<u8>(at) == 0x2e) {
    at++;
    let scale: i64 = 100_000_000;
    const first = at;
    while (at < end && load<u8>(at) >= 0x30 && load<u8>(at) <= 0x39) {
      nanoseconds += <i64>(load<u8>(at) - 0x30) * scale;
      scale /= 10;
      at++;
    }
    if (at == first) return NO_TIME;
  }
  if (at >= end) return NO_TIME;
  const offset = zoneSeconds(at, end);
  if (offset == i64.MIN_VALUE) return NO_TIME;
  const seconds =
    daysSinceEpoch(year, month, day) * 86_400 + <i64>hour * 3600 + <i64>minute * 60 + <i64>second - offset;
  if (seconds < 0) return NO_TIME;
  return <u64>(seconds * 1_000_000_000 + nanoseconds);
}

/** Seconds east of UTC, or the smallest number. */
function zoneSeconds(at: usize, end: usize): i64 {
  const sign = load<u8>(at);
  if ((sign | 0x20) == 0x7a) return at + 1 == end ? 0 : i64.MIN_VALUE; // Z
  if ((sign != 0x2b && sign != 0x2d) || at + 6 != end || load<u8>(at, 3) != 0x3a) return i64.MIN_VALUE;
  const hours = digits(at + 1, 2);
  const minutes = digits(at + 4, 2);
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

function isLeap(year: i32): bool {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

function daysInMonth(year: i32, month: i32): i32 {
  if (month == 2) return isLeap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** Days since 1970-01-01 of a date of the Gregorian calendar, counted in years that begin in March. */
function daysSinceEpoch(year: i32, month: i32, day: i32): i64 {
  const y: i64 = month <= 2 ? year - 1 : year;
  const era = y / 400;
  const yearOfEra = y - era * 400;
  const monthFromMarch: i64 = month > 2 ? month - 3 : month + 9;
  const dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1;
  const dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** `YYYYMMDD` of a day since 1970-01-01. */
export function dateOfDay(days: i64): string {
  const shifted = days + 719_468;
  const era = shifted / 146_097;
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const monthFromMarch = (5 * dayOfYear + 2) / 153;
  const day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return year.toString().padStart(4, '0') + month.toString().padStart(2, '0') + day.toString().padStart(2, '0');
}
