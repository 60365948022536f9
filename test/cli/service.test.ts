/* A run that is watched: health, metrics, the page, through the program. */

import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVERY_EVENT } from '../support/cloudtrail-events.ts';
import { freePort } from '../support/free-port.ts';
import { type LiveProgram, runLive } from '../support/run-live.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('service');
const rules = scratch.write('rules.yaml', EVERY_EVENT);
const record = (number: number): string =>
  `{"eventName":"E${number}","eventTime":"2026-01-01T00:00:00Z"}\n`;
const configured = (name: string, more = ''): string =>
  scratch.write(
    `${name}.yaml`,
    `webserver: {enabled: true, listen_port: 0, prometheus_metrics_enabled: true${more}}\n`,
  );

/** As soon as it is known. */
async function urlOf(program: LiveProgram): Promise<string> {
  await program.until('status page: ');
  return /status page: (\S+)/.exec(program.stderr)?.[1] ?? '';
}

describe('a run with a web server', () => {
  it('shows the state of the run, and alerts as they come', async () => {
    const log = scratch.write('log.jsonl', record(1));
    const config = configured('page');
    const args = ['run', '-c', config, 'cloudtrail', log, '-r', rules, '--follow'];
    const { code, stdout, stderr } = await runLive(args, async (program) => {
      const url = await urlOf(program);
      await program.until('E1');
      const ask = async (path: string): Promise<string> => await (await fetch(url + path)).text();
      expect(JSON.parse(await ask('healthz'))).toEqual({ status: 'ok' });
      expect(JSON.parse(await ask('readyz/cloudtrail'))).toMatchObject({ ready: true });
      expect(await ask('')).toContain('<title>Tiercel</title>');
      const feed = await fetch(`${url}api/alerts`);
      const reader = feed.body?.pipeThrough(new TextDecoderStream()).getReader();
      let seen = '';
      appendFileSync(log, record(2));
      while (!seen.includes('E2')) seen += (await reader?.read())?.value ?? '';
      await reader?.cancel();
      expect(seen).toContain('"number":2,');
      const metrics = await ask('metrics');
      expect(metrics).toMatch(/^tiercel_stream_events_total\{.*\} 2$/m);
      expect(metrics).toMatch(/^tiercel_output_delivered_total\{output="stdout"\} 2$/m);
      expect(JSON.parse(await ask('api/status'))).toMatchObject({ alerts: 2 });
    });
    expect(stdout.trim().split('\n')).toHaveLength(2);
    expect(stderr).toContain('2 alerts');
    expect(code).toBe(0);
  });

  it('shows the alerts of the run before', async () => {
    const log = scratch.write('again.jsonl', record(1));
    const file = join(scratch.path, 'again-alerts.jsonl');
    const outputs = `json_output: true\nfile_output: {enabled: true, filename: ${file}}\n`;
    const config = scratch.write(
      'again.yaml',
      `webserver: {enabled: true, listen_port: 0}\n${outputs}`,
    );
    const args = ['run', '-c', config, 'cloudtrail', log, '-r', rules, '--follow'];
    await runLive(args, (program) => program.until('E1'));
    await runLive(args, async (program) => {
      const feed = await fetch(`${await urlOf(program)}api/alerts`);
      const reader = feed.body?.pipeThrough(new TextDecoderStream()).getReader();
      const seen = (await reader?.read())?.value ?? '';
      await reader?.cancel();
      expect(seen).toContain('"isEarlier":true');
      expect(seen).toContain('"rule":"R"');
    });
  });

  it('shows alerts to this machine alone, where nobody says otherwise', async () => {
    const log = scratch.write('other.jsonl', record(1));
    const config = configured('everywhere', ', listen_address: 0.0.0.0');
    const args = ['run', '-c', config, 'cloudtrail', log, '-r', rules, '--follow'];
    await runLive(args, async (program) => {
      const url = (await urlOf(program)).replace('0.0.0.0', '127.0.0.1');
      expect((await fetch(`${url}healthz`)).status).toBe(200);
      expect((await fetch(url)).status).toBe(404);
      expect((await fetch(`${url}api/alerts`)).status).toBe(404);
    });
  });

  it('is refused where its port is taken, before anything is read', async () => {
    const log = scratch.write('taken.jsonl', record(1));
    const port = await freePort();
    const config = scratch.write(
      'taken.yaml',
      `webserver: {enabled: true, listen_port: ${port}, listen_address: 192.0.2.1}\n`,
    );
    const run = await runProgram(['run', '-c', config, 'cloudtrail', log, '-r', rules]);
    expect(run.stderr).toMatch(
      /web server on 192\.0\.2\.1:\d+ cannot be started: .*WEBSERVER_UNUSABLE/s,
    );
    expect(run.stdout).toBe('');
    expect(run.code).toBe(1);
  });

  it('needs a certificate where it is to have one', async () => {
    const log = scratch.write('tls.jsonl', record(1));
    const missing = join(scratch.path, 'none.pem');
    const config = configured('tls', `, ssl_enabled: true, ssl_certificate: ${missing}`);
    const run = await runProgram(['run', '-c', config, 'cloudtrail', log, '-r', rules]);
    expect(run.stderr).toContain('it does not exist');
    expect(run.code).toBe(1);
  });
});

