/*
 * The alerts of a batch on their way out of a worker: what the main thread knows of a rule is not sent with each of its
 * alerts. Half of what handing over a result costs are names that repeat.
 */

import type { Alert } from '../../detect/alert/alert.ts';

export interface PackedAlerts {
  /** By alert: position of its rule in the stream's. */
  readonly rules: Uint32Array;
  readonly eventNumbers: Float64Array;
  readonly times: BigUint64Array;
  readonly lines: readonly string[];
  /** `undefined`: there are no channels. */
  readonly channels: readonly (readonly (string | boolean)[])[] | undefined;
}

/** What is the same in all alerts of a rule. */
export type KnownOfRule = Pick<Alert, 'rule' | 'priority' | 'source'>;

/** `positionOf`: of a rule by its name. */
export function packAlerts(
  alerts: readonly Alert[],
  positionOf: ReadonlyMap<string, number>,
): PackedAlerts {
  const count = alerts.length;
  const rules = new Uint32Array(count);
  const eventNumbers = new Float64Array(count);
  const times = new BigUint64Array(count);
  const lines = new Array<string>(count);
  for (let index = 0; index < count; index++) {
    const alert = alerts[index]!;
    rules[index] = positionOf.get(alert.rule) ?? 0;
    eventNumbers[index] = alert.eventNumber;
    times[index] = alert.time;
    lines[index] = alert.line;
  }
  const hasChannels = alerts[0]?.channels !== undefined;
  const channels = hasChannels ? alerts.map((alert) => alert.channels ?? []) : undefined;
  return { rules, eventNumbers, times, lines, channels };
}

/** `undefined`: the parts do not fit together, or name an unknown rule. */
export function unpackAlerts(
  { rules, eventNumbers, times, lines, channels }: PackedAlerts,
  known: readonly KnownOfRule[],
): Alert[] | undefined {
  const count = lines.length;
  const isWhole =
    rules.length === count &&
    eventNumbers.length === count &&
    times.length === count &&
    (channels === undefined || channels.length === count);
  if (!isWhole) return undefined;
  const alerts = new Array<Alert>(count);
  for (let index = 0; index < count; index++) {
    const of = known[rules[index]!];
    if (of === undefined || !Number.isSafeInteger(eventNumbers[index])) return undefined;
    const { rule, priority, source } = of;
    const [eventNumber, time, line] = [eventNumbers[index]!, times[index]!, lines[index]!];
    const own = channels?.[index];
    const alert = { rule, priority, source, eventNumber, time, line };
    alerts[index] = own === undefined ? alert : { ...alert, channels: own };
  }
  return alerts;
}
