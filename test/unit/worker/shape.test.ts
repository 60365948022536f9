/* What a process may say: everything that our code says passes, and nothing that is a little different does harm. */

import { describe, expect, it } from 'vitest';
import { isSourceMessage } from '../../../engine/run/stream/message-shape.ts';
import type { Shape } from '../../../engine/worker/shape.ts';
import { batch, fuzzProcessMessages, log, notes, state } from '../../fuzz/process-messages.ts';
import { Random } from '../../fuzz/random.ts';

const SEED = Number(process.env.TEST_SEED ?? 20_261_130);

const fault = { plugin: 'p', kind: 'trap', message: 'm', eventNumber: 7 };

const rows: [name: string, shape: Shape, message: object][] = [
  ['a batch', isSourceMessage, { kind: 'batch', batch, state, finishedRun: 0, notes: undefined }],
  [
    'a run that is over',
    isSourceMessage,
    { kind: 'finished', run: 3, unreadable: [{ run: 2, reason: 'no' }] },
  ],
  ['a request', isSourceMessage, { kind: 'store', request: { kind: 'read', object: 1, pane: 1 } }],
  ['a pause', isSourceMessage, { kind: 'wake', id: 1, milliseconds: 50 }],
  ['a failure', isSourceMessage, { kind: 'failed', fault }],
  ['notes', isSourceMessage, { kind: 'notes', notes }],
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
      for (const wrong of [null, -1, 1.5, Symbol.iterator, { length: 9 }]) {
        expect(shape(changed(message, place, wrong)), place.join('.')).toBe(false);
      }
    }
  });

  it('does not when a list has holes, or is longer than it may be', () => {
    const problems: unknown[] = [];
    problems.length = 1;
    expect(isSourceMessage({ kind: 'notes', notes: { ...notes, problems } })).toBe(false);
    // Looked at entry by entry this would take a minute.
    problems.length = 2 ** 32 - 1;
    expect(isSourceMessage({ kind: 'notes', notes: { ...notes, problems } })).toBe(false);
    const lines = Array.from({ length: 1_001 }, () => log.lines[0]);
    const long = { ...notes, log: { ...log, lines } };
    expect(isSourceMessage({ kind: 'notes', notes: long })).toBe(false);
  });

  it('does not when a text is longer than our code makes it', () => {
    const fault = { plugin: 'p', kind: 'trap', message: 'm'.repeat(2_000), eventNumber: 7 };
    expect(isSourceMessage({ kind: 'failed', fault })).toBe(false);
  });

  it(`is let through or ends the process, whatever it is (seed ${SEED})`, () => {
    const fuzz = fuzzProcessMessages();
    for (let run = 0; run < 3_000; run++) fuzz(new Random(SEED + run));
  });
});
