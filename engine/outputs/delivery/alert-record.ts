/* An alert as one line of JSON, in spools and among dead letters, and back. */

import { PRIORITIES } from '../../base/priority.ts';
import type { Alert } from '../../detect/alert/alert.ts';

/** Lines for other outputs are left out. */
export function printAlert({ rule, priority, source, eventNumber, time, line }: Alert): string {
  return JSON.stringify({ rule, priority, source, eventNumber, line, time: String(time) });
}

/** `undefined`: nothing that `printAlert` wrote. */
export function parseAlert(line: string): Alert | undefined {
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof read !== 'object' || read === null) return undefined;
  const { rule, priority, source, eventNumber, time, line: text } = read as Record<string, unknown>;
  const known = PRIORITIES.find((one) => one === priority);
  const isWhole =
    typeof rule === 'string' &&
    known !== undefined &&
    typeof source === 'string' &&
    typeof eventNumber === 'number' &&
    typeof time === 'string' &&
    /^-?\d{1,20}$/.test(time) &&
    typeof text === 'string';
  if (!isWhole) return undefined;
  return { rule, priority: known, source, eventNumber, time: BigInt(time), line: text };
}
