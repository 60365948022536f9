#!/usr/bin/env node
// `npm run fuzz`: random changes to what plugins are, answer and ask for. Nothing may crash, hang, run code or touch a
// file: each target runs in threads of its own in an empty folder. A component that loops is ended, as in a run.
//   npm run fuzz [-- components answers host-calls requests process-messages] [--count N] [--seed N] [--from N]
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { rolldown } from 'rolldown';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const COUNTS = {
  components: 200_000,
  answers: 1_000_000,
  'host-calls': 1_000_000,
  requests: 200_000,
  'process-messages': 1_000_000,
};
const SAMPLES = ['json', 'cloudtrail'];
/** A run that takes longer is ended. */
const RUN_TIME_MAX_MS = 5_000;
const POLL_MS = 1_000;
const MEMORY_MAX_BYTES = 2 ** 31;
const THREADS = 2;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string' }, seed: { type: 'string' }, from: { type: 'string' } },
});
const targets = positionals.length > 0 ? positionals : Object.keys(COUNTS);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const scratch = mkdtempSync(join(tmpdir(), 'tiercel-fuzz-'));
let failures = 0;
let runs = 0;
try {
  const entry = await bundle();
  process.chdir(scratch);
  const samples = SAMPLES.map((name) =>
    readFileSync(join(repository, `dist/plugins/${name}.wasm`)),
  );
  for (const target of targets) {
    const count = Number(values.count ?? COUNTS[target]);
    const from = Number(values.from ?? 0);
    const startedMs = performance.now();
    const outcomes = new Map();
    const share = Math.ceil((count - from) / THREADS);
    await Promise.all(
      Array.from({ length: THREADS }, (_, thread) => {
        const first = from + thread * share;
        return fuzz({
          target,
          entry,
          samples,
          outcomes,
          from: first,
          count: Math.min(first + share, count),
        });
      }),
    );
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
    process.stdout.write(`${target}: ${count - from} runs in ${seconds} s, seed ${seed}\n`);
    for (const [outcome, times] of [...outcomes].sort((a, b) => b[1] - a[1])) {
      process.stdout.write(`  ${String(times).padStart(8)}  ${outcome}\n`);
    }
    runs += count - from;
  }
  const left = readdirSync(scratch);
  if (left.length > 0) fail(`files were made: ${left.join(', ')}`);
} finally {
  process.chdir(repository);
  rmSync(scratch, { recursive: true, force: true });
}
process.stdout.write(`${runs} runs, ${failures} failed\n`);
process.exitCode = failures > 0 ? 1 : 0;

function fail(text) {
  failures += 1;
  process.stderr.write(`${text}\n`);
}

async function bundle() {
  const bundled = await rolldown({
    input: join(repository, 'test/fuzz/fuzz-worker.ts'),
    platform: 'node',
    cwd: repository,
    external: [/^@bytecodealliance/],
    onLog: () => {},
  });
  // Beside the packages that it loads itself.
  const file = join(repository, 'dist', 'fuzz', 'fuzz-worker.js');
  await bundled.write({
    dir: join(repository, 'dist', 'fuzz'),
    format: 'esm',
    entryFileNames: '[name].js',
  });
  return file;
}

/** Resolves when all are done, or one has failed. */
async function fuzz({ target, entry, samples, outcomes, from, count }) {
  for (let next = from; next < count; ) {
    next = await runThread({ target, entry, samples, outcomes, from: next, count });
  }
}

/** Answers where to go on: behind the last one, or behind one that had to be ended. */
function runThread({ target, entry, samples, outcomes, from, count }) {
  const progress = new SharedArrayBuffer(4);
  const words = new Int32Array(progress);
  words[0] = from;
  return new Promise((resolve) => {
    const worker = new Worker(entry, {
      workerData: { target, seed, from, count, samples, progress },
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
      env: {},
    });
    let seen = from;
    let since = performance.now();
    const end = (next) => {
      clearInterval(timer);
      worker.removeAllListeners();
      worker.on('error', () => {});
      void worker.terminate().then(() => resolve(next));
    };
    const timer = setInterval(() => {
      const at = Atomics.load(words, 0);
      if (process.memoryUsage.rss() > MEMORY_MAX_BYTES) {
        fail(`${target} ${at}, seed ${seed}: more than 2 GiB of memory`);
        end(count);
      } else if (at !== seen) [seen, since] = [at, performance.now()];
      else if (performance.now() - since > RUN_TIME_MAX_MS) {
        if (target !== 'components') fail(`${target} ${at}, seed ${seed}: does not come back`);
        outcomes.set(
          'ended: does not come back',
          (outcomes.get('ended: does not come back') ?? 0) + 1,
        );
        end(at + 1);
      }
    }, POLL_MS);
    worker.on('message', (message) => {
      if (message.kind === 'outcomes') {
        for (const [outcome, times] of message.outcomes)
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + times);
      } else if (message.kind === 'failure') {
        fail(`${target} ${message.index}, seed ${seed}: ${message.said}`);
        end(message.index + 1);
      } else end(count);
    });
    worker.on('error', (error) => {
      fail(`${target} ${Atomics.load(words, 0)}, seed ${seed}: ${error.stack}`);
      end(Atomics.load(words, 0) + 1);
    });
  });
}
