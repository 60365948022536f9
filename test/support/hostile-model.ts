/*
 * Processes of plugins that do what comes to their mind: right messages, wrong ones, right ones with parts changed, at
 * any moment and in any order, and bytes anywhere in the memory that they hold. They run in the place of the plugins of
 * a real run, whose main process is measured.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { EVENT, LOOPING_EXTRACTOR, LOOPING_SOURCE } from './containment.ts';
import { buildPlugin, extractorModule, NOTHING_FOUND, sourceModule } from './hostile-module.ts';
import { HostileProduct } from './hostile-process.ts';
import { runProgram } from './run-program.ts';
import type { ScratchFolder } from './scratch-folder.ts';

/** Each is a stream of the hostile source. */
const STREAMS = 4;
const EVENT_COUNT = 5_000;
/** Messages between two events of a hostile source: its events tell how far it came. */
const MESSAGES_AN_EVENT = 50;
/**
 * Bytes that the main process may hold beyond an honest run, and have altogether: what it holds no longer stays with the
 * C library for a while, a few hundred MB after much coming and going. And how long it may stand still.
 */
const GROWTH_MAX = 100 << 20;
const PEAK_MAX = 700 << 20;
const STILL_MAX_MS = 10_000;

/** After its one event. */
const AT_END = '(i32.store8 (i32.const 1028) (i32.const 2)) (return (i32.const 1024))';

/** What both kinds have: a random sequence of their own, and changes to what is right. */
const CHANCE = `
let word = SEED;
const below = (count) => {
  word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
  return Math.floor((word / 4294967296) * count);
};
const pick = (list) => list[below(list.length)];
const text = (max) => 'x\\u001b\\u202e\\u{1F986}'.repeat(1 + below(max / 5));
const ODD = [
  undefined, null, -1, 1.5, NaN, 2 ** 31, 2 ** 53, 1n, '', 'x'.repeat(100000), [], sparse(2 ** 32 - 1), {}, new Map(),
  new Uint8Array(3), new Date(0), true, 0, 1, 7,
];
const changed = (value) => {
  const copy = structuredClone(value);
  let place = copy;
  for (;;) {
    const keys = Object.keys(place);
    if (keys.length === 0) return copy;
    const key = pick(keys);
    const inner = place[key];
    const isPlain = typeof inner === 'object' && inner !== null && !ArrayBuffer.isView(inner);
    if (isPlain && !(inner instanceof Map) && below(4) > 0) { place = inner; continue; }
    if (below(6) === 0) delete place[key]; else place[key] = pick(ODD);
    return copy;
  }
};
const bytes = (size) => Uint8Array.from({ length: size }, () => below(256));
const scribble = (descriptor) => {
  const act = below(4);
  if (act === 0) fs.ftruncateSync(descriptor, below(1 << 26));
  else if (act === 1) fs.writeSync(descriptor, bytes(1 + below(4096)), 0, undefined, below(1 << 24));
  else fs.writeSync(descriptor, bytes(1 + below(64)), 0, undefined, below(4096));
};
const garbage = () => {
  const frame = bytes(4 + below(64));
  if (below(2) === 0) frame.set([below(60), 0, 0, 0]);
  raw(frame);
};
const harm = (descriptors) => {
  const act = below(8);
  if (act === 0) process.exit(below(3));
  if (act === 1) sleep(below(400));
  if (act === 2) garbage();
  if (act === 3) process.stderr.write(text(200));
  if (act > 3) try { scribble(pick(descriptors)); } catch {}
};
`;

