#!/usr/bin/env node
// npm run bench: events/s and MB/s of the main job, as a ratio to JSON.parse with property reads
// over the same bytes in the same run. Options: --mb N (default 300), --runs N (default 3), --objects N (default 20000), --json FILE.
// The corpus is made by make-bulk.mjs of the prepared data where that is at hand, else from self-made records.
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureBucket } from './bucket.mjs';
import { measureIsolation } from './isolation.mjs';
import { measureLatency } from './latency.mjs';
import { measureLines } from './lines.mjs';
import { makeCorpus } from './make-corpus.mjs';
import { measureOutputs } from './outputs.mjs';
import { measureReplacement } from './replacement.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const program = join(repository, 'dist/engine/cli/main.js');
const prepared = join(repository, '../shared/data/make-bulk.mjs');

function readOptions() {
  const options = { mb: 300, runs: 3, objects: 20_000, json: '' };
  const words = process.argv.slice(2);
  for (let index = 0; index + 1 < words.length; index += 2) {
    const name = words[index].replace(/^--/, '');
    options[name] = name === 'json' ? words[index + 1] : Number(words[index + 1]);
  }
  return options;
}

function makeData(folder, mb) {
  const jsonl = join(folder, 'bulk.jsonl');
  const gz = join(folder, 'gz');
  if (existsSync(prepared)) {
    const made = spawnSync(
      process.execPath,
      [prepared, '--mb', String(mb), '--jsonl', jsonl, '--gz', gz],
      { stdio: 'ignore' },
    );
    if (made.status === 0) return { jsonl, gz, origin: 'resampled public records' };
  }
  makeCorpus({ mb, jsonl, gz });
  return { jsonl, gz, origin: 'self-made records' };
}

/** The yardstick: every line parsed, and the fields read that the rules look at. */
function measureJsonParse(path) {
  const text = readFileSync(path);
  const started = process.cpuUsage();
  const wallStarted = performance.now();
  let start = 0;
  let hits = 0;
  for (let end = text.indexOf(10); end !== -1; end = text.indexOf(10, start)) {
    const record = JSON.parse(text.utf8Slice(start, end));
    const identity = record.userIdentity;
    if (record.eventName === 'ConsoleLogin' && record.errorCode === undefined) hits += 1;
    if (identity?.type === 'Root' && record.sourceIPAddress === '') hits += 1;
    if (record.eventSource === 'ec2.amazonaws.com' && record.awsRegion === 'x') hits += 1;
    if (record.responseElements?.ConsoleLogin === 'Success') hits += 1;
    if (record.additionalEventData?.MFAUsed === 'No') hits += 1;
    start = end + 1;
  }
  const cpu = process.cpuUsage(started);
  return {
    wallMs: performance.now() - wallStarted,
    cpuMs: (cpu.user + cpu.system) / 1000,
    bytes: text.length,
    hits,
  };
}

/** One run of the command line: wall time, peak resident size, time to the first alert, summary. */
function runProgram(args, environment = {}) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, [program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    let peakKb = 0;
    let firstAlertMs;
    let errors = '';
    let lines = 0;
    const sample = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
        peakKb = Math.max(peakKb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
      } catch {
        // Not Linux, or the process has ended.
      }
    }, 20);
    child.stdout.on('data', (chunk) => {
      firstAlertMs ??= performance.now() - started;
      for (const byte of chunk) if (byte === 10) lines += 1;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(sample);
      const wallMs = performance.now() - started;
      resolve({ code, wallMs, peakMb: peakKb / 1024, firstAlertMs, lines, errors });
    });
  });
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

async function measure(name, args, { runs, bytes, startMs, yardstickMbs }) {
  const results = [];
  for (let run = 0; run < runs; run++) results.push(await runProgram(args));
  const failed = results.find(({ code }) => code !== 0 && code !== 3);
  if (failed !== undefined) throw new Error(`${name}: exit ${failed.code}\n${failed.errors}`);
  const wallMs = median(results.map((result) => result.wallMs));
  const workMs = Math.max(1, wallMs - startMs);
  const mbs = bytes / 1000 / workMs;
  return {
    name,
    mbs: Math.round(mbs),
    ratio: Number((mbs / yardstickMbs).toFixed(2)),
    wallMs: Math.round(wallMs),
    spreadMs: Math.round(Math.max(...results.map((r) => r.wallMs)) - wallMs),
    peakMb: Math.round(Math.max(...results.map((r) => r.peakMb))),
    alerts: results[0].lines,
  };
}

async function measureStart(jsonl, rules, cacheDirectory) {
  const config = join(cacheDirectory, '..', 'start.yaml');
  writeFileSync(config, `cache_dir: ${JSON.stringify(cacheDirectory)}\n`);
  const args = ['run', 'cloudtrail', jsonl, '-c', config, '-r', rules, '--json', '-q'];
  rmSync(cacheDirectory, { recursive: true, force: true });
  const cold = await runProgram(args);
  const warm = [];
  for (let run = 0; run < 5; run++) warm.push(await runProgram(args));
  return {
    coldFirstAlertMs: Math.round(cold.firstAlertMs ?? Number.NaN),
    warmFirstAlertMs: Math.round(median(warm.map((run) => run.firstAlertMs ?? Number.NaN))),
    warmWholeMs: median(warm.map((run) => run.wallMs)),
  };
}

