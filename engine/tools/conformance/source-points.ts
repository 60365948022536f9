/* Points about a source: each answers what was tried, or throws. */

import { countOf } from '../../base/quantity.ts';
import { mutate } from './hostile-events.ts';
import { asLine, messagesOf, type SampleQueue } from './sample-queue.ts';
import type { SampleFile } from './sample-store.ts';
import { seededRandom } from './seeded-random.ts';
import {
  describeFault,
  type GivenEvents,
  PointFailed,
  PointSkipped,
  type ReadHabits,
  type Trial,
} from './trial.ts';

const POSITIONS_TRIED = 100;
const MESSAGES_TRIED = 100;
const SEED = 1;
const MUTATED_COPIES = 50;
/** Bytes of a valid position that are changed in turn. */
const POSITION_BYTES_TRIED = 24;
const POSITION_SIZE_MAX = 64 << 10;

export function tryEvents(trial: Trial): string {
  needSource(trial);
  const { events, problems } = trial.given;
  if (events.length === 0)
    throw new PointFailed('it gives no event; name a location with `--open`');
  const lost = problems.filter(({ severity }) => severity === 'lost').length;
  const also = lost === 0 ? '' : `, and reports ${lost} that it cannot read`;
  const from = trial.hasQueue ? 'messages in ' : '';
  return `${countOf(events.length, 'event')} of ${from}${countOf(trial.files.length, 'file')}${also}`;
}

export function tryLimits(trial: Trial): string {
  needSource(trial);
  for (const eventsMax of [1, 7]) compare(trial, { eventsMax }, `${eventsMax} a batch`);
  compare(trial, { bytesMax: 1 }, 'one byte a batch');
  return 'at most 1 and 7 events, and as little as one event for one byte';
}

export function tryDeterminism(trial: Trial): string {
  needSource(trial);
  compare(trial, {}, 'once more');
  for (const pieceSize of [1, 3, 1000]) {
    const files = shortened(trial, pieceSize * 20_000);
    const expected = trial.read({ files });
    compare(trial, { files, pieceSize }, `from reads of ${pieceSize} bytes`, expected);
  }
  return 'read twice, and in pieces of 1, 3 and 1,000 bytes';
}

export function tryWaiting(trial: Trial): string {
  needSource(trial);
  const files = shortened(trial, 200_000);
  const expected = trial.read({ files });
  for (const waitsEvery of [2, 3]) {
    const habits = { files, waitsEvery, pieceSize: 7 };
    compare(trial, habits, `when every call but ${waitsEvery - 1} has nothing for now`, expected);
  }
  return 'with nothing for now at every second and every third read';
}

export function tryResume(trial: Trial): string {
  needSource(trial);
  const { events, positions } = trial.read({ eventsMax: 1 });
  if (positions.length === 0) throw new PointSkipped('there are no events');
  const long = positions.find(({ position }) => position.length > POSITION_SIZE_MAX);
  if (long !== undefined)
    throw new PointFailed(`a position has ${long.position.length} bytes, of ${POSITION_SIZE_MAX}`);
  const step = Math.max(1, Math.ceil(positions.length / POSITIONS_TRIED));
  const tried = positions.filter(
    (_, index) => index % step === 0 || index === positions.length - 1,
  );
  for (const { count, position } of tried) {
    const rest = { ...trial.given, events: events.slice(count), times: undefined };
    compare(trial, { from: position }, `after event ${count}`, rest);
  }
  return `${tried.length} of ${positions.length} positions, each in an instance of its own`;
}

export function tryPosition(trial: Trial): string {
  needSource(trial);
  const { positions } = trial.given;
  const sound = positions.at(-1)?.position ?? new Uint8Array();
  const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));
  const none = [text(''), text('nonsense'), new Uint8Array(POSITION_SIZE_MAX).fill(0xff)];
  for (const position of none) {
    const { source } = trial.openSource();
    const shown = JSON.stringify(Buffer.from(position.subarray(0, 20)).toString('latin1'));
    try {
      trial.watch.call('resume', () => source.resume(position));
    } catch (error) {
      const said = describeFault(error);
      if (said.startsWith('it answers: ') || isOfPosition(error)) continue;
      throw new PointFailed(`for the position ${shown}: ${said}`);
    }
    throw new PointFailed(`it resumes from ${shown}, which is not a valid position`);
  }
  // One that was cut or changed may be another one; it only must not fall over.
  for (let size = 0; size < Math.min(sound.length, POSITION_BYTES_TRIED); size++) {
    const changed = Uint8Array.from(sound);
    changed[size] = (changed[size] ?? 0) ^ 0x15;
    for (const position of [sound.slice(0, size), changed]) bear(trial, { from: position });
  }
  return 'an empty one, nonsense, 64 KiB of it, and a sound one cut and changed at each of its first bytes';
}

