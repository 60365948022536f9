// How long after its deadline a plugin that loops is out of the way: from a line being written to the alert of a rule that
// does without the plugin, less the deadline, and less what a line takes that does no harm. A worker in reserve is warm.
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { componentEmbed, componentNew, parse } from '@bytecodealliance/jco-transpile/wasm-tools';

const RUNS = 5;
const DEADLINE_MS = 300;
/** The reserve comes up when a run has lasted ten seconds. */
const WARM_AFTER_MS = 11_500;
const LONG_SIZE = 500;
const P = 'tiercel:plugin/';
const V = '@0.1.0#';
const MODULE = `(module
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 8192))
  (func (export "${P}plugin${V}init") (param i32 i32) (result i32) (i32.const 2048))
  (func (export "${P}extractor${V}configure") (param i32 i32 i32) (result i32) (i32.const 2048))
  (func (export "${P}extractor${V}extract") (param i32 i32 i32 i32 i32 i32 i32) (result i32)
    (if (i32.gt_u (local.get 2) (i32.const ${LONG_SIZE})) (then (loop $forever (br $forever))))
    (i32.store (i32.const 1024) (i32.const 4096))
    (i32.store (i32.const 1028) (i32.shr_u (local.get 4) (i32.const 1)))
    ${[1032, 1040, 1048, 1056, 1064, 1072, 1080].map((at) => `(i32.store (i32.const ${at}) (i32.const 8))`).join(' ')}
    (i32.const 1024)))`;
const MANIFEST = {
  name: 'loops',
  version: '0.1.0',
  description: 'Loops on long events',
  contact: 'bench',
  license: 'Apache-2.0',
  world: 'extractor-plugin@0.1.0',
  capabilities: {},
  extractor: { fields: [{ name: 'loops.value', type: 'string', description: 'none' }] },
  limits: { callTimeMax: DEADLINE_MS },
};
const RULES = `
- {rule: good, desc: d, condition: ct.name = A, output: good, priority: INFO, source: aws_cloudtrail}
- {rule: needs, desc: d, condition: loops.value exists, output: needs, priority: INFO, source: aws_cloudtrail}
`;

async function buildPlugin(repository) {
  const witSource = readFileSync(join(repository, 'schemas/wit/v0.1/plugin.wit'), 'utf8');
  const binary = await parse(MODULE);
  const world = 'extractor-plugin';
  const embedded = await componentEmbed({ binary, witSource, world, stringEncoding: 'utf8' });
  const component = Buffer.from(await componentNew(embedded, []));
  const name = Buffer.from('tiercel:manifest');
  const text = Buffer.from(JSON.stringify(MANIFEST));
  const size = 1 + name.length + text.length;
  const head = Buffer.from([0, (size & 127) | 128, size >> 7, name.length]);
  return Buffer.concat([component, head, name, text]);
}

/** Median and the longest, in milliseconds, for the worker being a thread or a process. */
export async function measureReplacement(repository, folder, isolation) {
  const { buildEngine, loadConfig } = await import(
    pathToFileURL(join(repository, 'dist/engine/index.js')).href
  );
  const place = join(folder, `replacement-${isolation}`);
  mkdirSync(place);
  writeFileSync(join(place, 'loops.wasm'), await buildPlugin(repository));
  writeFileSync(join(place, 'rules.yaml'), RULES);
  const times = await Promise.all(
    Array.from({ length: RUNS }, (_, run) =>
      measureOne(run, place, { buildEngine, loadConfig, isolation }),
    ),
  );
  times.sort((a, b) => a - b);
  return { median: times[times.length >> 1], max: times.at(-1) };
}

async function measureOne(run, place, { buildEngine, loadConfig, isolation }) {
  // One after the other, so that none of them waits for another's thread.
  await sleep(run * 1_000);
  const log = join(place, `events-${run}.jsonl`);
  const line = (more) => `{"eventName":"A","eventTime":"2026-01-01T00:00:00Z","x":"${more}"}\n`;
  writeFileSync(log, line(''));
  const plugins = [
    { name: 'loops', library_path: join(place, 'loops.wasm') },
    { name: 'cloudtrail', open_params: log },
  ];
  const { value: config } = loadConfig({
    configFile: undefined,
    rulesFiles: [join(place, 'rules.yaml')],
    options: [
      `plugins=${JSON.stringify(plugins)}`,
      'follow=true',
      'workers=1',
      `isolation=${isolation}`,
    ],
    plugin: undefined,
    openParams: undefined,
  });
  const { engine } = await buildEngine(config);
  const abort = new AbortController();
  let onAlert = () => {};
  const ended = engine.run({ signal: abort.signal, deliver: () => onAlert() });
  /** From the line being written to its alert. */
  const take = async (text) => {
    const alert = new Promise((resolve) => {
      onAlert = () => resolve(performance.now());
    });
    const written = performance.now();
    appendFileSync(log, text);
    return (await alert) - written;
  };
  await sleep(WARM_AFTER_MS);
  const usual = [];
  for (let count = 0; count < 9; count++) {
    usual.push(await take(line('')));
    await sleep(37);
  }
  usual.sort((x, y) => x - y);
  const late = await take(line('x'.repeat(2 * LONG_SIZE)));
  abort.abort();
  await ended;
  return late - DEADLINE_MS - usual[usual.length >> 1];
}
