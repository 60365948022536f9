// Lines of text: the example of an access log against a loop of `split` and a regular expression over the same bytes.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const program = join(repository, 'dist/engine/cli/main.js');
const START = Date.UTC(2026, 0, 1);
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const PLATFORMS = [
  'Windows NT 10.0; Win64; x64',
  'Macintosh; Intel Mac OS X 10_15_7',
  'X11; Linux x86_64',
  'iPhone; CPU iPhone OS 18_1 like Mac OS X',
  'Linux; Android 14; SM-S921B',
];

/** A small linear congruential generator: the same log on every machine. */
function createRandom(seed) {
  let state = seed >>> 0;
  return (count) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * count);
  };
}

function agentOf(random) {
  const platform = PLATFORMS[random(PLATFORMS.length)];
  const version = 100 + random(30);
  return `Mozilla/5.0 (${platform}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`;
}

function makeLine(random, time) {
  const date = new Date(time);
  const [day, clock] = date.toISOString().split('T');
  const stamp = `${day.slice(8)}/${MONTHS[date.getUTCMonth()]}/${day.slice(0, 4)}:${clock.slice(0, 8)} +0000`;
  const client = `203.${random(4)}.${random(256)}.${random(256)}`;
  const user = random(20) === 0 ? `user${random(300)}` : '-';
  const method = random(8) === 0 ? 'POST' : 'GET';
  const query = random(3) === 0 ? `?id=${random(1_000_000)}&page=${random(40)}` : '';
  const path = `/shop/${['items', 'cart', 'images', 'api/v2/orders'][random(4)]}/${random(900)}${query}`;
  const status = [200, 200, 200, 200, 200, 304, 302, 404, 500][random(9)];
  const size = status === 304 ? 0 : 200 + random(60_000);
  const referer =
    random(2) === 0 ? '-' : `https://shop.example/${['', 'items', 'search'][random(3)]}`;
  return `${client} - ${user} [${stamp}] "${method} ${path} HTTP/1.1" ${status} ${size} "${referer}" "${agentOf(random)}"\n`;
}

/** Bytes and lines that were written. */
function makeLog(path, mb) {
  const random = createRandom(7);
  const file = openSync(path, 'w');
  let bytes = 0;
  let lines = 0;
  while (bytes < mb * 1_000_000) {
    let part = '';
    for (let line = 0; line < 1000; line++) part += makeLine(random, START + (lines + line) * 40);
    lines += 1000;
    bytes += writeSync(file, part);
  }
  closeSync(file);
  return { bytes, lines };
}

const COMBINED =
  /^(\S+) \S+ (\S+) \[([^\]]+)\] "([A-Z]+) ([^ "]*)[^"]*" (\d+) (\d+|-)(?: "([^"]*)" "([^"]*)")?/;

const CHUNK_SIZE = 1 << 20;

/** Events with eight fields, and the condition of the example's rule. */
function measureLoop(path) {
  const started = performance.now();
  const bytes = readFileSync(path);
  const result = { found: 0, lost: 0 };
  for (let start = 0; start < bytes.length; ) {
    const rough = Math.min(bytes.length, start + CHUNK_SIZE);
    const end = rough === bytes.length ? rough : bytes.lastIndexOf(10, rough) + 1;
    for (const line of bytes.toString('utf8', start, end).split('\n')) readLine(line, result);
    start = end;
  }
  return { ms: performance.now() - started, ...result };
}

function readLine(line, result) {
  const parts = COMBINED.exec(line);
  if (parts === null) {
    if (line !== '') result.lost += 1;
    return;
  }
  const [, client, user, time, method, path, status, size, referer, agent] = parts;
  const numbers = { status: Number(status), size: Number(size) };
  const event = { client, user, time, method, path, referer, agent, ...numbers };
  const isFound =
    event.path.includes('/.env') || event.path.includes('/.git/') || event.path.includes('/id_rsa');
  if (isFound) result.found += 1;
}

/** Every field in a condition that does not hold. */
const ALL_FIELDS = `- rule: All fields
  desc: Reads every field of every event
  condition: >
    nginx.client = 192.0.2.1 or nginx.user = nobody or nginx.method = TRACE or nginx.path contains "/.env"
    or nginx.status = 599 or nginx.size = 1 or nginx.referer = "http://evil.example/" or nginx.agent contains sqlmap
  output: x
  priority: WARNING
  source: nginx
`;

function measureRun(args, cwd) {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${args.join(' ')}: exit ${status}\n${stderr}`);
  return performance.now() - started;
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Lines a second of the loop, and of the product with the rule of the example and with one that reads every field. */
export function measureLines(folder, { mb, runs }) {
  const log = join(folder, 'access.log');
  const short = join(folder, 'short.log');
  const { lines, bytes } = makeLog(log, mb);
  makeLog(short, 0.1);
  const plugin = join(folder, 'nginx.wasm');
  measureRun(['plugin', 'build', 'plugins-wasm/examples/nginx', '-o', plugin], repository);
  const rules = join(folder, 'all-fields.yaml');
  writeFileSync(rules, ALL_FIELDS);
  const ways = { 'own rule': [], 'all fields': ['-r', rules] };
  const rates = { loop: [], 'own rule': [], 'all fields': [] };
  for (let run = 0; run < runs; run++) {
    rates.loop.push((lines / measureLoop(log).ms) * 1000);
    for (const [name, more] of Object.entries(ways)) {
      const args = (path) => ['run', plugin, path, ...more, '-q'];
      const startMs = measureRun(args(short));
      rates[name].push((lines / (measureRun(args(log)) - startMs)) * 1000);
    }
  }
  const loop = median(rates.loop);
  return {
    bytes,
    lines,
    loop: Math.round(loop),
    results: Object.keys(ways).map((name) => {
      const rate = median(rates[name]);
      return { name, linesPerSecond: Math.round(rate), ratio: Number((rate / loop).toFixed(2)) };
    }),
  };
}
