/* Falco's metrics snapshots: numbers of a run, every so often, as fields of an alert. */

import { VERSION } from '#generated/build-info';
import type { Alert } from '../detect/alert/alert.ts';
import { type AlertChannel, type AlertShape, takesRule } from '../detect/alert/alert-channel.ts';
import type { ServiceStatus } from './health.ts';

export interface Snapshot {
  /** Milliseconds since 1970: when it was taken, and when the run began. */
  readonly nowMs: number;
  readonly startedMs: number;
  /** Milliseconds since the one before, and the events that were read by then. */
  readonly sinceMs: number;
  readonly eventsBefore: number;
  readonly hostname: string;
}

/** Falco's, which it fires itself. */
const RULE = {
  name: 'Falco internal: metrics snapshot',
  priority: 'Informational',
  source: 'internal',
  tags: [],
} as const;
const MESSAGE = 'Falco metrics snapshot';

export type SnapshotFields = Readonly<Record<string, string | number>>;

/** By Falco's names, and beside them what it does not have. */
export function snapshotFields(status: ServiceStatus, snapshot: Snapshot): SnapshotFields {
  const { engine, outputs } = status;
  const { nowMs, startedMs, sinceMs, eventsBefore, hostname } = snapshot;
  const events = eventsOf(status);
  const rules = (engine?.rules ?? []).filter(({ alerts }) => alerts > 0);
  const { user, system } = process.cpuUsage();
  return {
    'evt.hostname': hostname,
    'evt.source': RULE.source,
    'falco.version': VERSION,
    'falco.start_ts': startedMs * 1_000_000,
    'falco.duration_sec': Math.floor((nowMs - startedMs) / 1_000),
    'falco.num_evts': events,
    'falco.evts_rate_sec': sinceMs > 0 ? round((1_000 * (events - eventsBefore)) / sinceMs) : 0,
    'falco.outputs_queue_num_drops': outputs.reduce(
      (sum, { counts }) => sum + counts.undelivered,
      0,
    ),
    'falco.memory_rss': process.memoryUsage.rss(),
    'falco.cpu_usage_perc': round((user + system) / 10 / Math.max(1, nowMs - startedMs)),
    'falco.rules.matches_total': rules.reduce((sum, { alerts }) => sum + alerts, 0),
    ...Object.fromEntries(
      rules.map(({ name, alerts }) => [`falco.rules.${name.replaceAll(' ', '_')}`, alerts]),
    ),
    ...Object.fromEntries(
      outputs.flatMap(({ id, counts }) =>
        Object.entries(counts).map(([name, count]) => [`tiercel.outputs.${id}.${name}`, count]),
      ),
    ),
  };
}

export function eventsOf({ engine }: ServiceStatus): number {
  return engine?.streams.reduce((sum, { events }) => sum + events, 0) ?? 0;
}

/** For outputs of text and JSON; the other formats are about events. */
export function snapshotAlert(
  fields: SnapshotFields,
  { nowMs, hostname }: Snapshot,
  forms: { readonly shape: AlertShape; readonly channels: readonly AlertChannel[] },
): Alert {
  const time = new Date(nowMs).toISOString().replace('Z', '000000Z');
  const full = `${time}: ${RULE.priority} ${MESSAGE}`;
  const json = JSON.stringify({
    hostname,
    output: full,
    output_fields: { ...fields, 'evt.time': nowMs * 1_000_000 },
    priority: RULE.priority,
    rule: RULE.name,
    source: RULE.source,
    tags: RULE.tags,
    time,
  });
  const pairs = Object.entries(fields).map(([key, value]) => `${key}=${value}`);
  const text = `${full} (${pairs.join(' ')})`;
  const channels = forms.channels.map((channel) => {
    const { kind } = channel.shape ?? forms.shape;
    if (!takesRule(channel, RULE)) return false;
    return kind === 'json' ? json : kind === 'text' && text;
  });
  const { name: rule, priority, source } = RULE;
  const line = forms.shape.kind === 'text' ? text : json;
  return {
    rule,
    priority,
    source,
    eventNumber: 0,
    time: BigInt(nowMs) * 1_000_000n,
    line,
    channels,
  };
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
