/*
 * A process of a source that is not our code any more: messages of all kinds, right ones with parts changed, at any
 * moment, against the side of the engine that takes them. Whatever comes, what gets through is what may, and the engine
 * side throws nothing but the end of that process.
 */

import { serialize } from 'node:v8';
import { LIMITS } from '../../engine/base/limits.ts';
import { isSourceMessage } from '../../engine/run/stream/message-shape.ts';
import { SourceAdmission } from '../../engine/run/stream/source-admission.ts';
import type { SourceMessage } from '../../engine/run/stream/stream-protocol.ts';
import { FrameDecoder, frameOf } from '../../engine/worker/frames.ts';
import { readerOf } from '../../engine/worker/shape.ts';
import type { Fuzz } from './fuzz-worker.ts';
import type { Random } from './random.ts';

/** What an honest source says. */
export const log = {
  lines: [{ plugin: 'p', level: 'notice', message: 'm' }],
  unlisted: new Map([['p', 1]]),
};
export const notes = {
  problems: [{ severity: 'lost', subject: 's', line: 1, message: 'm' }],
  unlistedProblems: { lost: 1, warnings: 2 },
  log,
};
export const state = {
  position: Uint8Array.of(1),
  run: 0,
  events: 8,
  bytes: 100,
  eventsWithoutTime: 0,
  firstTime: 1n,
  latestTime: 1n,
};
export const batch = {
  slot: 3,
  eventCount: 2,
  dataSize: 100,
  ownData: undefined,
  firstEventNumber: 7,
  firstTime: 1n,
};
const MESSAGES: readonly object[] = [
  { kind: 'open' },
  { kind: 'batch', batch, state, finishedRun: 0, notes },
  { kind: 'finished', run: 3, unreadable: [{ run: 2, reason: 'not JSON' }] },
  { kind: 'notes', notes },
  { kind: 'ended', reason: 'end' },
  { kind: 'failed', fault: { plugin: 'p', kind: 'trap', message: 'm', eventNumber: 7 } },
  { kind: 'wake', id: 1, milliseconds: 50 },
  ...[
    { kind: 'list', id: 1, root: 'input', after: '', limit: 10 },
    { kind: 'open', id: 1, root: 'input', path: 'a', encoding: 'identity', offset: 0 },
    { kind: 'receive', id: 1, root: 'input', max: 10 },
    { kind: 'settle', id: 1, root: 'input', handles: [1n], fate: 'done' },
    { kind: 'room', object: 1 },
    { kind: 'close', object: 1 },
    { kind: 'read', object: 1, pane: 1 },
  ].map((request) => ({ kind: 'store', request })),
];
const sparse: unknown[] = [];
sparse.length = 4_294_967_295;
const ODD: readonly unknown[] = [
  undefined,
  null,
  -1,
  1.5,
  Number.NaN,
  2 ** 31,
  2 ** 53,
  1n,
  '',
  'x'.repeat(100_000),
  '\u001b[2J',
  [],
  sparse,
  {},
  new Map(),
  new Uint8Array(3),
  new Date(0),
  true,
];
const STEPS_MAX = 12;
const read = readerOf(isSourceMessage);

export function fuzzProcessMessages(): Fuzz {
  return (random) => {
    let nowMs = 0;
    const admission = new SourceAdmission('hostile', () => nowMs);
    const decoder = new FrameDecoder(LIMITS.processMessageSizeMax.value);
    let admitted = 0;
    try {
      for (let step = 1 + random.below(STEPS_MAX); step > 0; step--) {
        nowMs += random.below(3);
        for (const piece of piecesOf(random, frameOf(bodyOf(random)))) decoder.add(piece);
        for (let body = decoder.takeBody(); body !== undefined; body = decoder.takeBody()) {
          expectHarmless(admission.admit(read(body) as SourceMessage));
          admitted += 1;
        }
        if (random.below(3) === 0) admission.answered({ kind: 'news' });
      }
    } catch (error) {
      if (!(error instanceof Error) || error.name === 'Harmful') throw error;
      return `ended after ${admitted === 0 ? 'none' : 'some'}: ${kindOf(error.message)}`;
    }
    return 'all were admitted';
  };
}

function bodyOf(random: Random): Buffer {
  const message = changed(random, random.pick(MESSAGES));
  const body = serialize(message);
  // Bytes of what V8 writes as well.
  for (let count = random.below(8) === 0 ? 1 + random.below(4) : 0; count > 0; count--)
    body[random.below(body.length)] = random.below(256);
  return body;
}

function changed(random: Random, value: object): unknown {
  if (random.below(3) === 0) return value;
  const copy = structuredClone(value) as Record<string, unknown>;
  let place: Record<string, unknown> = copy;
  for (;;) {
    const keys = Object.keys(place);
    if (keys.length === 0) return copy;
    const key = random.pick(keys);
    const inner = place[key];
    const isPlain = typeof inner === 'object' && inner !== null && !ArrayBuffer.isView(inner);
    if (isPlain && !(inner instanceof Map) && random.below(4) > 0) {
      place = inner as Record<string, unknown>;
      continue;
    }
    if (random.below(6) === 0) delete place[key];
    else place[key] = random.pick(ODD);
    return copy;
  }
}

/** A frame may come in any parts, and its size may be any. */
function piecesOf(random: Random, frame: Buffer): Buffer[] {
  if (random.below(20) === 0) frame.writeUInt32LE(random.pick([0, 1, 2 ** 31, 0xffff_ffff]), 0);
  if (random.below(4) > 0) return [frame];
  const at = random.below(frame.length);
  return [frame.subarray(0, at), frame.subarray(at)];
}

class Harmful extends Error {
  override readonly name = 'Harmful';
}

/** What nobody checks any more where it is used. */
function expectHarmless(message: SourceMessage): void {
  const said =
    message.kind === 'notes' ? message.notes : message.kind === 'batch' ? message.notes : undefined;
  for (const { plugin } of said?.log.lines ?? [])
    if (plugin !== 'hostile') throw new Harmful(`a line of ${plugin}`);
  for (const plugin of said?.log.unlisted.keys() ?? [])
    if (plugin !== 'hostile') throw new Harmful(`lines of ${plugin}`);
  if (message.kind === 'failed' && message.fault.plugin !== 'hostile')
    throw new Harmful(`a fault of ${message.fault.plugin}`);
  if (message.kind === 'batch' && message.batch.dataSize > LIMITS.batchDataSizeMax.value)
    throw new Harmful('a batch that nobody holds');
}

function kindOf(message: string): string {
  return message.replace(/\d+/g, 'N').slice(0, 60);
}