export function tryAcknowledge(trial: Trial): string {
  needSource(trial);
  compare(trial, { isAcknowledging: true, eventsMax: 3 }, 'with acknowledgements');
  if (trial.hasQueue) return trySettling(trial);
  return 'every second position, and the last one before it is closed';
}

/** A message is done when its last event is with the outputs, and not before. */
function trySettling(trial: Trial): string {
  const messages = messagesOf(trial.files).slice(0, MESSAGES_TRIED);
  const files = messages.map((message, at) => ({ path: `${at}`, bytes: asLine(message) }));
  const counts = files.map((file) => trial.read({ files: [file] }).events.length);
  const { source, queue } = trial.openSource({ files });
  const { watch } = trial;
  const room = new Uint8Array(1 << 20);
  const total = counts.reduce((sum, count) => sum + count, 0);
  for (let given = 0; given < total; ) {
    const step = watch.call('next', () => source.next(1, 1, room));
    if (step.kind !== 'events') continue;
    given += step.batch.times.length;
    const position = watch.call('checkpoint', () => source.checkpoint());
    expectDone(counts, queue, given - step.batch.times.length);
    watch.call('acknowledge', () => source.acknowledge(position));
    expectDone(counts, queue, given);
  }
  watch.call('close', () => source.close());
  const unsettled = files.findIndex((_, at) => !queue?.done.has(at) && !queue?.retried.has(at));
  if (unsettled >= 0)
    throw new PointFailed(`message ${unsettled + 1} is neither done nor to come again`);
  return `${countOf(messages.length, 'message')}: each done when its last event was acknowledged, and not before`;
}

/** `acknowledged`: events. */
function expectDone(
  counts: readonly number[],
  queue: SampleQueue | undefined,
  acknowledged: number,
): void {
  let end = 0;
  for (const [at, count] of counts.entries()) {
    end += count;
    // A message without events has no known time to be done.
    if (count === 0 || queue?.done.has(at) === end <= acknowledged) continue;
    const what = queue?.done.has(at)
      ? 'is done before all of its events were acknowledged'
      : 'is not done, though its last event was acknowledged';
    throw new PointFailed(`message ${at + 1} ${what}`);
  }
}

export function tryDamage(trial: Trial): string {
  needSource(trial);
  const whole = shortened(trial, 20_000);
  const damaged = [...damages(whole)];
  for (const files of damaged) bear(trial, { files });
  const copies = countOf(damaged.length, 'damaged copy', 'damaged copies');
  return `${copies} of ${countOf(whole.length, 'file')}: cut, flipped, mutated, doubled, noise`;
}

export function tryFailure(trial: Trial): string {
  needSource(trial);
  const files = shortened(trial, 20_000);
  if (trial.hasQueue) return tryFailingQueue(trial, files);
  const size = Math.max(...files.map(({ bytes }) => bytes.length));
  for (const breaksAt of [0, 1, Math.floor(size / 2)]) {
    const { problems } = bear(trial, { files, breaksAt });
    if (problems !== undefined && !problems.some(({ severity }) => severity === 'lost'))
      throw new PointFailed(
        `the store broke off at byte ${breaksAt}, and it reported nothing lost`,
      );
  }
  return 'reads that fail at the first byte, the second, and in the middle';
}

/** The source ends with an error, or continues when the queue does. */
function tryFailingQueue(trial: Trial, files: readonly SampleFile[]): string {
  const count = messagesOf(files).length;
  const expected = trial.read({ files });
  for (const breaksAt of [0, 1, Math.floor(count / 2)]) {
    const { events } = bear(trial, { files, breaksAt });
    if (events !== undefined && events.length !== expected.events.length)
      throw new PointFailed(
        `the queue did not answer behind message ${breaksAt}, and events are missing`,
      );
  }
  return 'a queue that does not answer, at first, behind the first message, and in the middle';
}

