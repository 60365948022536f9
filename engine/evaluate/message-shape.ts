/* The messages of `evaluation-protocol.ts` that an evaluation process may send. */

import { printable } from '../base/printable.ts';
import { PRIORITIES } from '../base/priority.ts';
import { isPluginLog, isRunFault } from '../stream/message-shape.ts';
import type { NumberedBatch } from '../stream/stream-protocol.ts';
import {
  isBigint,
  isCount,
  isKind,
  isListOf,
  isMapOf,
  isOneOf,
  isOptional,
  isRecord,
  isText,
} from '../supervise/shape.ts';
import type { JobResult } from './evaluation-protocol.ts';

/** It goes to outputs as it is. */
const isLine = (value: unknown): boolean => typeof value === 'string' && printable(value) === value;

const remarks = {
  faults: isListOf(isRunFault),
  quarantined: isListOf(isText),
  log: isPluginLog,
};

const isDuration = (value: unknown): boolean => typeof value === 'number' && value >= 0;

const isResult = isRecord({
  ...remarks,
  costs: isRecord({
    plugins: isMapOf(isText, isDuration),
    rules: isMapOf(isText, isDuration),
    conditionsMs: isDuration,
    alertsMs: isDuration,
  }),
  alerts: isListOf(
    isRecord({
      rule: isText,
      priority: isOneOf(...PRIORITIES),
      source: isText,
      eventNumber: isCount,
      time: isBigint,
      line: isLine,
      channels: isOptional(isListOf((one) => typeof one === 'boolean' || isLine(one))),
    }),
  ),
  partial: isListOf(
    isRecord({
      firstEventNumber: isCount,
      eventCount: isCount,
      plugins: isListOf(isText),
      rulesNotEvaluated: isListOf(isText),
    }),
  ),
});

export const isEvaluationMessage = isKind({
  started: isRecord(remarks),
  refused: isRecord({ plugin: isText, reason: isText }),
  result: isRecord({ result: isResult }),
});

/** Whether it is about events of the batch only. */
export function isResultOf(
  { partial, alerts, faults }: JobResult,
  { firstEventNumber, eventCount }: NumberedBatch,
): boolean {
  const end = firstEventNumber + eventCount;
  const isIn = (first: number, count: number): boolean =>
    first >= firstEventNumber && first + count <= end;
  return (
    partial.every((part) => isIn(part.firstEventNumber, part.eventCount)) &&
    alerts.every((alert) => isIn(alert.eventNumber, 1)) &&
    faults.every((fault) => fault.eventNumber === undefined || isIn(fault.eventNumber, 1))
  );
}
