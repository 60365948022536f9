/* Alerts to receivers through the program, as its configuration says. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVERY_EVENT, loginRecord } from '../support/cloudtrail-events.ts';
import { freePort } from '../support/free-port.ts';
import { HttpReceiver, SyslogReceiver } from '../support/receivers.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const EVENTS = 500;
const scratch = scratchFolder('cli-receivers');
const log = scratch.write('log.jsonl', `${loginRecord()}\n`.repeat(EVENTS));
const rules = scratch.write('rules.yaml', EVERY_EVENT);

function run(config: string, ...more: string[]) {
  const file = scratch.write(`${Math.abs(hash(config))}.yaml`, config);
  return runProgram(['run', '-c', file, 'cloudtrail', log, '-r', rules, ...more]);
}

function hash(text: string): number {
  return [...text].reduce((sum, char) => (31 * sum + char.charCodeAt(0)) | 0, 7);
}

describe('receivers of alerts', () => {
  it('of every kind get what they want, in the form that they want', async () => {
    const [http, syslog] = [new HttpReceiver(), new SyslogReceiver()];
    await http.start();
    await syslog.start();
    const result = await run(`
stdout_output: {enabled: false}
http_output:
  enabled: true
  url: http://127.0.0.1:${http.port}/
  user_agent: falcosecurity/falco
  insecure: false
  ca_cert: ""
  ca_bundle: ""
  ca_path: /etc/falco/certs/
  mtls: false
  client_cert: /etc/ssl/certs/client.crt
  client_key: /etc/ssl/certs/client.key
  echo: false
  compress_uploads: false
  keep_alive: false
  max_consecutive_timeouts: 5
json_output: true
program_output: {enabled: true, keep_alive: true, program: "wc -l"}
outputs:
  - {type: syslog, address: "tcp://127.0.0.1:${syslog.port}", format: text}
  - {type: file, filename: ${scratch.path}/none.txt, priority: critical}
  - {type: file, filename: ${scratch.path}/some.txt, rules: ["*"], sources: [aws_cloudtrail]}
`);
    expect(result.stderr).not.toMatch(/could not|error|warning/);
    expect(result.code).toBe(0);
    expect(http.bodies).toHaveLength(EVENTS);
    expect(JSON.parse(http.bodies[0] ?? '')).toMatchObject({ source: 'aws_cloudtrail' });
    expect(syslog.lines).toHaveLength(EVENTS);
    expect(syslog.lines[0]).toMatch(/^<\d+>1 \S+ \S+ tiercel \d+ alert - \d\d:\d\d:\d\d\.\d{9}: /);
    expect(result.stdout.trim()).toBe(String(EVENTS));
    expect(readFileSync(join(scratch.path, 'none.txt'), 'utf8')).toBe('');
    const some = readFileSync(join(scratch.path, 'some.txt'), 'utf8').trim().split('\n');
    expect(some).toEqual(http.bodies);
  });

  it('get other formats, each made once for all who want it', async () => {
    const http = new HttpReceiver();
    await http.start();
    const result = await run(`
stdout_output: {enabled: false}
outputs:
  - {type: http, url: "http://127.0.0.1:${http.port}/v1/logs", format: otlp, batch_size: 200}
  - {type: stdout, format: ocsf}
  - {type: file, filename: ${scratch.path}/same.txt, format: ocsf}
  - {type: file, filename: ${scratch.path}/chat.txt, template: '{"text": {{json output}}}'}
`);
    expect(result.stderr).not.toMatch(/could not|error|warning/);
    const records = http.bodies.flatMap((body) => JSON.parse(body).resourceLogs);
    expect(records).toHaveLength(EVENTS);
    expect(http.headers[0]).toMatchObject({ 'content-type': 'application/json' });
    expect(JSON.parse(result.stdout.split('\n')[0] ?? '')).toMatchObject({ class_uid: 2004 });
    expect(readFileSync(join(scratch.path, 'same.txt'), 'utf8')).toBe(result.stdout);
    const [chat = ''] = readFileSync(join(scratch.path, 'chat.txt'), 'utf8').split('\n');
    expect(JSON.parse(chat)).toEqual({ text: expect.stringContaining(': ') });
  });

  it('that are away get the alerts of an earlier run with those of the next', async () => {
    const state = join(scratch.path, 'state');
    const port = await freePort();
    const config = `
data_dir: ${state}
stdout_output: {enabled: false}
outputs: [{type: http, url: "http://127.0.0.1:${port}/", batch_size: 100}]
`;
    const first = await run(config);
    expect(first.stderr).toContain('connection refused');
    expect(first.stderr).toContain(`500 alerts for http http://127.0.0.1:${port}/ wait on disk`);
    expect(first.code).toBe(0);
    const receiver = new HttpReceiver();
    receiver.port = port;
    await receiver.start();
    const second = await run(config, '--from-start');
    expect(second.stderr).toContain('500 alerts of an earlier run are sent first');
    expect(receiver.lines).toHaveLength(2 * EVENTS);
    expect(second.code).toBe(0);
  });

  it('that refuse alerts leave them among the dead letters, with the reason', async () => {
    const receiver = new HttpReceiver();
    receiver.answer = (_, respond) => {
      respond.writeHead(400).end('not like this');
      return true;
    };
    await receiver.start();
    const letters = join(scratch.path, 'letters.jsonl');
    const result = await run(`
stdout_output: {enabled: false}
outputs: [{type: http, name: siem, url: "http://127.0.0.1:${receiver.port}/", dead_letter_file: ${letters}}]
`);
    expect(result.stderr).toMatch(
      /500 alerts for http \S+ went to its dead letters: HTTP status 400: not like this/,
    );
    expect(result.code).toBe(3);
    expect(readFileSync(letters, 'utf8').trim().split('\n')).toHaveLength(EVENTS);
  });

  it('that never answer are given up, and the alerts counted', async () => {
    const port = await freePort();
    const result = await run(`
stdout_output: {enabled: false}
outputs: [{type: http, url: "http://127.0.0.1:${port}/", retry: {max_tries: 2, min_pause: 1}}]
`);
    expect(result.stderr).toMatch(
      /500 alerts could not be written to http \S+: .*connection refused/,
    );
    expect(result.code).toBe(3);
  });
});
