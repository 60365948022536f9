/* Broken plugins in JavaScript: each fails where it is broken. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { installTools } from '../support/author-tools.ts';
import { build, failuresOf, tryIt } from '../support/conformance-report.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { choose, type Way, withWays } from './broken-javascript.ts';
import { tryMutations } from './mutations.ts';

const scratch = scratchFolder('broken-javascript');

const WAYS: readonly Way[] = [
  [
    'a start that fails',
    'plugin.init = () => { throw Object.assign(new Error("no"), { payload: { code: "other", message: "no" } }); }',
    'start',
    'it answers: ',
  ],
  [
    'a start that it falls over',
    'plugin.init = () => { throw new Error("no"); }',
    'start',
    'trap: ',
  ],
  [
    'a stream that does not end',
    'source.next = (b, e) => { const step = was.next(b, e); return step.tag === "end" ? { tag: "idle", val: 1 } : step; }',
    'source.events',
    '`next` gave no events 10000 times, and no end',
  ],
  [
    'events behind the bytes that it gives',
    'source.next = (b, e) => { const step = was.next(b, e); if (step.tag === "events" && step.val.spans.length > 0) step.val.spans[1] = 1e6; return step; }',
    'source.events',
    'answer: ',
  ],
  [
    'as many times as there are no events',
    'source.next = (b, e) => { const step = was.next(b, e); return step.tag === "events" ? { ...step, val: { ...step.val, times: new BigUint64Array() } } : step; }',
    'source.events',
    'answer: ',
  ],
  [
    'a batch that is too large',
    'source.next = (b, e) => was.next(b, e + 4096)',
    'source.limits',
    '3 events in a batch, asked for at most 1',
  ],
  [
    'times that depend on how often it is asked',
    'source.next = (b, e) => { const step = was.next(b, e); state.count += 1; if (step.tag === "events") step.val.times.fill(BigInt(state.count)); return step; }',
    'source.limits',
    'has another time',
  ],
  [
    'an end where there is nothing for now',
    'source.next = (b, e) => { const step = was.next(b, e); return step.tag === "idle" ? { tag: "end" } : step; }',
    'source.waiting',
    'is missing',
  ],
  [
    'a position that is always the same',
    'source.checkpoint = () => new TextEncoder().encode("1\\n0\\n1\\n10\\nevents.log")',
    'source.resume',
    'after event 1',
  ],
  [
    'a position that is too large',
    'source.checkpoint = () => new Uint8Array(70_000)',
    'source.events',
    'answer: ',
  ],
  [
    'a position that is not gone on from',
    'source.resume = (p) => { try { was.resume(p); } catch {} }',
    'source.position',
    'which is not valid',
  ],
  [
    'a position that it falls over',
    'source.resume = (p) => { if (p.length === 0) throw new Error("empty"); was.resume(p); }',
    'source.position',
    'for the position "": trap: ',
  ],
  [
    'an acknowledgement that it falls over',
    'source.acknowledge = () => { throw new Error("what is that"); }',
    'source.acknowledge',
    'trap: ',
  ],
  [
    'damaged input that it falls over',
    'lines.lose = () => { throw new Error("lost"); }',
    'source.damage',
    'trap: ',
  ],
  [
    'a failed read that it does not report',
    'lines.lose = () => {}',
    'source.failure',
    'reported nothing lost',
  ],
  [
    'a field too few',
    'extractor.configure = (plan, requests) => { if (requests.some(({ field }) => field === 2)) throw Object.assign(new Error("no"), { payload: { code: "invalid-argument", message: "no field 2" } }); was.configure(plan, requests); }',
    'extractor.configure',
    'no field 2',
  ],
  [
    'a value that is not there',
    'extractor.extract = (plan, batch) => { const columns = was.extract(plan, batch); columns.cells.fill(0x80000063); return columns; }',
    'extractor.values',
    'field `shop.user`: answer:',
  ],
  [
    'columns of another number of events',
    'extractor.extract = (plan, batch) => { const columns = was.extract(plan, batch); return { ...columns, cells: columns.cells.subarray(1) }; }',
    'extractor.values',
    'answer:',
  ],
  [
    'a value that depends on the events before',
    'extractor.extract = (plan, batch) => { const columns = was.extract(plan, batch); if (state.count++ % 2 === 1) columns.cells.fill(0); return columns; }',
    'extractor.determinism',
    'of event',
  ],
  [
    'plans that are one',
    'extractor.configure = (plan, requests) => was.configure(0, requests); extractor.extract = (plan, batch) => was.extract(0, batch)',
    'extractor.plans',
    'plan',
  ],
  [
    'an event that it falls over',
    'extractor.extract = (plan, batch) => { if (batch.spans[0] === batch.spans[1]) throw new Error("empty"); return was.extract(plan, batch); }',
    'extractor.hostile',
    'an empty event: trap: ',
  ],
  [
    'memory that is never given back',
    'extractor.extract = (plan, batch) => { state.kept.push(new Uint8Array(1 << 22).fill(1)); return was.extract(plan, batch); }',
    'extractor.hostile',
    'trap: ',
  ],
];

/** What the build says of a plugin that it cannot make. */
const MISTAKES: readonly [name: string, from: string, to: string, said: string][] = [
  [
    'a field without a function',
    "    'shop.action': (event) => event.action,\n",
    '',
    'there is no function for the field `shop.action` of manifest.json',
  ],
  ['an export that is missing', '{ plugin, source, extractor }', '{ plugin, source }', 'extractor'],
  [
    'a source that is missing',
    'source: new LineSource',
    'origin: new LineSource',
    'manifest.json has a source, the plugin none',
  ],
];