const SOURCE_CODE = `${CHANCE}
const start = receive();
const { setup } = start;
word = (word + 7919 * start.state.events + Buffer.from(setup.name).readUInt32LE(0)) >>> 0;
let events = start.state.events;
let asked = 0;
const used = new Set(start.usedSlots);
const take = () => {
  const message = receive();
  if (message.kind === 'released') used.delete(message.slot);
  if (message.kind === 'store') asked -= 1;
};
const lines = (count) => Array.from({ length: count }, () => ({ plugin: text(20), level: pick(['error', 'notice']), message: text(900) }));
const legalNotes = () => notes({
  problems: Array.from({ length: below(4) }, () => ({
    severity: pick(['lost', 'warning']), subject: text(200), line: below(9), message: text(900),
  })),
  unlistedProblems: { lost: below(9), warnings: below(9) },
  log: { lines: lines(below(4)), unlisted: new Map(below(2) === 0 ? [] : [['p', below(9)]]) },
});
const legalRequest = () => {
  const id = 1 + below(99);
  const object = 1 + below(4);
  return { kind: 'store', request: pick([
    { kind: 'list', id, root: 'input', after: '', limit: 1 + below(9) },
    { kind: 'open', id, root: pick(['input', 'other']), path: pick(['a.jsonl', '../a', text(90)]), encoding: 'identity', offset: below(9) },
    { kind: 'receive', id, root: 'input', max: 5 },
    { kind: 'settle', id, root: 'input', handles: [1n], fate: 'done' },
    { kind: 'room', object }, { kind: 'close', object }, { kind: 'read', object, pane: below(2) },
  ]) };
};
const { batchEventsMax, batchSizeMax } = setup.limits;
const slotSize = 8 * Math.ceil((batchEventsMax * 16 + batchSizeMax + (256 << 10)) / 8);
const legalBatch = () => {
  while (used.size === 8) take();
  const slot = [0, 1, 2, 3, 4, 5, 6, 7].find((one) => !used.has(one));
  const at = slot * slotSize;
  fs.writeSync(5, new BigUint64Array([1n]), 0, 8, at);
  fs.writeSync(5, new Uint32Array([0, 2]), 0, 8, at + 8 * batchEventsMax);
  fs.writeSync(5, Buffer.from('{}'), 0, 2, at + 16 * batchEventsMax);
  used.add(slot);
  events += 1;
  return batch({ slot, firstEventNumber: events }, { events });
};
send({ kind: 'open' });
for (let count = 1; events < ENOUGH; count++) {
  if (count % 500 === 0) sleep(12);
  let message;
  if (count % ${MESSAGES_AN_EVENT} === 0) message = legalBatch();
  else if (below(3) > 0) message = legalNotes();
  else if (below(4) === 0) message = { kind: 'wake', id: below(9), milliseconds: below(50) };
  else {
    while (asked >= 12) take();
    message = legalRequest();
    if ('id' in message.request || message.request.kind === 'read') asked += 1;
  }
  const fate = below(4000);
  if (fate === 0) message = changed(message);
  if (fate === 1) message = pick([{ kind: 'open' }, legalBatch(), { kind: 'finished', run: below(9), unreadable: [{ run: below(9), reason: 'x' }] }, { kind: 'ended', reason: 'interrupted' }]);
  if (fate === 2) harm([4, 5]);
  send(message);
}
end();
`;

const EXTRACTOR_CODE = `${CHANCE}
word = (word + Date.now()) >>> 0;
for (;;) {
  const request = receive();
  const count = request.events?.eventCount ?? request.events?.times?.length ?? 0;
  const fate = below(60);
  let answer = request.kind === 'extract' ? columns({ cells: new Uint32Array(count) }) : { kind: 'done', log };
  if (fate === 0) answer = changed(answer);
  if (fate === 1) answer = columns({ cells: Uint32Array.from({ length: count }, () => below(2 ** 32)), texts: new Uint32Array([0, 9]), scratch: bytes(40) });
  if (fate === 2) answer = { kind: 'fault', fault: pick(['trap', 'deadline', 'none']), message: text(900), log };
  if (fate === 3) harm([4]);
  if (fate === 4) send(answer);
  if (fate === 5) answer.log = { lines: Array.from({ length: below(30) }, () => ({ plugin: 'p', level: 'error', message: text(900) })), unlisted: new Map() };
  send(answer);
}
`;

export interface Measured {
  /** Bytes: most that was held at a time; by which it was more than in an honest run. */
  readonly held: number;
  /** Bytes: most that the process had. */
  readonly peak: number;
  readonly stillMs: number;
  readonly hostileEvents: number;
}

export class HostileModel {
  readonly #folder: ScratchFolder;
  readonly #product: HostileProduct;
  readonly #config: Promise<string>;

  constructor(folder: ScratchFolder) {
    this.#folder = folder;
    this.#product = new HostileProduct(folder.path);
    this.#config = this.#writeConfig();
  }

  /** At least so many messages of hostile sources, run after run. Answers what the worst of them did. */
  async sources(messages: number, seed: number): Promise<Measured> {
    return this.#runs('source', SOURCE_CODE, seed, (sum) => sum * MESSAGES_AN_EVENT >= messages);
  }

  /** So many runs with a hostile extractor. */
  async extractors(runs: number, seed: number): Promise<Measured> {
    return this.#runs('extractor', EXTRACTOR_CODE, seed, (_, count) => count >= runs);
  }

