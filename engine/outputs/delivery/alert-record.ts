/* An alert as one line of JSON, in spools and among dead letters, and back. */

import * as v from 'valibot';
import { parseOwnJson } from '../../base/own-json.ts';
import { PRIORITIES } from '../../base/priority.ts';
import type { Alert } from '../../detect/alert/alert.ts';

/** Lines for other outputs are left out. */
export function printAlert({ rule, priority, source, eventNumber, time, line }: Alert): string {
  return JSON.stringify({ rule, priority, source, eventNumber, line, time: String(time) });
}

const ALERT_RECORD = v.object({
  rule: v.string(),
  priority: v.picklist(PRIORITIES),
  source: v.string(),
  eventNumber: v.number(),
  time: v.pipe(
    v.string(),
    v.regex(/^-?\d{1,20}$/),
    v.transform((digits) => BigInt(digits)),
  ),
  line: v.string(),
});

/** `undefined`: nothing that `printAlert` wrote. */
export function parseAlert(line: string): Alert | undefined {
  return parseOwnJson(ALERT_RECORD, line);
}
