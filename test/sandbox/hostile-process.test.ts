/* What runs in the process of a plugin is not the plugin any more: the engine and all other streams go on. */

import { describe, expect, it } from 'vitest';
import { findConfinement } from '../../engine/base/confinement.ts';
import { EVENT, LOOPING_EXTRACTOR, LOOPING_SOURCE, runMeasured } from '../support/containment.ts';
import {
  buildPlugin,
  extractorModule,
  NOTHING_FOUND,
  sourceModule,
} from '../support/hostile-module.ts';
import { HostileProduct } from '../support/hostile-process.ts';
import { sampled } from '../support/sampled.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('hostile-process');
const product = new HostileProduct(folder.path);
const EVENT_COUNT = 500;
/** All plugins are in threads, or the product's own are in processes as well. */
const IS_ELSEWHERE = process.env.TEST_ISOLATION !== undefined;

const SOURCE = {
  ...LOOPING_SOURCE,
  capabilities: { store: ['input'] },
  source: { name: 'hostile', openParams: 'location', openParamsDescription: 'a file' },
};
const extractor = buildPlugin(
  folder.path,
  extractorModule({ extract: NOTHING_FOUND }),
  LOOPING_EXTRACTOR,
);
const source = buildPlugin(folder.path, sourceModule({}), SOURCE);
folder.write('in/a.jsonl', `${EVENT}\n`);
folder.write('other.jsonl', `${EVENT}\n`.repeat(EVENT_COUNT));
const GOOD =
  '- {rule: good, desc: d, condition: ct.name = A, output: "good %evt.num", priority: INFO, source: aws_cloudtrail}\n';
folder.write(
  'extractor.yaml.rules',
  `${GOOD}- {rule: bad, desc: d, condition: bad.value exists, output: "bad %bad.value", priority: INFO, source: aws_cloudtrail}\n`,
);
folder.write(
  'source.yaml.rules',
  `${GOOD}- {rule: other, desc: d, condition: evt.num > 0, output: other, priority: INFO, source: hostile}\n`,
);

/** Runs `code` in the place of the plugin’s process, beside an honest stream. */
/** Some of them take ten seconds on a machine that does nothing else. */
const TEST_TIME_MAX_MS = 300_000;

async function contain(side: 'source' | 'extractor', code: string, said: RegExp): Promise<string> {
  const { name } = side === 'source' ? SOURCE : LOOPING_EXTRACTOR;
  const path = side === 'source' ? `${await source}, open_params: in` : await extractor;
  const config = folder.write(
    `${side}.yaml`,
    `rules_files: [${side}.yaml.rules]
rule_matching: all
plugins:
  - {name: ${name}, library_path: ${path}}
  - {name: cloudtrail, open_params: other.jsonl}
`,
  );
  product.replace(side, code);
  const args = ['run', '-c', config];
  const options = { program: product.program, cwd: folder.path };
  const { code: exitCode, stdout, stderr } = await runMeasured(args, folder.path, options);
  expect(stdout.match(/good \d+$/gm)?.length, stderr).toBe(EVENT_COUNT);
  // On a machine that is busy the time limit may be over before the process has done what it is here for.
  const isLate = side === 'extractor' && /no answer within the time limit/.test(stderr);
  if (!isLate) expect(stderr).toMatch(said);
  expect(stderr).toContain(name);
  expect(stderr).not.toMatch(/[^\n\x20-\x7e\u00a0-\uffff]/);
  // It may also say that it is at its end.
  expect([0, 1, 3], stderr).toContain(exitCode);
  return stderr;
}

