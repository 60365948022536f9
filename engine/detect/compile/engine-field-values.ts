/* Values of the fields that the engine computes itself, for one event. Formats are Falco's. */

import { toByteString } from '../../base/text.ts';
import type { Value } from '../../event/column/cell-values.ts';
import type { EngineFieldName } from '../../event/field/engine-fields.ts';

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

type FieldValue = (event: EventContext, source: SourceContext) => Value | undefined;

const VALUES: Readonly<Record<EngineFieldName, FieldValue>> = {
  'evt.num': ({ number }) => BigInt(number),
  'evt.time': ({ time }) => formatLocal(time, 'time', true),
  'evt.time.s': ({ time }) => formatLocal(time, 'time', false),
  'evt.time.iso8601': ({ time }) => formatIso8601(time),
  'evt.datetime': ({ time }) => formatLocal(time, 'datetime', true),
  'evt.datetime.s': ({ time }) => formatLocal(time, 'datetime', false),
  'evt.rawtime': ({ time }) => time,
  'evt.rawtime.s': ({ time }) => time / SECOND,
  'evt.rawtime.ns': ({ time }) => time % SECOND,
  'evt.reltime': relativeTime,
  'evt.reltime.s': (event) => relativeTime(event) / SECOND,
  'evt.reltime.ns': (event) => relativeTime(event) % SECOND,
  'evt.pluginname': (_, { pluginName }) => pluginName,
  'evt.plugininfo': ({ data }) => eventSummary(data),
  'evt.source': (_, { source }) => source,
  'evt.is_async': () => 0n,
  'evt.asynctype': () => undefined,
  'evt.hostname': (_, { hostname }) => toByteString(hostname),
};
const STATIC = 'static.';

/** `undefined`: absent, or not a field of the engine. */
export function engineFieldValue(
  name: string,
  event: EventContext,
  source: SourceContext,
): Value | undefined {
  if (Object.hasOwn(VALUES, name)) return VALUES[name as EngineFieldName](event, source);
  const key = name.startsWith(STATIC) ? name.slice(STATIC.length) : undefined;
  const constant = key === undefined ? undefined : source.staticFields[key];
  return constant === undefined ? undefined : toByteString(constant);
}

/** Falco keeps it unsigned: before the first event it wraps. */
function relativeTime({ time, firstTime }: EventContext): bigint {
  return BigInt.asUintN(64, time - firstTime);
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