  async #runs(
    side: 'source' | 'extractor',
    code: string,
    seed: number,
    isEnough: (hostileEvents: number, runs: number) => boolean,
  ): Promise<Measured> {
    this.#product.replace(side, `await import('./${side}-worker.own.js');`);
    const honest = await this.#run(side, 'honest');
    let worst = { ...honest, hostileEvents: 0 };
    for (let count = 0; !isEnough(worst.hostileEvents, count); count++) {
      const of = `${side}, seed ${seed}, run ${count}`;
      const own = Math.imul(seed + count, 0x9e3779b1) >>> 0;
      this.#product.replace(side, `const SEED = ${own}; const ENOUGH = 4000;\n${code}`);
      const found = await this.#run(side, of);
      expect(found.held - honest.held, `${of}: bytes more than an honest run`).toBeLessThan(
        GROWTH_MAX,
      );
      expect(found.peak, `${of}: bytes`).toBeLessThan(PEAK_MAX);
      expect(found.stillMs, `${of}: milliseconds without a turn`).toBeLessThan(STILL_MAX_MS);
      worst = {
        held: Math.max(worst.held, found.held),
        peak: Math.max(worst.peak, found.peak),
        stillMs: Math.max(worst.stillMs, found.stillMs),
        hostileEvents: worst.hostileEvents + found.hostileEvents,
      };
    }
    return { ...worst, held: worst.held - honest.held };
  }

  async #run(side: 'source' | 'extractor', of: string): Promise<Measured> {
    const figures = join(this.#folder.path, 'figures.json');
    const { code, stdout, stderr } = await runProgram(
      ['run', '-c', await this.#config, '-r', `${side}.rules.yaml`],
      {
        program: this.#product.program,
        cwd: this.#folder.path,
        env: { NODE_OPTIONS: `--import=${MEASURE}`, TIERCEL_TEST_FIGURES: figures },
      },
    );
    expect([0, 1, 3], `${of}\n${stderr.slice(-4_000)}`).toContain(code);
    expect(stdout.match(/ good \d+$/gm)?.length, `${of}\n${stderr.slice(-4_000)}`).toBe(
      EVENT_COUNT,
    );
    // No error of our own, and nothing that a terminal would obey.
    expect(stderr, of).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
    expect(stderr, of).not.toMatch(/[^\n\x20-\x7e\u00a0-\u{10ffff}]/u);
    const { held, peakKb, stillMs } = JSON.parse(readFileSync(figures, 'utf8'));
    return {
      held,
      peak: 1024 * peakKb,
      stillMs,
      hostileEvents: stdout.match(/ other$/gm)?.length ?? 0,
    };
  }

  async #writeConfig(): Promise<string> {
    const folder = this.#folder;
    const extractor = await buildPlugin(
      folder.path,
      extractorModule({ extract: NOTHING_FOUND }),
      LOOPING_EXTRACTOR,
    );
    const source = await buildPlugin(folder.path, sourceModule({ next: AT_END }), {
      ...LOOPING_SOURCE,
      capabilities: { store: ['input'] },
      source: { name: 'hostile', openParams: 'location', openParamsDescription: 'a file' },
    });
    folder.write('in/a.jsonl', `${EVENT}\n`);
    folder.write('events.jsonl', `${EVENT}\n`.repeat(EVENT_COUNT));
    const rule = (name: string, condition: string, output: string, of: string): string =>
      `- {rule: ${name}, desc: d, condition: ${condition}, output: "${output}", priority: INFO, source: ${of}}\n`;
    const good = rule('good', 'ct.name = A', 'good %evt.num', 'aws_cloudtrail');
    const bad = rule('bad', 'bad.value exists', 'bad %bad.value', 'aws_cloudtrail');
    folder.write('source.rules.yaml', good + rule('other', 'evt.num > 0', 'other', 'hostile'));
    folder.write('extractor.rules.yaml', good + bad);
    const streams = Array.from({ length: STREAMS }, (_, index) => ({
      name: `hostile-${index}`,
      plugin: LOOPING_SOURCE.name,
      open_params: 'in',
    }));
    const plugins = [
      { name: LOOPING_SOURCE.name, library_path: source },
      { name: LOOPING_EXTRACTOR.name, library_path: extractor },
      { name: 'cloudtrail', open_params: 'events.jsonl' },
    ];
    const config = { rule_matching: 'all', plugins, streams };
    return folder.write('hostile.json', JSON.stringify(config));
  }
}

/** Loaded into the program before it: leaves the most that it held and had, and its longest time without a turn, at its end. */
const MEASURE = `data:text/javascript,${encodeURIComponent(`
  import { writeFileSync } from 'node:fs';
  import { monitorEventLoopDelay } from 'node:perf_hooks';
  import { isMainThread } from 'node:worker_threads';
  if (isMainThread) {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    let held = 0;
    setInterval(() => {
      const { heapUsed, external } = process.memoryUsage();
      held = Math.max(held, heapUsed + external);
    }, 50).unref();
    process.on('exit', () => {
      const figures = { held, peakKb: process.resourceUsage().maxRSS, stillMs: delay.max / 1e6 };
      writeFileSync(process.env.TIERCEL_TEST_FIGURES, JSON.stringify(figures));
    });
  }
`)}`;
