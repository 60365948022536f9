/*
 * Twenty secrets in everything that a configuration can have: none of them is in what is written, on the terminal, in
 * the log as JSON, on the page, in metrics, in snapshots, in what is set aside, nor in errors of a configuration.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { postSoon } from '../support/post.ts';
import { runLive } from '../support/run-live.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('secrets');
const COUNT = 20;
const secretOf = (index: number): string => `planted-${index}-${'s3cr3t'.repeat(2)}`;
const SECRETS = Array.from({ length: COUNT }, (_, index) => secretOf(index + 1));
/** Half of them come from the environment. */
const environment = Object.fromEntries(SECRETS.map((secret, index) => [`S${index + 1}`, secret]));
const written = (index: number): string => (index % 2 === 0 ? `\${S${index}}` : secretOf(index));

folder.write(
  'rules.yaml',
  '- {rule: r, desc: d, condition: ct.name = A, output: seen, priority: INFO, source: aws_cloudtrail}\n',
);
folder.write('a.jsonl', '{"eventName":"A","eventTime":"2026-01-01T00:00:00Z"}\n');

function configure(ports: { readonly web: number; readonly hook: number }, more = ''): string {
  const s = written;
  return folder.write(
    'tiercel.yaml',
    `rules_files: [rules.yaml]
data_dir: state
webserver: {enabled: true, listen_port: ${ports.web}, listen_address: 127.0.0.1}
metrics: {enabled: true, interval: 100ms, output_file: metrics.jsonl}
webhook:
  authentication:
    - {path: /one, type: bearer, secret: "${s(1)}"}
    - {path: /one, type: hmac, secret: "${s(2)}", header: X-Signature}
plugins:
  - name: cloudtrail
    open_params: http://127.0.0.1:${ports.hook}/one
outputs:
  - {type: http, url: "http://user:${s(3)}@127.0.0.1:9/${s(4)}?key=${s(5)}", headers: {Authorization: "Bearer ${s(6)}", X-Key: "${s(7)}"}}
  - {type: http, name: second, url: "http://127.0.0.1:9/x?token=${s(8)}&other=${s(9)}", headers: {Authorization: "Basic ${s(10)}"}}
  - {type: http, name: third, url: "http://127.0.0.1:9/services/${s(12)}", headers: {Cookie: "${s(11)}"}}
  - {type: http, name: fourth, url: "http://127.0.0.1:9/${s(14)}/${s(16)}", headers: {X-A: "${s(13)}", X-B: "${s(15)}"}}
  - {type: http, name: fifth, url: "http://127.0.0.1:9/${s(18)}", headers: {X-C: "${s(17)}", X-D: "${s(19)}", X-E: "${s(20)}"}}
${more}`,
  );
}

function expectNone(texts: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(texts))
    for (const secret of SECRETS) expect(text.includes(secret), `${secret} in ${name}`).toBe(false);
}

/** Everything below a folder. */
function filesIn(path: string): Record<string, string> {
  const found = readdirSync(path, { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  return Object.fromEntries(
    found.map(({ parentPath, name }) => {
      return [join(parentPath, name), readFileSync(join(parentPath, name), 'latin1')];
    }),
  );
}

describe('a secret of a configuration', () => {
  it.each(['text', 'json'])('is nowhere in what a run writes: a log as %s', async (format) => {
    const ports = { web: await freePort(), hook: await freePort() };
    const config = configure(ports);
    const pages: Record<string, string> = {};
    const { stdout, stderr } = await runLive(
      ['run', '-c', config, '-o', `log_format=${format}`],
      async ({ until }) => {
        await until('status page');
        for (const path of ['', 'metrics', 'readyz', 'versions', 'api/status', 'healthz'])
          pages[path] = await (await fetch(`http://127.0.0.1:${ports.web}/${path}`)).text();
        // It may listen a little later than the page is there.
        const refused = await postSoon(`http://127.0.0.1:${ports.hook}/one`, '{}');
        pages.refused = refused.body;
        const event = '{"eventName":"A","eventTime":"2026-01-01T00:00:00Z"}';
        const headers = { authorization: `Bearer ${secretOf(1)}` };
        const sent = fetch(`http://127.0.0.1:${ports.hook}/one`, {
          method: 'POST',
          body: event,
          headers,
        });
        sent.catch(() => {});
        // Nobody takes the alert, which is reported.
        await until('connection refused');
        pages.late = await (await fetch(`http://127.0.0.1:${ports.web}/api/status`)).text();
      },
      { env: environment, cwd: folder.path },
    );
    expect(pages['api/status']).toContain('second');
    const { 'tiercel.yaml': _, ...files } = Object.fromEntries(
      Object.entries(filesIn(folder.path)).map(([path, text]) => [
        path.slice(folder.path.length + 1),
        text,
      ]),
    );
    expect(Object.keys(files)).toContain('metrics.jsonl');
    expectNone({ stdout, stderr, ...pages, ...files });
  });

  it.each<[mistake: string, more: string]>([
    ['an unknown key', 'bogus: 1\n'],
    ['a wrong type', 'workers: many\n'],
    ['a syntax error', 'a: [\n'],
    ['a second key', 'outputs: []\n'],
    [
      'an unknown key beside secrets',
      `  - {type: http, url: "x", headers: {A: "${written(2)}"}, timeout: -5}\n`,
    ],
    [
      'a wrong address',
      `  - {type: http, url: "http://u:${written(3)}@", headers: {A: "${written(4)}"}}\n`,
    ],
  ])('is not in any text about %s', async (_, more) => {
    const config = configure({ web: 1, hook: 2 }, more);
    for (const command of ['run', 'validate']) {
      for (const args of [[], ['--json']]) {
        const options = { cwd: folder.path, env: environment };
        const { code, stdout, stderr } = await runProgram(
          [command, '-c', config, ...args],
          options,
        );
        expect(code).toBe(1);
        expectNone({ stdout, stderr });
      }
    }
  });
});
