import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  parseCheckpoint,
  writeCheckpointText,
} from '../../../../engine/run/checkpoint/checkpoint.ts';
import {
  CheckpointFile,
  readCheckpointFile,
} from '../../../../engine/run/checkpoint/checkpoint-file.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';

const SEED = 5;
const owner = {
  stream: 'production',
  openParams: '/logs',
  plugin: { name: 'cloudtrail', version: '0.1.0', digest: 'abc' },
};
const count = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const time = fc.option(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), { nil: undefined });
const states = fc.record({
  position: fc.option(fc.uint8Array(), { nil: undefined }),
  run: count,
  events: count,
  bytes: count,
  eventsWithoutTime: count,
  firstTime: time,
  latestTime: time,
});
const text = fc.string();
const bytes = fc.uint8Array({ maxLength: 8 });
const files = fc.array(
  fc.record({
    id: text,
    path: text,
    knownAs: text,
    fate: fc.constantFrom('there', 'gone', 'truncated'),
    isAside: fc.boolean(),
    isCompressed: fc.constantFrom(true, false, undefined),
    head: bytes.map((head) => new Uint8Array(head)),
    tail: bytes.map((tail) => ({ end: 100 + tail.length, bytes: new Uint8Array(tail) })),
    size: count,
    progress: fc.record({
      offset: count,
      lines: count,
      seenEnd: count,
      isRestGiven: fc.boolean(),
    }),
  }),
  { minLength: 1, maxLength: 4 },
);
const runs = fc.array(
  fc.record({
    number: count,
    file: fc.constant(0),
    start: count,
    startLines: count,
    end: fc.option(count, { nil: undefined }),
    waypoints: fc.array(fc.record({ bytes: count, lines: count }), { maxLength: 3 }),
  }),
  { maxLength: 4 },
);
const followed = fc.option(
  fc.record({ input: fc.record({ files, runs, lastNumber: count }) }, { noNullPrototype: true }),
  { nil: undefined },
);
const stateOf = (events: number) => ({
  position: Buffer.from('p'),
  run: 0,
  events,
  bytes: 0,
  eventsWithoutTime: 0,
  firstTime: undefined,
  latestTime: undefined,
});

describe('a checkpoint', () => {
  it(`is read as it was written (seed ${SEED})`, () => {
    fc.assert(
      fc.property(states, followed, (state, roots) => {
        const read = parseCheckpoint(writeCheckpointText(owner, state, roots));
        expect(read).toEqual({ ...owner, state, followed: roots });
      }),
      { seed: SEED },
    );
  });

  it(`that is damaged is none, and nothing is thrown (seed ${SEED})`, () => {
    const whole = writeCheckpointText(owner, stateOf(7));
    fc.assert(
      fc.property(fc.nat(whole.length - 2), (size) => {
        expect(parseCheckpoint(whole.slice(0, size))).toBeUndefined();
      }),
      { seed: SEED },
    );
    const wrong: readonly (readonly [string, string])[] = [
      ['"format":1', '"format":2'],
      ['"events":7', '"events":"7"'],
      ['"events":7', '"events":7.5'],
      ['"position":"cA=="', '"position":1'],
      ['"name":"cloudtrail"', '"name":null'],
    ];
    const bare = whole.replace(/,"crc32":"\w+"/, '');
    expect(parseCheckpoint(bare)).toEqual(parseCheckpoint(whole));
    for (const [part, other] of wrong) {
      expect(bare).toContain(part);
      expect(parseCheckpoint(bare.replace(part, other))).toBeUndefined();
    }
    // It would parse, and another part of the stream would be read.
    expect(parseCheckpoint(bare.replace('"events":7', '"events":8'))).toBeDefined();
    expect(parseCheckpoint(whole.replace('"events":7', '"events":8'))).toBeUndefined();
    expect(parseCheckpoint('null')).toBeUndefined();
    const run = { number: 1, file: 0, start: 0, startLines: 0, waypoints: [] };
    for (const roots of [{ input: {} }, { input: { files: [], runs: [run], lastNumber: 1 } }]) {
      const withRoots = { ...JSON.parse(whole), followed: roots };
      expect(parseCheckpoint(JSON.stringify(withRoots))).toBeUndefined();
    }
  });
});

describe('the file of a checkpoint', () => {
  const folder = scratchFolder('checkpoint');
  const path = join(folder.path, 'data/checkpoints/production.json');
  const eventsIn = (): number | undefined =>
    parseCheckpoint(readFileSync(path, 'utf8'))?.state.events;

  it('has the latest state after a flush, and nothing lies beside it', async () => {
    expect(readCheckpointFile(path)).toBeUndefined();
    const file = new CheckpointFile({ path, owner, keepFollowed: undefined, onProblem: () => {} });
    await file.flush();
    expect(readCheckpointFile(path)).toBeUndefined();
    for (const events of [1, 2, 3]) file.update(stateOf(events));
    await file.flush();
    expect(eventsIn()).toBe(3);
    expect(readdirSync(join(path, '..'))).toEqual(['production.json']);
  });

  it('is written by itself after a while', async () => {
    const file = new CheckpointFile({ path, owner, keepFollowed: undefined, onProblem: () => {} });
    file.update(stateOf(9));
    await vi.waitFor(() => expect(eventsIn()).toBe(9), { timeout: 5_000 });
  });

  it('that cannot be written is reported once, until it can be again', async () => {
    const problems: string[] = [];
    const file = new CheckpointFile({
      path,
      owner,
      keepFollowed: undefined,
      onProblem: (one) => problems.push(one),
    });
    // A folder in the place of the file.
    rmSync(path, { force: true });
    mkdirSync(path);
    for (const events of [20, 21]) {
      file.update(stateOf(events));
      await file.flush();
    }
    expect(problems).toEqual(['cannot be written: it is a folder']);
    rmSync(path, { recursive: true });
    file.update(stateOf(22));
    await file.flush();
    expect(eventsIn()).toBe(22);
    expect(problems).toHaveLength(1);
  });
});
