import type { Alert } from '../../engine/detect/alert/alert.ts';

/** Alerts whose lines are numbers, from `from` on. */
export function someAlerts(from: number, count = 1): Alert[] {
  return Array.from({ length: count }, (_, index) => ({
    rule: 'r',
    priority: 'Error' as const,
    source: 's',
    eventNumber: from + index,
    time: 1_767_225_600_123_456_789n,
    line: String(from + index),
  }));
}