function needSource({ plugin }: Trial): void {
  if (plugin.manifest.source === undefined) throw new PointSkipped('it is no source');
}

type Expected = Pick<GivenEvents, 'events'> & { readonly times?: readonly bigint[] | undefined };

function compare(
  trial: Trial,
  habits: ReadHabits,
  how: string,
  expected: Expected = trial.given,
): void {
  const found = trial.read(habits);
  const at = expected.events.findIndex((event, index) => {
    const other = found.events[index];
    return other === undefined || Buffer.compare(event, other) !== 0;
  });
  if (at >= 0) {
    const missing = at >= found.events.length ? 'missing' : 'another one';
    throw new PointFailed(`${how}: event ${at + 1} of ${expected.events.length} is ${missing}`);
  }
  if (found.events.length > expected.events.length) {
    const more = found.events.length - expected.events.length;
    throw new PointFailed(
      `${how}: it gave ${countOf(more, 'event')} more than the expected ${expected.events.length}`,
    );
  }
  const late = expected.times?.findIndex((time, index) => time !== found.times[index]) ?? -1;
  if (late >= 0) throw new PointFailed(`${how}: event ${late + 1} has another time`);
}

/** Whatever comes: an end, or an error that it answers itself. `undefined`: that. */
function bear(trial: Trial, habits: ReadHabits): Partial<GivenEvents> {
  try {
    return trial.read(habits);
  } catch (error) {
    if (error instanceof PointFailed) throw error;
    const said = describeFault(error);
    if (said.startsWith('it answers: ') || isOfPosition(error)) return {};
    throw new PointFailed(said);
  }
}

function isOfPosition(error: unknown): boolean {
  return (error as { kind?: unknown }).kind === 'position';
}

/** Files cut at a line end, so that trying them often takes no time. */
function shortened({ files }: Trial, sizeMax: number): SampleFile[] {
  return files.slice(0, 20).map(({ path, bytes }) => {
    const end = bytes.length <= sizeMax ? bytes.length : bytes.lastIndexOf(0x0a, sizeMax) + 1;
    return { path, bytes: bytes.subarray(0, end === 0 ? sizeMax : end) };
  });
}

function* damages(files: readonly SampleFile[]): Generator<SampleFile[]> {
  const change = (make: (bytes: Uint8Array) => Uint8Array): SampleFile[] =>
    files.map(({ path, bytes }) => ({ path, bytes: make(bytes) }));
  yield change(() => new Uint8Array());
  yield change((bytes) => bytes.subarray(0, bytes.length - 1));
  for (let part = 1; part < 8; part++)
    yield change((bytes) => bytes.subarray(0, Math.floor((bytes.length * part) / 8)));
  for (let part = 0; part < 16; part++) {
    yield change((bytes) => {
      const flipped = Uint8Array.from(bytes);
      for (let at = part; at < flipped.length; at += 97)
        flipped[at] = (flipped[at] ?? 0) ^ (1 << (part % 8));
      return flipped;
    });
  }
  const random = seededRandom(SEED);
  for (let copy = 0; copy < MUTATED_COPIES; copy++)
    yield change((bytes) => mutateLines(bytes, random));
  yield change((bytes) => Buffer.concat([bytes, Buffer.from([0, 0xff, 0x0a]), bytes]));
  yield change((bytes) => bytes.filter((byte) => byte !== 0x0a));
  yield change(() => new Uint8Array(300_000).map((_, at) => (at * 7919) % 256));
  yield change(() => new Uint8Array(300_000).fill(0x7b));
  yield change((bytes) => Buffer.from(Buffer.from(bytes).toString('latin1'), 'utf16le'));
}

function mutateLines(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  const lines = Buffer.from(bytes).toString('latin1').split('\n');
  const mutated = lines.map((line) => Buffer.from(mutate(Buffer.from(line, 'latin1'), random)));
  return Buffer.concat(mutated.flatMap((line) => [line, Buffer.from('\n')]));
}
