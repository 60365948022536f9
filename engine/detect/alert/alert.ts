import type { Priority } from '../../base/priority.ts';
import type { AlertShape } from './alert-channel.ts';

/** What comes of one rule and one event. The line is final: outputs only write it. */
export interface Alert {
  readonly rule: string;
  readonly priority: Priority;
  readonly source: string;
  /** 1-based number of the event in its stream (`evt.num`). */
  readonly eventNumber: number;
  /** Time of the event, in nanoseconds since 1970 (`evt.time`). */
  readonly time: bigint;
  /** One line, text or JSON as configured, without the line end. */
  readonly line: string;
  /**
   * For outputs that want another form, or not all alerts, by channel (`Config.alertChannels`): the line there;
   * `true`: as `line`; `false`: it is not for them. Without any when there are no channels.
   */
  readonly channels?: readonly (string | boolean)[];
}

/** How alerts are written; the keys of Falco's configuration in camel case, with Falco's defaults. */
export interface AlertFormat {
  readonly jsonOutput: boolean;
  /** Format of `line`, where all outputs want the same one; `undefined`: text or JSON, depending on `jsonOutput`. */
  readonly shape?: AlertShape | undefined;
  readonly jsonIncludeOutputProperty: boolean;
  readonly jsonIncludeMessageProperty: boolean;
  readonly jsonIncludeOutputFieldsProperty: boolean;
  readonly jsonIncludeTagsProperty: boolean;
  /** Ours; Falco's alerts have no such key. */
  readonly jsonIncludeUuid: boolean;
  readonly timeFormatIso8601: boolean;
  /** Value of the alert's `hostname` key. */
  readonly hostname: string;
}

/** Characters of their lines, in all their forms. */
export function sizeOfAlerts(alerts: readonly Alert[]): number {
  let size = 0;
  for (const { line, channels } of alerts) {
    size += line.length;
    for (const one of channels ?? []) if (typeof one === 'string') size += one.length;
  }
  return size;
}

/** Alerts as an output of that channel gets them; `undefined`: all, as they are. */
export function selectAlerts(
  alerts: readonly Alert[],
  channel: number | undefined,
): readonly Alert[] {
  if (channel === undefined) return alerts;
  return alerts.flatMap((alert) => {
    // One that was not made by a rule is for all outputs.
    const wanted = alert.channels?.[channel] ?? true;
    if (typeof wanted === 'string') return [{ ...alert, line: wanted }];
    return wanted ? [alert] : [];
  });
}
