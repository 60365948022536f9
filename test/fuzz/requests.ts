/*
 * Requests that no client sends, to the web server and to a webhook: request lines, headers and bodies with parts left
 * out, doubled, too long or of odd characters. Whoever listens answers the next honest request as before.
 */

import { connect } from 'node:net';
import { WebServer } from '../../engine/service/web-server.ts';
import { createCounts } from '../../engine/store/service-counts.ts';
import { WebhookInbox } from '../../engine/store/webhook/webhook-inbox.ts';
import { WebhookServers } from '../../engine/store/webhook/webhook-servers.ts';
import { freePort } from '../support/free-port.ts';
import { serviceStatus } from '../support/service-status.ts';
import { webhookAt } from '../support/store-root.ts';
import type { Fuzz } from './fuzz-worker.ts';
import type { Random } from './random.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS', 'CONNECT', 'TRACE', 'get', '', 'G T'];
const TARGETS = [
  '/',
  '//',
  '///',
  'http://[',
  'http://a:b/',
  '*',
  '/healthz',
  '/readyz/',
  '/metrics',
  '/readyz/%',
  '/api/status',
  '/api/alerts',
  '/events',
  '/events',
  '/events/',
  '?',
  '#',
  '',
];
const PIECES = [
  '%',
  '%00',
  '%zz',
  '..',
  '\\',
  '@',
  ':',
  '[',
  ']',
  '?',
  '#',
  '\u00ff',
  '\u0001',
  ' ',
];
const VERSIONS = ['HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'http/1.1', ''];
const NAMES = [
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'expect',
  'upgrade',
  'last-event-id',
  'content-encoding',
  'authorization',
  'x-signature',
  '__proto__',
  'constructor',
  '',
];
const VALUES = [
  '127.0.0.1',
  'localhost:1',
  '[::1]',
  'elsewhere',
  '0',
  '3',
  '-1',
  '99999999999999999999',
  '1e3',
  'chunked',
  'gzip',
  'close',
  'keep-alive',
  'upgrade',
  '100-continue',
  'Bearer',
  'NaN',
  '',
  '\u00ff\u00fe',
  ',,,',
];
const BODIES = [
  '',
  '{}',
  '{"a":1}\n',
  '0\r\n\r\n',
  '3\r\nabc\r\n0\r\n\r\n',
  'zz\r\n',
  '\u001f\u008b',
];
const ENDS = ['\r\n', '\n', '\r', ''];
const COLONS = [': ', ':', ' :', ''];
/** Runs between two looks at whether honest requests are answered. */
const CHECK_EVERY = 50;

export async function fuzzRequests(): Promise<Fuzz> {
  const problems: string[] = [];
  const web = new WebServer({
    address: '127.0.0.1',
    port: 0,
    healthPath: '/health',
    hasMetrics: true,
    hasPage: true,
    certificateFile: undefined,
    status: serviceStatus,
    onProblem: (message) => problems.push(message),
  });
  const webPort = Number(new URL(await web.open()).port);
  const webhookPort = await freePort();
  const inbox = new WebhookInbox({
    name: 'fuzz',
    location: webhookAt(webhookPort, '/events'),
    access: {
      certificateFile: undefined,
      keyFile: undefined,
      bodySizeMax: 1_000,
      authentication: [],
    },
    counts: createCounts(),
    servers: new WebhookServers(),
  });
  await inbox.open(() => {});
  const settle = async (): Promise<void> => {
    for (;;) for (const message of await inbox.receive()) message.done();
  };
  void settle();
  let runs = 0;
  return async (random) => {
    const isWeb = random.below(2) === 0;
    const answer = await send(isWeb ? webPort : webhookPort, createRequest(random));
    runs += 1;
    if (runs % CHECK_EVERY === 0) {
      expectOk(await send(webPort, 'GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n'));
      const post = 'POST /events HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 2\r\n\r\n{}';
      expectOk(await send(webhookPort, post));
    }
    if (problems.length > 0) throw new Error(problems.join('\n'));
    const [, status = 'no answer'] = /^HTTP\/1\.1 (\d+)/.exec(answer) ?? [];
    return `${isWeb ? 'web server' : 'webhook'}: ${status}`;
  };
}

function expectOk(answer: string): void {
  if (!answer.startsWith('HTTP/1.1 200')) throw new Error(`an honest request got: ${answer}`);
}

function createRequest(random: Random): string {
  const target = random.pick(TARGETS) + piecesOf(random);
  const line = [oddOf(random, METHODS), target, oddOf(random, VERSIONS)].join(' ');
  const headers = Array.from({ length: random.below(3) }, () => {
    const long = random.below(40) === 0 ? 'x'.repeat(random.below(20_000)) : '';
    const name = random.pick(NAMES);
    return `${name}${oddOf(random, COLONS)}${random.pick(VALUES)}${long}`;
  });
  const honest = random.below(4) === 0 ? [] : ['host: 127.0.0.1'];
  return [line, ...honest, ...headers, '', random.pick(BODIES)].join(oddOf(random, ENDS));
}

/** Mostly the first one: requests with several odd parts are refused for the first of them. */
function oddOf(random: Random, values: readonly string[]): string {
  return random.below(8) === 0 ? random.pick(values) : (values[0] ?? '');
}

function piecesOf(random: Random): string {
  return Array.from({ length: random.below(4) }, () => random.pick(PIECES)).join('');
}

/** The first part of what is answered; empty where the connection ends without one. */
function send(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let answer = '';
    const end = (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('data', (bytes) => {
      answer = bytes.toString('latin1');
      end();
    });
    socket.on('error', end);
    socket.on('close', end);
    socket.end(text, 'latin1');
  });
}
