// Alerts a second to each kind of output, where every event gives one, as ratios to a run that only counts them.
import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const EVENTS = 300_000;
/** Where each alert is a request of its own. */
const EVENTS_ONE_BY_ONE = 30_000;
const RECEIVER = fileURLToPath(new URL('output-receiver.mjs', import.meta.url));
const RULE =
  '- {rule: every, desc: d, condition: ct.name exists, output: "login of %ct.user from %ct.srcip", priority: WARNING, source: aws_cloudtrail}\n';

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

export async function measureOutputs(folder, { runProgram, runs, record, startMs }) {
  const place = join(folder, 'outputs');
  mkdirSync(place);
  const rules = join(place, 'every.yaml');
  writeFileSync(rules, RULE);
  const logs = new Map();
  for (const count of [EVENTS, EVENTS_ONE_BY_ONE]) {
    const log = join(place, `${count}.jsonl`);
    writeFileSync(log, `${JSON.stringify(record)}\n`.repeat(count));
    logs.set(count, log);
  }
  const receivers = await Promise.all(['http', 'tcp', 'slow'].map(startReceiver));
  const [http, tcp, slow] = receivers;
  const file = { type: 'file', filename: join(place, 'alerts.txt'), keep_alive: true };
  const url = `http://127.0.0.1:${http.port}/`;
  const away = { type: 'http', url: `http://127.0.0.1:${slow.port}/`, batch_size: 100, spool: {} };
  away.spool.path = join(place, 'spool');
  const cases = [
    { name: 'counted only', outputs: [] },
    { name: 'file, text', outputs: [file] },
    { name: 'file, JSON', outputs: [{ ...file, format: 'json' }] },
    { name: 'file, OCSF', outputs: [{ ...file, format: 'ocsf' }] },
    { name: 'HTTP, 1,000 a request', outputs: [{ type: 'http', url, batch_size: 1000 }] },
    { name: 'HTTP, one a request', outputs: [{ type: 'http', url }], count: EVENTS_ONE_BY_ONE },
    { name: 'syslog, TCP', outputs: [{ type: 'syslog', address: `tcp://127.0.0.1:${tcp.port}` }] },
    { name: 'file, beside a slow receiver', outputs: [file, away] },
  ];
  const rows = [];
  try {
    for (const { name, outputs, count = EVENTS } of cases) {
      const config = join(place, `${rows.length}.yaml`);
      writeFileSync(config, JSON.stringify({ stdout_output: { enabled: false }, outputs }));
      const args = ['run', '-q', '-c', config, 'cloudtrail', logs.get(count), '-r', rules];
      const times = [];
      for (let run = 0; run < runs; run++) {
        const { code, wallMs, errors } = await runProgram(args);
        if (code !== 0) throw new Error(`${name}: exit ${code}\n${errors}`);
        times.push(Math.max(1, wallMs - startMs));
      }
      const alertsPerSecond = Math.round((1000 * count) / median(times));
      const ratio = alertsPerSecond / (rows[0]?.alertsPerSecond ?? alertsPerSecond);
      rows.push({ name, alertsPerSecond, ratio });
    }
  } finally {
    for (const { child } of receivers) child.disconnect();
  }
  return rows;
}

async function startReceiver(kind) {
  const child = fork(RECEIVER, [kind], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const port = await new Promise((resolve) => {
    child.stdout.once('data', (text) => resolve(Number(text)));
  });
  return { child, port };
}
