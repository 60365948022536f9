/* One alert as one syslog message. */

import { hostname } from 'node:os';
import { FACILITIES, type Facility } from '../../base/facility.ts';
import { PRIORITIES } from '../../base/priority.ts';
import type { Alert } from '../../detect/alert/alert.ts';

export interface SyslogHeader {
  readonly facility: Facility;
  /** Printable ASCII without blanks, at most 48 characters. */
  readonly appName: string;
  readonly hostname: string;
  readonly processId: number;
}

/** Header of the messages of this process. */
export function syslogHeader(facility: Facility, appName: string): SyslogHeader {
  return { facility, appName, hostname: hostname(), processId: process.pid };
}

/** RFC 5424: `<12>1 2026-01-01T00:00:00.000000Z host tiercel 77 alert - text`; the time is that of the event. */
export function formatMessage(header: SyslogHeader, alert: Alert): string {
  const { appName, hostname: host, processId } = header;
  const place = `${host} ${appName} ${processId}`;
  return `<${priorityValue(header, alert)}>1 ${timestamp(alert.time)} ${place} alert - ${alert.line}`;
}

/** What a daemon on this machine reads (RFC 3164 without time and host, which it adds). */
export function formatLocalMessage(header: SyslogHeader, alert: Alert): string {
  return `<${priorityValue(header, alert)}>${alert.line}`;
}

/** Falco's priorities are syslog's severities, in the same order. */
function priorityValue({ facility }: SyslogHeader, { priority }: Alert): number {
  return 8 * FACILITIES.indexOf(facility) + PRIORITIES.indexOf(priority);
}

/** `2026-01-01T00:00:00.123456Z`: six digits are what RFC 5424 has room for. */
function timestamp(time: bigint): string {
  const milliseconds = Number(time / 1_000_000n);
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9_999 || time < 0n) return '-';
  const microseconds = String((time / 1_000n) % 1_000_000n).padStart(6, '0');
  return `${date.toISOString().slice(0, 19)}.${microseconds}Z`;
}
