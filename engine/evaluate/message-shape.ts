/* The messages of `evaluation-protocol.ts` that an evaluation process may send. */

import { printable } from '../base/printable.ts';
import { isPluginLog, isRunFault } from '../stream/message-shape.ts';
import type { NumberedBatch } from '../stream/stream-protocol.ts';
import { isCount, isKind, isListOf, isMapOf, isRecord, isText } from '../supervise/shape.ts';
import type { SentResult } from './evaluation-protocol.ts';
import { isPackedAlerts } from './packed-alerts.ts';

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
  alerts: isPackedAlerts(isLine),
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
  { partial, alerts, faults }: SentResult,
  { firstEventNumber, eventCount }: NumberedBatch,
): boolean {
  const end = firstEventNumber + eventCount;
  const isIn = (first: number, count: number): boolean =>
    first >= firstEventNumber && first + count <= end;
  return (
    partial.every((part) => isIn(part.firstEventNumber, part.eventCount)) &&
    alerts.eventNumbers.every((number) => isIn(number, 1)) &&
    faults.every((fault) => fault.eventNumber === undefined || isIn(fault.eventNumber, 1))
  );
}
