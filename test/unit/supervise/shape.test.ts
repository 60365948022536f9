/* What a process may say: everything that our code says passes, and nothing that is a little different does harm. */

import { describe, expect, it } from 'vitest';
import { isEvaluationMessage, isResultOf } from '../../../engine/evaluate/message-shape.ts';
import { isSourceMessage } from '../../../engine/stream/message-shape.ts';
import type { Shape } from '../../../engine/supervise/shape.ts';

const log = {
  lines: [{ plugin: 'p', level: 'notice', message: 'm' }],
  unlisted: new Map([['p', 1]]),
};
const fault = { plugin: 'p', kind: 'trap', message: 'm', eventNumber: 7 };
const alerts = {
  rules: Uint32Array.of(0),
  eventNumbers: Float64Array.of(7),
  times: BigUint64Array.of(1n),
  lines: ['r'],
  channels: [[true, 'other']],
};
const partial = { firstEventNumber: 7, eventCount: 2, plugins: ['p'], rulesNotEvaluated: ['r'] };
const costs = {
  plugins: new Map([['p', 1]]),
  rules: new Map([['r', 1]]),
  conditionsMs: 1,
  alertsMs: 0.5,
};
const result = {
  alerts,
  partial: [partial],
  faults: [fault],
  quarantined: ['p'],
  log,
  costs,
};
const batch = {
  slot: 3,
  eventCount: 2,
  dataSize: 100,
  ownData: undefined,
  firstEventNumber: 7,
  firstTime: 1n,
};
const state = {
  position: Uint8Array.of(1),
  run: 0,
  events: 8,
  bytes: 100,
  eventsWithoutTime: 0,
  firstTime: 1n,
  latestTime: 1n,
};

const rows: [name: string, shape: Shape, message: object][] = [
  ['a batch', isSourceMessage, { kind: 'batch', batch, state, finishedRun: 0, notes: undefined }],
  ['a run that is over', isSourceMessage, { kind: 'finished', run: 3 }],
  ['a request', isSourceMessage, { kind: 'store', request: { kind: 'read', object: 1, pane: 1 } }],
  ['a pause', isSourceMessage, { kind: 'wake', id: 1, milliseconds: 50 }],
  ['a failure', isSourceMessage, { kind: 'failed', fault }],
  ['a result', isEvaluationMessage, { kind: 'result', result }],
  ['a start', isEvaluationMessage, { kind: 'started', faults: [], quarantined: [], log }],
];

/** Every place in a message, as the keys that lead to it. */
function placesOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null || value instanceof Map) return [path];
  if (ArrayBuffer.isView(value)) return [path];
  return [path, ...Object.entries(value).flatMap(([key, one]) => placesOf(one, [...path, key]))];
}

function changed(value: unknown, [key, ...rest]: readonly string[], into: unknown): unknown {
  if (key === undefined) return into;
  const copy: Record<string, unknown> = Array.isArray(value)
    ? ([...value] as unknown as Record<string, unknown>)
    : { ...(value as Record<string, unknown>) };
  copy[key] = changed(copy[key], rest, into);
  return copy;
}

describe('a message of a process', () => {
  it.each(rows)('passes: %s', (_, shape, message) => {
    expect(shape(message)).toBe(true);
  });

  it.each(rows)('does not when a part of it is something else: %s', (_, shape, message) => {
    const places = placesOf(message);
    for (const place of places) {
      // Of times any part of a millisecond is one.
      const fractions = place.includes('costs') ? [] : [1.5];
      for (const wrong of [null, -1, ...fractions, Symbol.iterator, { length: 9 }]) {
        expect(shape(changed(message, place, wrong)), place.join('.')).toBe(false);
      }
    }
  });

  it('does not when a line of an alert drives a terminal', () => {
    const wrong = { ...result, alerts: { ...alerts, lines: ['r\u001b[2J'] } };
    expect(isEvaluationMessage({ kind: 'result', result: wrong })).toBe(false);
  });

  it('is about the events that were given', () => {
    const given = { ...batch };
    expect(isResultOf(result as never, given)).toBe(true);
    const others = [
      { ...result, partial: [{ ...partial, eventCount: 3 }] },
      { ...result, alerts: { ...alerts, eventNumbers: Float64Array.of(9) } },
      { ...result, faults: [{ ...fault, eventNumber: 6 }] },
    ];
    for (const other of others) expect(isResultOf(other as never, given)).toBe(false);
  });
});
