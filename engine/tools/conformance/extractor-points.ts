/* Points about an extractor: each answers what was tried, or throws. */

import { countOf } from '../../base/quantity.ts';
import type { ExtractionRequest } from '../../plugin/abi/plugin-instance.ts';
import type { ManifestField } from '../../plugin/file/manifest.ts';
import { ValueReader } from './column-values.ts';
import { type HostileEvent, hostileEvents } from './hostile-events.ts';
import { batchOf, describeFault, PointFailed, PointSkipped, type Trial } from './trial.ts';

const PLANS = 4;
const EVENTS_COMPARED = 500;
const BATCH_SIZE = 256;
/** Arguments of each kind, when the plugin names no better ones. */
const KEYS = ['a', 'user', 'x'.repeat(300), ''];
const POINTERS = ['/a', '/a/0/b', ''];
const INDEXES = ['0', '1', '4294967295'];
/** Events that memory is watched over, and how much it may grow in the second half. */
const MEMORY_EVENTS = 40_000;
/** Where it grew, so many times as many, up to a number. */
const MORE_EVENTS = 6;
const MEMORY_EVENTS_MAX = 1_440_000;
/** Bytes behind the events of a batch then, which nobody reads: a collector sees reason to collect soon. */
const MEMORY_FILLING = 512 << 10;
const GROWTH_MAX = 256 << 10;

interface Wanted {
  readonly field: ManifestField;
  readonly request: ExtractionRequest;
}

export function tryConfigure(trial: Trial): string {
  const all = wantedOf(trial);
  const { extractor } = trial.extractor();
  for (const one of all)
    attempt(trial, 'configure', describe(one), () => extractor.configure(0, [one.request]));
  for (let plan = 0; plan < PLANS; plan++) {
    const requests = all.map(({ request }) => request);
    attempt(trial, 'configure', `all fields under plan ${plan}`, () =>
      extractor.configure(plan, requests),
    );
  }
  return `${countOf(fieldsOf(trial).length, 'field')}, ${countOf(all.length, 'request')}, ${PLANS} plans`;
}

export function tryValues(trial: Trial): string {
  const { events } = trial;
  const all = wantedOf(trial);
  const absent: string[] = [];
  for (const one of all) {
    const values = extractAll(trial, [one], events.slice(0, EVENTS_COMPARED));
    if (values.every((value) => value === undefined)) absent.push(one.field.name);
  }
  const names = [...new Set(absent)].filter((name) => {
    const requests = all.filter(({ field }) => field.name === name).length;
    return absent.filter((other) => other === name).length === requests;
  });
  const plain = names.filter((name) =>
    all.some(({ field, request }) => field.name === name && request.argument === undefined),
  );
  const count = countOf(Math.min(events.length, EVENTS_COMPARED), 'event');
  return plain.length === 0
    ? count
    : `${count}; without a value in any of them: ${plain.join(', ')}`;
}

export function tryDeterminism(trial: Trial): string {
  const events = trial.events.slice(0, EVENTS_COMPARED);
  const all = wantedOf(trial);
  const together = extractAll(trial, all, events);
  const alone = extractAll(trial, all, events, 1);
  const reversed = extractAll(trial, all, events.toReversed());
  const twice = extractAll(trial, all, [...events, ...events]);
  for (const [request, one] of all.entries()) {
    for (let event = 0; event < events.length; event++) {
      const at = request * events.length;
      const value = together[at + event];
      if (value !== alone[at + event])
        throw new PointFailed(
          `${describe(one)} of event ${event + 1} is another alone than with others`,
        );
      const again = twice[2 * at + events.length + event];
      if (value !== reversed[at + events.length - 1 - event] || value !== again)
        throw new PointFailed(
          `${describe(one)} of event ${event + 1} depends on the events before it`,
        );
    }
  }
  return `${countOf(events.length, 'event')} together, alone, twice, and in the opposite order`;
}

export function tryPlans(trial: Trial): string {
  const events = trial.events.slice(0, 50);
  const all = wantedOf(trial);
  const half = all.filter((_, index) => index % 2 === 0);
  const { extractor } = trial.extractor();
  const readers = [all, half].map((wanted, plan) => {
    const reader = new ValueReader(
      extractor,
      plan,
      wanted.map(({ field }) => field),
    );
    attempt(trial, 'configure', `plan ${plan}`, () =>
      reader.configure(wanted.map(({ request }) => request)),
    );
    return { wanted, reader };
  });
  for (let round = 0; round < 3; round++) {
    for (const [plan, { wanted, reader }] of readers.entries()) {
      const batch = batchOf(events);
      const values = attempt(trial, 'extract', `plan ${plan}`, () => reader.extract(batch)).flat();
      const expected = extractAll(trial, wanted, events);
      if (values.some((value, at) => value !== expected[at]))
        throw new PointFailed(`plan ${plan} has other values when another plan is in use`);
    }
  }
  return 'two plans in turn';
}

export function tryHostile(trial: Trial): string {
  const given = trial.plugin.manifest.source === undefined ? trial.given.events : trial.events;
  const hostile = hostileEvents(given);
  const all = wantedOf(trial);
  let reader = readerOf(trial, all);
  for (const event of hostile) {
    try {
      trial.watch.call('extract', () => reader.extract(batchOf([event.bytes])));
    } catch (error) {
      throw new PointFailed(blame(trial, all, event, describeFault(error)));
    }
  }
  const events = given.slice(0, 50);
  if (events.length > 0) {
    const after = reader.extract(batchOf(events)).flat();
    reader = readerOf(trial, all);
    const before = reader.extract(batchOf(events)).flat();
    if (after.some((value, at) => value !== before[at]))
      throw new PointFailed('ordinary events have other values after the hostile ones');
  }
  return `${hostile.length} hostile events, then ordinary ones`;
}

