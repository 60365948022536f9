// How long it takes from an event being written to its alert being read, one event at a time: a followed file, a
// followed folder, a socket.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const EVENTS = 300;
const RULES =
  '- {rule: A, desc: d, condition: ct.name = A, output: "%ct.id", priority: INFO, source: aws_cloudtrail}\n';
const lineOf = (number) =>
  `{"eventName":"A","eventID":"${number}","eventTime":"2026-01-01T00:00:00Z"}\n`;

/** In milliseconds; `write` gives one line to whoever reads. */
async function measure(program, folder, args, write) {
  const rules = join(folder, 'latency.yaml');
  writeFileSync(rules, RULES);
  const child = spawn(
    process.execPath,
    [program, 'run', '-q', 'cloudtrail', ...args, '-r', rules],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let onAlert = () => {};
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more) => {
    text += more;
    onAlert();
  });
  const times = [];
  try {
    for (let number = 0; number <= EVENTS; number++) {
      const started = performance.now();
      const isThere = new Promise((resolve) => {
        onAlert = () => text.includes(` ${number}\n`) && resolve();
      });
      await write(lineOf(number));
      await isThere;
      // The first one waits for the program to come up.
      if (number > 0) times.push(performance.now() - started);
      text = '';
      await sleep((number * 7) % 50);
    }
  } finally {
    child.kill('SIGTERM');
  }
  await new Promise((resolve) => child.once('exit', resolve));
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(share * (times.length - 1))];
  return { median: at(0.5), p95: at(0.95), max: at(1) };
}

export async function measureLatency(program, folder) {
  const logs = join(folder, 'latency');
  mkdirSync(logs, { recursive: true });
  const file = join(logs, 'app.log');
  writeFileSync(file, '');
  const append = (line) => appendFileSync(file, line);
  const path = join(folder, 'latency.sock');
  let socket;
  const send = async (line) => {
    while (!existsSync(path)) await sleep(20);
    socket ??= connect(path);
    socket.write(line);
  };
  const results = {
    'followed file': await measure(program, folder, [file, '--follow'], append),
    'followed folder': await measure(program, folder, [logs, '--follow'], append),
    socket: await measure(program, folder, [`unix:${path}`], send),
  };
  socket?.destroy();
  return results;
}
