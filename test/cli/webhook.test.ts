/* `http://HOST:PORT/PATH`: events that senders bring, and the answers to them. 200 means that the alerts are out. */

import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { generate } from 'selfsigned';
import { describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { type Answer, post, postSoon } from '../support/post.ts';
import { type LiveProgram, runLive } from '../support/run-live.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('webhook');
const rules = folder.write(
  'rules.yaml',
  '- {rule: all, desc: d, condition: ct.name exists, output: "<%ct.name>", priority: INFO, source: aws_cloudtrail}\n',
);
const record = (name: string): string =>
  `{"eventName":"${name}","eventTime":"2026-01-01T00:00:00Z"}`;

/** The program at a port of its own. */
async function live(
  act: (url: string, program: LiveProgram) => Promise<void>,
  more: readonly string[] = [],
  scheme = 'http',
) {
  const url = `${scheme}://127.0.0.1:${await freePort()}/events`;
  const args = ['run', 'cloudtrail', url, '-r', rules, ...more];
  return await runLive(args, (program) => act(url, program));
}

const errorOf = ({ status, body }: Answer): unknown => [status, JSON.parse(body).error];

describe('a webhook', () => {
  it('answers when the alerts are out', async () => {
    const { code, stdout, stderr } = await live(async (url, program) => {
      const first = await postSoon(url, `{"Records":[${record('One')},${record('Two')}]}`);
      expect([first.status, first.body]).toEqual([200, '{"status":"ok"}\n']);
      await program.until('<Two>');
      const lines = `${record('Three')}\n${record('Four')}\n`;
      expect((await post(`${url}?from=test`, gzipSync(lines))).status).toBe(200);
      expect((await post(url, '')).status).toBe(200);
    });
    expect(stdout.match(/<\w+>/g)).toEqual(['<One>', '<Two>', '<Three>', '<Four>']);
    expect(stderr).toContain('cloudtrail: 3 requests taken\n');
    expect(code).toBe(0);
  });

  it('refuses what is no event, and goes on', async () => {
    const { code, stdout, stderr } = await live(
      async (url) => {
        const answers = [
          await postSoon(url, '', { method: 'GET' }),
          await post(url.replace('/events', '/'), record('X')),
          await post(url, 'x'.repeat(2_001)),
          await post(url, 'x'.repeat(2_001), { headers: { 'transfer-encoding': 'chunked' } }),
          await post(url, record('X'), { headers: { 'content-encoding': 'br' } }),
          await post(url, gzipSync(record('Cut')).subarray(0, 40)),
        ];
        expect(answers.map(errorOf)).toEqual([
          [405, 'use POST'],
          [404, 'unknown path'],
          [413, 'the body is larger than 2000 bytes'],
          [413, 'the body is larger than 2000 bytes'],
          [415, 'the body must be plain, gzip or zstd'],
          [400, expect.stringContaining('gzip ends early')],
        ]);
        expect(answers[0]?.headers.allow).toBe('POST');
        expect(errorOf(await post(url, 'no JSON'))).toEqual([
          400,
          expect.stringContaining('nothing can be read: not JSON'),
        ]);
        expect((await post(url, '{"level":"info"}')).status).toBe(400);
        // A part of it is an event: to send it again would repeat that.
        expect((await post(url, `no JSON\n${record('Half')}\n`)).status).toBe(200);
        expect((await post(url, record('Good'))).status).toBe(200);
      },
      ['-o', 'webhook.max_body_size=2000'],
    );
    expect(stdout).toContain('<Good>');
    expect(stderr).toContain('a request from 127.0.0.1 was refused with 413');
    expect(stdout).toContain('<Half>');
    expect(stderr).toContain('cloudtrail: 2 requests taken, 7 refused\n');
    expect(stderr).toMatch(/not read: request \d+ to http:.*:1: not JSON/);
    expect(code).toBe(3);
  });

  it('asks a sender that waits for leave before it sends', async () => {
    await live(
      async (url) => {
        await postSoon(url, '');
        const { port, hostname } = new URL(url);
        const ask = async (size: number): Promise<string> => {
          const socket = connect(Number(port), hostname);
          socket.write(
            `POST /events HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: ${size}\r\n\r\n`,
          );
          const [bytes] = (await once(socket, 'data')) as [Buffer];
          socket.destroy();
          return bytes.toString().split('\r\n', 1)[0] ?? '';
        };
        expect(await ask(2_000)).toBe('HTTP/1.1 100 Continue');
        expect(await ask(2_001)).toBe('HTTP/1.1 413 Payload Too Large');
      },
      ['-o', 'webhook.max_body_size=2000'],
    );
  });

  it('believes those who know the secret of the path', async () => {
    const port = await freePort();
    const secretFile = folder.write('secret', 'of the file\n');
    const config = folder.write(
      'secrets.yaml',
      `rules_files: [${rules}]
streams:
  - {name: a, plugin: cloudtrail, open_params: 'http://127.0.0.1:${port}/token'}
  - {name: b, plugin: cloudtrail, open_params: 'http://127.0.0.1:${port}/hmac'}
  - {name: c, plugin: cloudtrail, open_params: 'http://127.0.0.1:${port}/github'}
plugins: [{name: cloudtrail}]
webhook:
  authentication:
    - {path: /token, type: bearer, secret: '\${TEST_TOKEN}'}
    - {path: /hmac, type: hmac, header: X-Own, secret_file: ${secretFile}}
    - {type: github, secret: of all others}
`,
    );
    const body = record('Known');
    const sign = (secret: string, encoding: 'hex' | 'base64' = 'hex'): string =>
      createHmac('sha256', secret).update(body).digest(encoding);
    const act = async ({ until }: LiveProgram): Promise<void> => {
      const url = `http://127.0.0.1:${port}`;
      await postSoon(`${url}/token`, '');
      const statusOf = async (path: string, headers: Record<string, string>): Promise<number> => {
        const answer = await postSoon(url + path, body, { headers });
        return answer.status;
      };
      const hub = 'x-hub-signature-256';
      const tries: [path: string, headers: Record<string, string>, status: number][] = [
        ['/token', {}, 401],
        ['/token', { authorization: 'Bearer of-others' }, 401],
        ['/token', { authorization: 'Basic t0ken' }, 401],
        ['/token', { authorization: 'Bearer t0ken' }, 200],
        ['/hmac', {}, 401],
        ['/hmac', { 'x-own': sign('of another') }, 401],
        ['/hmac', { 'x-own': '' }, 401],
        ['/hmac', { 'x-own': sign('of the file') }, 200],
        ['/hmac', { 'x-own': sign('of the file', 'base64') }, 200],
        ['/github', { [hub]: sign('of the file') }, 401],
        ['/github', { [hub]: `sha256=${sign('of all others')}` }, 200],
      ];
      // All three listen only when each of them has been opened.
      while ((await statusOf('/github', {})) === 404 || (await statusOf('/hmac', {})) === 404);
      for (const [path, headers, status] of tries)
        expect([path, headers, await statusOf(path, headers)]).toEqual([path, headers, status]);
      await until('<Known>');
    };
    const { stdout, stderr } = await runLive(['run', '-c', config], act, {
      env: { TEST_TOKEN: 't0ken' },
    });
    expect(stdout.match(/<Known>/g)).toHaveLength(4);
    expect(stderr).toContain('refused with 401: the bearer token is missing');
    expect(stderr).not.toContain('t0ken');
  });

  it('speaks TLS', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'tiercel' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    const both = folder.write('both.pem', key + cert);
    const { stdout } = await live(
      async (url) => {
        expect((await postSoon(url, record('Secret'), { ca: cert })).status).toBe(200);
        await expect(post(url, record('Untrusting'))).rejects.toThrow('self-signed');
      },
      ['-o', `webhook.ssl_certificate=${both}`],
      'https',
    );
    expect(stdout).toContain('<Secret>');
    expect(stdout).not.toContain('<Untrusting>');
  });

  it('lets senders wait when the outputs do, and tells them when the run is over', async () => {
    const waiting: Promise<Answer>[] = [];
    let refused = 0;
    const { stdout } = await live(async (url, { child, until }) => {
      await postSoon(url, record('First'));
      await until('<First>');
      child.stdout?.pause();
      // Longer than the pipe and what the program holds of it.
      const lines = `${record('x'.repeat(1_000))}\n`.repeat(3_000);
      while (refused === 0) {
        const answer = post(url, lines);
        waiting.push(answer);
        // However long a refusal takes on this machine.
        const counted = answer.then(({ status, headers }) => {
          if (status !== 429) return;
          expect(headers['retry-after']).toBe('1');
          refused += 1;
        });
        await Promise.race([counted, new Promise((resolve) => setTimeout(resolve, 100))]);
      }
      setTimeout(() => child.stdout?.resume(), 200);
    });
    const all = await Promise.all(waiting.map(async (one) => (await one).status));
    const statuses = all.filter((status) => status !== 429);
    expect(statuses.length).toBeGreaterThan(1);
    expect(statuses.every((status) => status === 200 || status === 503)).toBe(true);
    const accepted = statuses.filter((status) => status === 200).length;
    expect(stdout.match(/<x+>/g)?.length ?? 0).toBeGreaterThanOrEqual(3_000 * accepted);
  });
});