describe.skipIf(IS_ELSEWHERE)('the process of a source', () => {
  it.each<[name: string, code: string, said: RegExp]>(
    sampled(
      [
        ['ends with 0', 'open(); process.exit(0);', /ended with code 0/],
        [
          'ends with 1 and writes to the terminal',
          "open(); process.stderr.write('\\u001b]0;title\\u0007\\n'); process.exit(1);",
          /ended with code 1/,
        ],
        [
          'reaches for other processes and the network',
          `open(); const found = [];
       try { process.kill(process.ppid || 1, 0); if (process.ppid !== 0) found.push('parent'); } catch {}
       const { connect } = await import('node:net');
       await new Promise((resolve) => connect({ host: '127.0.0.1', port: 9 })
         .on('error', (error) => { found.push(error.code); resolve(); }));
       send(notes({ problems: [{ severity: 'warning', subject: 'found', line: 0, message: found.join(' ') }] })); end();`,
          findConfinement().walls.includes('network') ? /found: ENETUNREACH/ : /found: /,
        ],
        ['ends before it is open', 'process.exit(1);', /ended with code 1/],
        [
          'names a batch that is not there',
          "open(); send(batch({ dataSize: 1 << 24, ownData: 'behind' })); sleep(4000); end();",
          /not where it should be/,
        ],
        [
          'names a batch that no memory holds',
          "open(); send(batch({ dataSize: 2 ** 31 - 1, ownData: 'behind' })); end();",
          /nonsense/,
        ],
        [
          'cuts the slots to nothing',
          'open(); fs.ftruncateSync(5, 0); send(batch({ eventCount: 5 }, { events: 5 })); sleep(4000); end();',
          /not where it should be/,
        ],
        [
          'writes spans that are out of order',
          `open(); fs.writeSync(5, Buffer.alloc(1 << 20, 255), 0, 1 << 20, 0);
       send(batch({ eventCount: 2, dataSize: 9 }, { events: 2 })); sleep(4000); end();`,
          /span 0|spans end/,
        ],
        [
          'gives a batch twice',
          'open(); send(batch({})); send(batch({})); end();',
          /does not follow the one before/,
        ],
        [
          'gives a batch before it is open',
          'receive(); send(batch({})); end();',
          /before it is open/,
        ],
        ['opens twice', "open(); send({ kind: 'open' }); end();", /open again/],
        [
          'asks for 30,000 objects',
          'open(); for (let id = 0; id < 30000; id++) send(request({ id })); sleep(9000); end();',
          /requests without waiting/,
        ],
        [
          'lists without end',
          `open(); for (let id = 0; id < 3e5; id++)
         send(request({ id, kind: 'list', after: 'x'.repeat(1000), limit: 4096 }));
       end();`,
          /requests without waiting/,
        ],
        [
          'opens objects and never closes them',
          `open(); for (let id = 0; id < 3000; id++) { send(request({ id })); receive(); } end();`,
          /hostile_source: 0 events/,
        ],
        [
          // On a machine that is busy they may come too slowly to be too many.
          'sends notes without end',
          'open(); for (const end = Date.now() + 10_000; Date.now() < end; ) send(notes({})); process.exit(0);',
          /messages a second|ended with code 0/,
        ],
        [
          'tells of problems without end',
          `open(); const problems = Array.from({ length: 100 }, (_, i) =>
         ({ severity: 'lost', subject: 's' + i, line: i, message: 'm'.repeat(200) }));
       for (let i = 0; i < 400; i++) send(notes({ problems })); end();`,
          /not read: hostile_source: s99/,
        ],
        [
          'sends a list of 2^32 holes',
          'open(); send(notes({ problems: sparse(4294967295) })); end();',
          /nonsense/,
        ],
        [
          'writes in the name of another plugin',
          `open(); send(notes({ log: {
         lines: [{ plugin: 'cloudtrail\\u001b[2J', level: 'error', message: 'x\\u001b[2J' }], unlisted: new Map() } }));
       end();`,
          /hostile_source error: x/,
        ],
        [
          'blames another plugin',
          "open(); send({ kind: 'failed', fault: { plugin: 'cloudtrail', kind: 'trap', message: 'm', eventNumber: 1 } }); sleep(1000);",
          /hostile_source.*trap: m|trap: m/,
        ],
        [
          'fills its memory file',
          `open(); const bytes = Buffer.alloc(4 << 20, 1);
       for (let at = 4096, i = 0; i < 400; i++) at += fs.writeSync(4, bytes, 0, bytes.length, at); end();`,
          /to shared memory/,
        ],
        [
          'fills its slots',
          `open(); const bytes = Buffer.alloc(4 << 20, 1);
       for (let at = 0, i = 0; i < 400; i++) at += fs.writeSync(5, bytes, 0, bytes.length, at); end();`,
          /to shared memory/,
        ],
        [
          'announces a message of 4 GiB',
          'open(); raw(Buffer.alloc(1 << 20, 255)); end();',
          /of at most/,
        ],
        ['sends garbage', 'open(); raw(Buffer.from([4, 0, 0, 0, 1, 2, 3, 4])); end();', /nonsense/],
        [
          'writes its standard error full',
          "open(); for (let i = 0; i < 1e5; i++) try { fs.writeSync(2, 'x'.repeat(1000)); } catch {} end();",
          /hostile_source|0 events/,
        ],
        [
          'counts bytes that do not exist',
          'open(); const b = Buffer.alloc(8); b.writeDoubleLE(-1e300); fs.writeSync(4, b, 0, 8, 24); process.exit(0);',
          /code 0/,
        ],
      ],
      5,
    ),
  )(
    'that %s',
    async (_, code, said) => {
      const stderr = await contain('source', code, said);
      expect(stderr.length).toBeLessThan(200_000);
      expect(stderr).not.toMatch(/plugin `cloudtrail`|cloudtrail error/);
    },
    TEST_TIME_MAX_MS,
  );
});