describe('snapshots of metrics', () => {
  it('are alerts and lines of a file, every so often', async () => {
    const log = scratch.write('counted.jsonl', record(1));
    const file = join(scratch.path, 'metrics.jsonl');
    const config = scratch.write(
      'metrics.yaml',
      `json_output: true
metrics: {enabled: true, interval: 100ms, output_rule: true, output_file: ${file}}
outputs:
  - {type: file, filename: ${scratch.path}/warnings.txt, priority: warning}
  - {type: file, filename: ${scratch.path}/text.txt, format: text}
`,
    );
    const args = ['run', '-c', config, 'cloudtrail', log, '-r', rules, '--follow'];
    const { stdout, code } = await runLive(args, async (program) => {
      await program.until('E1');
      await program.until('"falco.rules.matches_total":1');
    });
    const alerts = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const snapshots = alerts.filter(({ rule }) => rule === 'Falco internal: metrics snapshot');
    expect(snapshots.at(-1)).toMatchObject({
      priority: 'Informational',
      source: 'internal',
      output_fields: { 'falco.num_evts': 1, 'falco.rules.matches_total': 1 },
    });
    const lines = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ sample }) => sample)).toEqual(lines.map((_, index) => index + 1));
    expect(lines.at(-1).output_fields).toMatchObject({ 'falco.num_evts': 1 });
    expect(readFileSync(join(scratch.path, 'warnings.txt'), 'utf8')).not.toContain('snapshot');
    expect(readFileSync(join(scratch.path, 'text.txt'), 'utf8')).toMatch(
      /^\S+: Informational Falco metrics snapshot \(evt\.hostname=/m,
    );
    expect(code).toBe(0);
  });
});

describe('what a run says of itself', () => {
  const log = scratch.write('said.jsonl', `${record(1)}not JSON\n`);
  const run = (...options: string[]) =>
    runProgram(['run', 'cloudtrail', log, '-r', rules, ...options.flatMap((one) => ['-o', one])]);

  it('is a line of JSON for each message where it is asked for', async () => {
    const { stderr, code } = await run('log_format=json', 'capture.enabled=true');
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { level: 'warning', diagnostic: { code: 'CONFIG_NOT_SUPPORTED' } },
      { level: 'warning', problem: { severity: 'lost', line: 2 } },
      { level: 'warning', summary: { events: 1, alertsTotal: 1, lostProblems: 1 } },
    ]);
    expect(lines[1].message).toContain('not read: said.jsonl:2: ');
    for (const { time, message } of lines) {
      expect(Number.isNaN(Date.parse(time))).toBe(false);
      expect(typeof message).toBe('string');
    }
    expect(code).toBe(3);
  });

  it('is no more than its level, which loses nothing else', async () => {
    const { stderr, stdout, code } = await run('log_level=error');
    expect(stderr).toBe('');
    expect(stdout).toContain('E1');
    expect(code).toBe(3);
  });
});
