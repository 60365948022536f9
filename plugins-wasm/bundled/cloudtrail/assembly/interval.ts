// `s3Interval`: since when, or from when to when, in the form of the times in the names of CloudTrail's objects.

import { now } from 'tiercel/sdk/host';
import { dateOfDay } from 'tiercel/sdk/calendar';

const MINUTE: i64 = 60;
const DAY: i64 = 86_400;
const NANOSECONDS: u64 = 1_000_000_000;
const EARLIEST = '00000101T0000';
const LATEST = '99991231T2359';
/** What stands between the digits of a time, and what belongs there where the time is shorter. */
const SHAPE = '0000-00-00T00:00:00';
const DATE_SIZE = 10;

export class Interval {
  /** `YYYYMMDDTHHMM`, both included; empty: no bound. */
  from: string = '';
  to: string = '';
  private at: i32 = 0;
  private text: string = '';
  private needsClock: bool = false;

  /** The sentence that says what is wrong, or null. */
  parse(text: string): string | null {
    if (text.length == 0) return null;
    this.text = text;
    this.at = 0;
    const from = this.takeEnd(false);
    const isRange = from.length > 0 && this.at < text.length && text.charAt(this.at) == '-';
    if (isRange) this.at++;
    const to = isRange ? this.takeEnd(true) : '';
    if (this.needsClock) return 's3Interval `' + text + '` needs the time of day: grant it `clock`';
    if (from.length == 0 || (isRange && to.length == 0) || this.at < text.length) {
      const expected = 'expected 7d (w, d, h, m, s), 2026-01-31T12:00:00Z, or two with - between';
      return 's3Interval `' + text + '` is no interval: ' + expected;
    }
    if (isRange && to < from) return 's3Interval `' + text + '` ends before it begins';
    this.from = from;
    this.to = to;
    return null;
  }

  /** The time before now, or the date, at the place that was reached; empty: neither. */
  private takeEnd(isLast: bool): string {
    const date = this.takeDate(isLast);
    return date.length > 0 ? date : this.takeAge();
  }

  private takeDate(isLast: bool): string {
    let size = 0;
    while (size < SHAPE.length && this.fits(this.at + size, SHAPE.charCodeAt(size))) size++;
    // Whole parts only: a date, or one with hours, minutes, seconds.
    while (size > DATE_SIZE && (size - DATE_SIZE) % 3 != 0) size--;
    if (size < DATE_SIZE) return '';
    const written = this.text.substr(this.at, size);
    this.at += size;
    if (this.at < this.text.length && this.text.charAt(this.at) == 'Z') this.at++;
    const digits = written.replaceAll('-', '').replaceAll(':', '');
    const whole = isLast ? LATEST : EARLIEST;
    // Seconds are not in the names.
    return (digits + whole.substring(min(digits.length, whole.length))).substring(0, whole.length);
  }

  private fits(at: i32, shape: i32): bool {
    if (at >= this.text.length) return false;
    const code = this.text.charCodeAt(at);
    return shape == 0x30 ? code >= 0x30 && code <= 0x39 : code == shape;
  }

  private takeAge(): string {
    let count: i64 = 0;
    const first = this.at;
    while (this.at < this.text.length && this.fits(this.at, 0x30) && this.at - first < 9) {
      count = count * 10 + (this.text.charCodeAt(this.at++) - 0x30);
    }
    if (this.at == first || this.at >= this.text.length) return '';
    const unit = secondsOf(this.text.charAt(this.at));
    if (unit == 0) return '';
    this.at++;
    const time = now();
    if (time == 0) {
      this.needsClock = true;
      return '';
    }
    return nameTime(max<i64>(0, <i64>(time / NANOSECONDS) - count * unit));
  }
}

function secondsOf(unit: string): i64 {
  if (unit == 'w') return 7 * DAY;
  if (unit == 'd') return DAY;
  if (unit == 'h') return 60 * MINUTE;
  if (unit == 'm') return MINUTE;
  return unit == 's' ? 1 : 0;
}

/** As in the names of objects. */
function nameTime(seconds: i64): string {
  const minutes = (seconds % DAY) / MINUTE;
  return dateOfDay(seconds / DAY) + 'T' + pad(minutes / 60) + pad(minutes % 60);
}

function pad(value: i64): string {
  return value.toString().padStart(2, '0');
}
