import { describe, expect, it } from 'vitest';
import type { Field } from '../../../../engine/event/field/field.ts';
import { Extractor } from '../../../../engine/run/evaluate/extractor.ts';
import { plainExtractor } from '../../../support/plain-extractor.ts';

const field: Field = {
  name: 'a.v',
  type: 'string',
  isList: false,
  argument: { kind: 'none', required: false },
  description: 'd',
  properties: {},
  provider: { kind: 'plugin', pluginName: 'a', fieldIndex: 0 },
};
const NONE = { requests: [], firstSlot: 0, pluginName: 'a' };

/** Calls of so many milliseconds and events, with a pause after each; the number of those that went well. */
function callsUntilSlow(callMs: number, eventCount: number, pauseMs = 0): number {
  let now = 0;
  const instance = plainExtractor('a', 'a', { onConditions: new Set(), onOutputs: new Set() });
  const extractor = new Extractor({
    name: 'a',
    requests: {
      conditions: { requests: [{ field, argument: undefined }], firstSlot: 0, pluginName: 'a' },
      outputs: NONE,
      rest: NONE,
    },
    instantiate: () => instance,
    guard: (_plan, call) => {
      now += callMs;
      return call();
    },
    clock: { nowMs: () => now, monotonicMs: () => now },
    lostTime: { lostMsMax: 9_000, refillMs: 60_000 },
  });
  extractor.restart();
  now = 0;
  const data = Buffer.from('{"a":"x"}');
  const spans = new Uint32Array(2 * eventCount).map((_, at) => (at % 2) * data.length);
  const events = { data, spans, times: new BigUint64Array(eventCount) };
  for (let count = 0; count < CALLS_MAX; count++) {
    try {
      extractor.extractInto([], 'conditions', events);
    } catch (error) {
      expect(error).toMatchObject({ kind: 'slow', pluginName: 'a' });
      return count;
    }
    now += pauseMs;
  }
  return CALLS_MAX;
}

const CALLS_MAX = 200;

describe('an extractor whose calls come back in time', () => {
  const rows: [callMs: number, events: number, pauseMs: number, calls: number][] = [
    // Two milliseconds an event, and twenty a call, are its share.
    [4_000, 2_000, 0, CALLS_MAX],
    [20, 1, 0, CALLS_MAX],
    [4_900, 1, 0, 1],
    [4_900, 100, 0, 2],
    [4_900, 1, 40_000, CALLS_MAX],
    [200, 1, 0, 60],
    // A process that was suspended.
    [3_600_000, 1, 3_600_000, CALLS_MAX],
  ];
  it.each(rows)(
    'of %i ms for %i events, every %i ms: %i of them',
    (callMs, events, pauseMs, calls) => {
      expect(callsUntilSlow(callMs, events, pauseMs)).toBe(calls);
    },
  );
});

it('an extractor is asked for values that are printed, or hardly repeat, without interning them', () => {
  const asked: Record<number, boolean[]> = {};
  const unique: Field = { ...field, name: 'a.id', properties: { isUnique: true } };
  const instance = plainExtractor('a', 'a', { onConditions: new Set(), onOutputs: new Set() });
  const request = (of: Field) => ({ field: of, argument: undefined });
  const extractor = new Extractor({
    name: 'a',
    requests: {
      conditions: { requests: [request(field), request(unique)], firstSlot: 0, pluginName: 'a' },
      outputs: { requests: [request(field)], firstSlot: 0, pluginName: 'a' },
      rest: NONE,
    },
    instantiate: () => ({
      ...instance,
      configure: (plan, requests) => {
        asked[plan] = requests.map(({ isOpaque }) => isOpaque);
      },
    }),
    guard: (_plan, call) => call(),
    clock: { nowMs: () => 0, monotonicMs: () => 0 },
    lostTime: { lostMsMax: 9_000, refillMs: 60_000 },
  });
  extractor.restart();
  expect(asked[0]).toEqual([false, true]);
  expect(asked[1]).toEqual([true]);
});