describe.skipIf(IS_ELSEWHERE)('the process of an extractor', () => {
  it.each<[name: string, code: string, said: RegExp]>(
    sampled(
      [
        ['ends with 0 at each call', 'untilEvents(); process.exit(0);', /ended with code 0/],
        ['ends with 1 at each call', 'untilEvents(); process.exit(1);', /ended with code 1/],
        ['ends at once', 'process.exit(1);', /ended with code 1/],
        ['never answers', 'untilEvents(); sleep(60000);', /time limit/],
        [
          'answers before it is asked',
          "untilEvents(); for (;;) send({ kind: 'done', log });",
          /wrong answer|unexpected answer/,
        ],
        [
          'answers garbage',
          'untilEvents(); raw(Buffer.from([4, 0, 0, 0, 1, 2, 3, 4])); sleep(1000);',
          /nonsense/,
        ],
        [
          'answers columns that are too short',
          'for (;;) { untilEvents(); send(columns({})); }',
          /cells, expected/,
        ],
        [
          'answers cells that lead nowhere',
          `for (;;) { const { events } = untilEvents(); const n = events.eventCount ?? events.times.length;
         send(columns({ cells: new Uint32Array(n).fill(0xffffffff) })); }`,
          /inline value/,
        ],
        [
          'answers 40 MB again and again',
          'for (;;) { untilEvents(); send(columns({ scratch: new Uint8Array(40 << 20) })); }',
          // A machine that is busy may find out first that there is no answer.
          /cells, expected|no answer/,
        ],
        [
          'answers 200 MB',
          'untilEvents(); send(columns({ scratch: new Uint8Array(200 << 20) })); sleep(1000);',
          // A machine that is busy may find out first that there is no answer.
          /of at most|bytes of memory|no answer/,
        ],
        [
          'takes all memory',
          'untilEvents(); const all = []; for (;;) all.push(Buffer.alloc(16 << 20, 1));',
          // A machine that is busy may find out first that there is no answer.
          /bytes of memory|SIGKILL|ended with|no answer/,
        ],
        [
          'names an unknown fault',
          "for (;;) { untilEvents(); send({ kind: 'fault', fault: 'nonsense\\u001b', message: 'm', log }); }",
          /nonsense/,
        ],
        [
          'writes in the name of another plugin',
          `for (;;) { const { events } = untilEvents();
         send({ ...columns({}), log: { lines: [{ plugin: 'cloudtrail', level: 'error', message: 'x' }], unlisted: new Map() } }); }`,
          /hostile error: x/,
        ],
        [
          'says that a call of another plugin does not end',
          'untilEvents(); const b = Buffer.alloc(16); [5, 12345, 0, 0].forEach((w, i) => b.writeInt32LE(w, 4 * i)); fs.writeSync(4, b, 0, 16, 0); sleep(60000);',
          /time limit/,
        ],
      ],
      5,
    ),
  )(
    'that %s',
    async (_, code, said) => {
      const stderr = await contain('extractor', code, said);
      expect(stderr).not.toMatch(/plugin `cloudtrail`|cloudtrail error/);
    },
    TEST_TIME_MAX_MS,
  );
});