describe('a webhook that cannot be', () => {
  const cases: [name: string, location: string, said: string, ...more: string[]][] = [
    ['has no port', 'http://host/x.json', 'not an address of this machine'],
    ['has no certificate', 'https://127.0.0.1:9/', 'https needs `webhook.ssl_certificate`'],
    [
      'has one that is not there',
      'https://127.0.0.1:9/',
      '/none.pem cannot be read',
      '-o',
      `webhook.ssl_certificate=${join(folder.path, 'none.pem')}`,
    ],
    [
      'has an invalid one',
      'https://127.0.0.1:9/',
      'cannot start: no certificate and its key in ',
      ...['-o', `webhook.ssl_certificate=${rules}`],
    ],
    [
      'is at an address of another machine',
      'http://192.0.2.1:9999/',
      '192.0.2.1 is no address of this machine',
    ],
    [
      'has a secret twice',
      'http://127.0.0.1:9/',
      'either `secret` or `secret_file`',
      ...['-o', 'webhook.authentication[].type=bearer'],
    ],
  ];
  it.each(cases)('is reported: %s', async (_, location, said, ...more) => {
    const { code, stderr } = await runProgram([
      'run',
      'cloudtrail',
      location,
      '-r',
      rules,
      ...more,
    ]);
    expect(stderr).toContain(said);
    expect(code).toBe(1);
  });

  it('is reported: another process listens there', async () => {
    await live(async (url) => {
      await postSoon(url, '');
      const { code, stderr } = await runProgram(['run', 'cloudtrail', url, '-r', rules]);
      expect(stderr).toContain('another process listens at port');
      expect(code).toBe(1);
    });
  });

  it('is warned of: anybody may send', async () => {
    const port = await freePort();
    const location = `http://:${port}/`;
    const args = ['run', 'cloudtrail', location, '-r', rules];
    const { code, stderr } = await runLive(args, async () => {
      await postSoon(`http://127.0.0.1:${port}/`, '');
    });
    expect(stderr).toContain(`${location} is not protected: everybody who reaches it can send`);
    expect(code).toBe(0);
  });
});