async function main() {
  const options = readOptions();
  const folder = mkdtempSync(join(tmpdir(), 'tiercel-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  process.stderr.write(`making ${options.mb} MB …\n`);
  const data = makeData(folder, options.mb);
  const rules = join(repository, 'test/bench/rules-22.yaml');
  const bytes = statSync(data.jsonl).size;
  const oneAlert = join(folder, 'one.jsonl');
  writeFileSync(oneAlert, `${JSON.stringify(ALERTING_RECORD)}\n`);
  mkdirSync(join(folder, 'cache'));
  const start = await measureStart(oneAlert, rules, join(folder, 'cache'));
  const latency = await measureLatency(program, folder);
  const replacement = {
    thread: await measureReplacement(repository, folder, 'thread'),
    process: await measureReplacement(repository, folder, 'process'),
  };
  const yardstick = [];
  for (let run = 0; run < options.runs; run++) yardstick.push(measureJsonParse(data.jsonl));
  const yardstickMs = median(yardstick.map(({ wallMs }) => wallMs));
  const yardstickMbs = bytes / 1000 / yardstickMs;
  const common = { runs: options.runs, bytes, startMs: start.warmWholeMs, yardstickMbs };
  const events = countLines(data.jsonl);
  const rows = [
    await measure(
      'JSON lines → alerts',
      ['run', 'cloudtrail', data.jsonl, '-r', rules, '--json', '-q'],
      common,
    ),
    await measure(
      'gzip → alerts',
      ['run', 'cloudtrail', data.gz, '-r', rules, '--json', '-q'],
      common,
    ),
  ];
  const isolation = await measureIsolation(repository, folder, {
    runProgram,
    runs: options.runs,
    lines: data.jsonl,
    gzip: data.gz,
    line: oneAlert,
  });
  const outputs = await measureOutputs(folder, {
    runProgram,
    runs: options.runs,
    record: ALERTING_RECORD,
    startMs: start.warmWholeMs,
  });
  const lines = measureLines(folder, options);
  const bucket = await measureBucket(repository, folder, { runProgram, objects: options.objects });
  const report = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}`,
    corpus: `${(bytes / 1e6).toFixed(0)} MB, ${events} events, ${data.origin}`,
    gzipFiles: readdirSync(data.gz, { recursive: true }).filter((name) => name.endsWith('.gz'))
      .length,
    jsonParseMbs: Math.round(yardstickMbs),
    rows: rows.map((row) => ({
      ...row,
      eventsPerSecond: Math.round((row.mbs * 1e6 * events) / bytes),
    })),
    start,
    latency,
    replacement,
    isolation,
    outputs,
    lines,
    bucket: { objects: options.objects, rows: bucket },
  };
  print(report);
  if (options.json !== '') writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
}

function countLines(path) {
  let count = 0;
  for (const byte of readFileSync(path)) if (byte === 10) count += 1;
  return count;
}

function print(report) {
  const out = (line) => process.stdout.write(`${line}\n`);
  out(`${report.date}  ${report.machine}`);
  out(`corpus: ${report.corpus} (${report.gzipFiles} gzip files)`);
  out(`yardstick: JSON.parse + property reads ${report.jsonParseMbs} MB/s = 1.00 ×`);
  out('');
  out('case                       MB/s   ratio  events/s    wall ms  (+spread)  peak MB  alerts');
  for (const row of report.rows) {
    out(
      `${row.name.padEnd(24)} ${String(row.mbs).padStart(6)} ${row.ratio.toFixed(2).padStart(6)} ×` +
        ` ${String(row.eventsPerSecond).padStart(9)} ${String(row.wallMs).padStart(10)}` +
        ` ${String(row.spreadMs).padStart(10)} ${String(row.peakMb).padStart(8)} ${String(row.alerts).padStart(7)}`,
    );
  }
  out('');
  out(
    `first alert: ${report.start.coldFirstAlertMs} ms with an empty cache,` +
      ` ${report.start.warmFirstAlertMs} ms with a warm one`,
  );
  for (const [name, { median: half, p95, max }] of Object.entries(report.latency)) {
    const [a, b, c] = [half, p95, max].map((value) => value.toFixed(1));
    out(`event to alert, ${name}: median ${a} ms, p95 ${b} ms, max ${c} ms`);
  }
  for (const [kind, { median: half, max }] of Object.entries(report.replacement)) {
    out(
      `deadline of a plugin to work without it, ${kind}: median ${half.toFixed(1)} ms, max ${max.toFixed(1)} ms`,
    );
  }
  for (const { name, threadMs, processMs, ratio } of report.isolation) {
    out(
      `processes instead of threads, ${name}: ${threadMs.toFixed(0)} → ${processMs.toFixed(0)} ms,` +
        ` median of the pairs ${ratio.toFixed(2)} ×`,
    );
  }
  for (const { name, alertsPerSecond, ratio } of report.outputs)
    out(`alerts, ${name}: ${alertsPerSecond.toLocaleString('en-US')}/s, ${ratio.toFixed(2)} ×`);
  for (const { name, linesPerSecond, ratio } of report.lines.results) {
    out(
      `access log, ${name}: ${linesPerSecond} lines a second, ${ratio.toFixed(2)} × of a loop in JavaScript` +
        ` that reads eight fields (${report.lines.loop})`,
    );
  }
  for (const { concurrency, objectsPerSecond, fetchedPerSecond, ratio } of report.bucket.rows) {
    out(
      `${report.bucket.objects} objects of a bucket, ${concurrency} at a time: ${objectsPerSecond} a second,` +
        ` ${ratio.toFixed(2)} × of a loop that only fetches them (${fetchedPerSecond})`,
    );
  }
}

const ALERTING_RECORD = {
  eventVersion: '1.08',
  userIdentity: { type: 'IAMUser', userName: 'bench', accountId: '123456789012' },
  eventTime: '2026-01-01T00:00:00Z',
  eventSource: 'cloudtrail.amazonaws.com',
  eventName: 'StopLogging',
  awsRegion: 'us-east-1',
  sourceIPAddress: '198.51.100.7',
  eventType: 'AwsApiCall',
};

await main();