tryMutations('javascript', 1);

describe('a plugin in JavaScript that cannot be made', () => {
  it.for(MISTAKES)('says what is wrong: %s', async ([name, from, to, said]) => {
    const cwd = join(scratch.path, name.replaceAll(' ', '-'));
    mkdirSync(cwd);
    await runProgram(['plugin', 'new', 'shop', '--template', 'javascript'], { cwd });
    const folder = join(cwd, 'shop');
    installTools(folder, 'javascript');
    const path = join(folder, 'plugin.js');
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(from);
    writeFileSync(path, text.replace(from, to));
    const { stdout, stderr, code } = await runProgram(['plugin', 'build', folder, '--no-color']);
    expect(stderr).toContain(said);
    expect(stderr).toContain('PLUGIN_CANNOT_BUILD');
    expect([stdout, code]).toEqual(['', 1]);
  });
});

describe('a broken plugin in JavaScript', () => {
  let plugin: Buffer;
  beforeAll(async () => {
    const args = ['plugin', 'new', 'shop', '--template', 'javascript'];
    await runProgram(args, { cwd: scratch.path });
    const folder = join(scratch.path, 'shop');
    installTools(folder, 'javascript');
    const path = join(folder, 'plugin.js');
    writeFileSync(path, withWays(readFileSync(path, 'utf8'), WAYS));
    plugin = readFileSync(await build(folder));
  }, 120_000);

  it('is sound as long as no way was chosen', async () => {
    const report = await tryIt(join(scratch.path, 'shop/built.wasm'));
    expect([failuresOf(report), report.passed]).toEqual([[], 17]);
  }, 60_000);

  it.for(WAYS.map((way, index) => [way[0], index, way] as const))(
    'fails where it is broken: %s',
    { timeout: 60_000 },
    async ([, index, [, , point, said]]) => {
      const path = join(scratch.path, `way-${index}.wasm`);
      writeFileSync(path, choose(plugin, index));
      const report = await tryIt(path, '--bail');
      expect([failuresOf(report), report.code]).toEqual([
        [[point, expect.stringContaining(said)]],
        1,
      ]);
    },
  );
});