/**
 * Memory that is linear never shrinks, and a runtime with a garbage collector lets it grow for a while: what counts is
 * whether it goes on. A leak grows as much with every event.
 */
export function tryMemory(trial: Trial): string {
  const { extractor, instance } = trial.extractor();
  const requests = wantedOf(trial).map(({ request }) => request);
  attempt(trial, 'configure', 'all fields', () => extractor.configure(0, requests));
  let count = 0;
  const extractUpTo = (end: number, filling: number): void => {
    for (; count < end; count += BATCH_SIZE) {
      const batch = batchFrom(trial, count, filling);
      const size = `${(instance.memorySize / (1 << 20)).toFixed(1)} MiB`;
      const what = `event ${count + 1}, at ${size} of memory`;
      attempt(trial, 'extract', what, () => extractor.extract(0, batch));
    }
    trial.noteMemory(instance.memorySize);
  };
  const first = instance.memorySize;
  for (let half = MEMORY_EVENTS / 2; ; half *= MORE_EVENTS) {
    const filling = 2 * half > MEMORY_EVENTS ? MEMORY_FILLING : 0;
    extractUpTo(half, filling);
    const atHalf = instance.memorySize;
    extractUpTo(2 * half, filling);
    const growth = instance.memorySize - atHalf;
    if (growth <= Math.max(GROWTH_MAX, (atHalf - first) / 4))
      return `${countOf(count, 'event')}, ${(instance.memorySize / (1 << 20)).toFixed(1)} MiB`;
    if (count >= MEMORY_EVENTS_MAX)
      throw new PointFailed(
        `it grew by ${growth} bytes over ${half} events that were there before`,
      );
  }
}

function batchFrom({ events }: Trial, start: number, filling: number): ReturnType<typeof batchOf> {
  const some = Array.from(
    { length: BATCH_SIZE },
    (_, at) => events[(start + at) % events.length] ?? new Uint8Array(),
  );
  const batch = batchOf(some);
  const data = new Uint8Array(batch.data.length + filling);
  data.set(batch.data);
  return { ...batch, data };
}

function fieldsOf({ plugin }: Trial): readonly ManifestField[] {
  return plugin.manifest.extractor?.fields ?? [];
}

/** Every field, those that take an argument with several. Throws `PointSkipped` if there are none. */
export function wantedOf(trial: Trial): Wanted[] {
  if (trial.plugin.manifest.extractor === undefined)
    throw new PointSkipped('it extracts no fields');
  return fieldsOf(trial).flatMap((field, fieldIndex) => {
    const { kind, required, format } = field.argument;
    const keys = format === 'json-pointer' ? POINTERS : KEYS;
    const some = kind === 'none' ? [] : kind === 'index' ? INDEXES : keys;
    const texts: (string | undefined)[] = required ? some : [undefined, ...some];
    return texts.map((argument) => ({ field, request: { fieldIndex, argument, isOpaque: false } }));
  });
}

function readerOf(trial: Trial, wanted: readonly Wanted[]): ValueReader {
  const { extractor } = trial.extractor();
  const reader = new ValueReader(
    extractor,
    0,
    wanted.map(({ field }) => field),
  );
  const what = wanted.length === 1 && wanted[0] !== undefined ? describe(wanted[0]) : 'all fields';
  attempt(trial, 'configure', what, () => reader.configure(wanted.map(({ request }) => request)));
  return reader;
}

/** By request, then by event. */
export function extractAll(
  trial: Trial,
  wanted: readonly Wanted[],
  events: readonly Uint8Array[],
  batchSize = BATCH_SIZE,
): (string | undefined)[] {
  const reader = readerOf(trial, wanted);
  const columns: (string | undefined)[][] = wanted.map(() => []);
  const what = wanted.length === 1 && wanted[0] !== undefined ? describe(wanted[0]) : 'all fields';
  for (let at = 0; at < events.length; at += batchSize) {
    const batch = batchOf(events.slice(at, at + batchSize));
    const values = attempt(trial, 'extract', what, () => reader.extract(batch));
    for (const [request, column] of columns.entries()) column.push(...(values[request] ?? []));
  }
  return columns.flat();
}

function attempt<T>(trial: Trial, call: 'configure' | 'extract', what: string, run: () => T): T {
  try {
    return trial.watch.call(call, run);
  } catch (error) {
    throw new PointFailed(`${what}: ${describeFault(error)}`);
  }
}

/** The field that cannot take the event, where one of them alone cannot either. */
function blame(
  trial: Trial,
  wanted: readonly Wanted[],
  { name, bytes }: HostileEvent,
  said: string,
): string {
  for (const one of wanted) {
    try {
      readerOf(trial, [one]).extract(batchOf([bytes]));
    } catch (error) {
      return `${describe(one)}, ${name}: ${describeFault(error)}`;
    }
  }
  return `all fields, ${name}: ${said}`;
}

function describe({ field, request }: Wanted): string {
  const { argument } = request;
  if (argument === undefined) return `field \`${field.name}\``;
  const shown = argument.length > 20 ? `${argument.slice(0, 20)}…` : argument;
  return `field \`${field.name}[${shown}]\``;
}
