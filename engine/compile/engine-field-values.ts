/* Values of the fields that the engine computes itself, for one event. Formats are Falco's. */

import { toByteString } from '../base/text.ts';
import type { Value } from '../column/cell-values.ts';

export interface EventContext {
  readonly number: number;
  /** Nanoseconds since 1970; of the event, and of the first one of the stream. */
  readonly time: bigint;
  readonly firstTime: bigint;
  readonly data: Uint8Array;
}

export interface SourceContext {
  readonly source: string;
  readonly pluginName: string;
  readonly hostname: string;
  readonly staticFields: Readonly<Record<string, string>>;
}

const SECOND = 1_000_000_000n;
/** Falco prints so many bytes of an event whose plugin has no text for it. */
const SHOWN_BYTES = 50;

/** `undefined`: absent, or not a field of the engine. */
export function engineFieldValue(
  name: string,
  event: EventContext,
  context: SourceContext,
): Value | undefined {
  const { time } = event;
  // Falco keeps it unsigned: before the first event it wraps.
  const relative = BigInt.asUintN(64, time - event.firstTime);
  switch (name) {
    case 'evt.num':
      return BigInt(event.number);
    case 'evt.time':
      return formatLocal(time, 'time', true);
    case 'evt.time.s':
      return formatLocal(time, 'time', false);
    case 'evt.time.iso8601':
      return formatIso8601(time);
    case 'evt.datetime':
      return formatLocal(time, 'datetime', true);
    case 'evt.datetime.s':
      return formatLocal(time, 'datetime', false);
    case 'evt.rawtime':
      return time;
    case 'evt.rawtime.s':
      return time / SECOND;
    case 'evt.rawtime.ns':
      return time % SECOND;
    case 'evt.reltime':
      return relative;
    case 'evt.reltime.s':
      return relative / SECOND;
    case 'evt.reltime.ns':
      return relative % SECOND;
    case 'evt.pluginname':
      return context.pluginName;
    case 'evt.plugininfo':
      return eventSummary(event.data);
    case 'evt.source':
      return context.source;
    case 'evt.is_async':
      return 0n;
    case 'evt.hostname':
      return toByteString(context.hostname);
    default: {
      const constant = name.startsWith('static.') ? context.staticFields[name.slice(7)] : undefined;
      return constant === undefined ? undefined : toByteString(constant);
    }
  }
}

function eventSummary(data: Uint8Array): string {
  const shown = Buffer.from(data.buffer, data.byteOffset, Math.min(data.length, SHOWN_BYTES));
  return `datalen=${data.length} data=${shown.toString('latin1')}${data.length > SHOWN_BYTES ? '...' : ''}`;
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}

/** The second that was written last, in the zone of the process: events come in the order of their times, mostly. */
let latest = { second: Number.NaN, day: '', clock: '' };

/** In the zone of the process (TZ). */
export function formatLocal(
  time: bigint,
  form: 'time' | 'datetime',
  withNanoseconds: boolean,
): string {
  const second = Number(time / SECOND);
  if (latest.second !== second) {
    const date = new Date(Number(time / 1_000_000n));
    const clock = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
    const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
    latest = { second, day, clock };
  }
  const fraction = withNanoseconds ? `.${pad(Number(time % SECOND), 9)}` : '';
  return form === 'time' ? latest.clock + fraction : `${latest.day} ${latest.clock}${fraction}`;
}

export function formatIso8601(time: bigint): string {
  return `${utcSeconds(time)}.${pad(Number(time % SECOND), 9)}+0000`;
}

/** The form of an alert's `time` key. */
export function formatUtc(time: bigint): string {
  return `${utcSeconds(time)}.${pad(Number(time % SECOND), 9)}Z`;
}

/** As in `latest`. */
let latestUtc = { second: Number.NaN, text: '' };

function utcSeconds(time: bigint): string {
  const second = Number(time / SECOND);
  if (latestUtc.second !== second) {
    const text = new Date(Number(time / 1_000_000n)).toISOString().slice(0, -5);
    latestUtc = { second, text };
  }
  return latestUtc.text;
}
