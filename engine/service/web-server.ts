/* What shows a run to those who watch it: health, metrics, versions, and a page for people. It can only be read. */

import { readFileSync } from 'node:fs';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, isIP } from 'node:net';
import { VERSION } from '#generated/build-info';
import { type Clock, SYSTEM_CLOCK } from '../base/clock.ts';
import { limitPlaces } from '../base/connection-places.ts';
import { guarded } from '../base/guard.ts';
import { hideSecrets } from '../base/secrets.ts';
import { ENGINE_VERSION } from '../language/load/load-ruleset.ts';
import { AlertTail } from './alert-tail.ts';
import { illness, readiness, type ServiceStatus } from './health.ts';
import { METRICS_TYPE, metricsText } from './metrics.ts';
import { PAGE, PAGE_POLICY } from './page.ts';
import type { AlertPart, PageStatus, RuleText } from './page-data.ts';

export interface WebServerOptions {
  readonly address: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Where Kubernetes asks. */
  readonly healthPath: string;
  readonly hasMetrics: boolean;
  /** Everybody who reaches the address can see the alerts. */
  readonly hasPage: boolean;
  /** PEM file with certificate and key; `undefined`: HTTP. */
  readonly certificateFile: string | undefined;
  readonly status: () => ServiceStatus;
  /** A request that could not be answered, for an error of ours. */
  readonly onProblem?: (message: string) => void;
  readonly clock?: Clock;
  /** The alerts that the page shows. */
  readonly tail?: AlertTail;
}

const CONNECTIONS_MAX = 200;
const WATCHERS_MAX = 32;
const CONNECTIONS_OF_ONE_MAX = 64;
const REQUEST_TIME_MAX_MS = 10_000;
const HEADERS_TIME_MAX_MS = 5_000;
/** What has had its time is found so soon. */
const SERVER_OPTIONS = { connectionsCheckingInterval: 1_000 };
/** Between two parts of a live feed. */
const FEED_INTERVAL_MS = 200;
/** Most alerts in one part of the feed: nobody can read more at once. */
const FEED_ALERTS_MAX = 2_000;
/** A reader that has so much to read gets nothing more for now. */
const FEED_SIZE_MAX = 4 << 20;
const HEARTBEAT_PARTS = 75;
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

export class WebServer {
  readonly tail: AlertTail;
  readonly #options: WebServerOptions;
  readonly #clock: Clock;
  readonly #startedMs: number;
  #server: Server | undefined;
  readonly #watchers = new Set<() => void>();

  constructor(options: WebServerOptions) {
    this.#options = options;
    this.tail = options.tail ?? new AlertTail();
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#startedMs = this.#clock.nowMs();
  }

  /** Resolves to its URL; rejects with the system's error. */
  async open(): Promise<string> {
    const { address, port, certificateFile } = this.#options;
    const listener: RequestListener = guarded(
      'status-request',
      (request, response) => this.#answer(request, response),
      (error, _, response) => this.#giveUp(error, response),
    );
    const pem = certificateFile === undefined ? undefined : readFileSync(certificateFile);
    const server =
      pem === undefined
        ? createServer(SERVER_OPTIONS, listener)
        : createTlsServer({ ...SERVER_OPTIONS, cert: pem, key: pem }, listener);
    limitPlaces(server, {
      most: CONNECTIONS_MAX,
      mostOfOne: CONNECTIONS_OF_ONE_MAX,
      onFull: (message) => this.#options.onProblem?.(`web server: ${message}`),
    });
    server.requestTimeout = REQUEST_TIME_MAX_MS;
    server.headersTimeout = HEADERS_TIME_MAX_MS;
    server.on('clientError', (_, socket) => socket.destroy());
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: address, port }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    this.#server = server;
    const at = (server.address() as AddressInfo).port;
    const host = isIP(address) === 6 ? `[${address}]` : address;
    return `${pem === undefined ? 'http' : 'https'}://${host}:${at}/`;
  }

  async close(): Promise<void> {
    for (const end of [...this.#watchers]) end();
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers } = request;
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('cache-control', 'no-store');
    if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      send(response, 405, 'text/plain', 'only GET and HEAD are allowed\n');
      return;
    }
    if (!this.#isForUs(headers.host)) {
      send(response, 421, 'text/plain', 'wrong host name\n');
      return;
    }
    await this.#route(pathOf(request), request, response);
  }

  /** The request gets an answer; answers on their way are cut off. */
  #giveUp(error: Error, response: ServerResponse): void {
    this.#options.onProblem?.(`web server: a request could not be answered: ${error.message}`);
    if (response.headersSent) response.destroy();
    else send(response, 500, 'text/plain', 'internal error\n');
  }

  /** Another site's page may have a host name that leads here, and would read what it must not. */
  #isForUs(host: string | undefined): boolean {
    const { address } = this.#options;
    if (!LOOPBACK.test(address)) return true;
    const name = (host ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
    return LOOPBACK.test(name);
  }

  async #route(
    pathname: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { healthPath, hasMetrics, hasPage, status } = this.#options;
    if (pathname === healthPath || pathname === '/healthz') {
      const reason = illness(status());
      if (reason === undefined) sendJson(response, 200, { status: 'ok' });
      else sendJson(response, 503, { status: 'stalled', reason });
    } else if (pathname === '/readyz' || pathname.startsWith('/readyz/')) {
      this.#sendReadiness(pathname, response);
    } else if (pathname === '/versions') {
      sendJson(response, 200, versions(status()));
    } else if (pathname === '/metrics' && hasMetrics) {
      const time = { nowMs: this.#clock.nowMs(), startedMs: this.#startedMs };
      send(response, 200, METRICS_TYPE, await metricsText(status(), time));
    } else if (hasPage && pathname === '/') {
      response.setHeader('content-security-policy', PAGE_POLICY);
      response.setHeader('referrer-policy', 'no-referrer');
      send(response, 200, 'text/html; charset=utf-8', PAGE);
    } else if (hasPage && pathname === '/api/status') {
      sendJson(response, 200, this.#describe());
    } else if (hasPage && pathname === '/api/rules') {
      sendJson(response, 200, ruleTexts(status()));
    } else if (hasPage && pathname === '/api/alerts') {
      this.#feed(request, response);
    } else {
      send(response, 404, 'text/plain', 'not found\n');
    }
  }

  #sendReadiness(pathname: string, response: ServerResponse): void {
    const all = readiness(this.#options.status());
    if (pathname === '/readyz') {
      sendJson(response, all.isReady ? 200 : 503, {
        ready: all.isReady,
        streams: all.streams.map(shown),
        outputs: all.outputs.map(({ output, isReady, isUp, state }) => ({
          output,
          ready: isReady,
          up: isUp,
          state,
        })),
      });
      return;
    }
    const name = decode(pathname.slice('/readyz/'.length));
    const one = all.streams.find(({ stream }) => stream === name);
    if (one === undefined) send(response, 404, 'text/plain', 'unknown stream\n');
    else sendJson(response, one.isReady ? 200 : 503, shown(one));
  }

  /** All that the page shows but alerts. */
  #describe(): PageStatus {
    const { engine, outputs } = this.#options.status();
    const streams = engine?.streams.map(({ latestTime, ...stream }) => ({
      ...stream,
      latestTimeMs: latestTime === undefined ? undefined : Number(latestTime / 1_000_000n),
    }));
    return {
      version: VERSION,
      nowMs: this.#clock.nowMs(),
      startedMs: this.#startedMs,
      alerts: this.tail.total,
      streams: streams ?? [],
      rules: (engine?.rules ?? []).map(({ description: _, tags: __, ...rule }) => rule),
      plugins: engine?.plugins ?? [],
      outputs,
    };
  }

  /** Server-sent events: alerts behind the one that was seen last, as they come. */
  #feed(request: IncomingMessage, response: ServerResponse): void {
    if (this.#watchers.size >= WATCHERS_MAX) {
      send(response, 503, 'text/plain', 'too many clients\n');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let seen = Number(request.headers['last-event-id'] ?? 0) || 0;
    // One of another process.
    if (seen > this.tail.last) seen = 0;
    let silent = 0;
    const step = (): void => {
      if (response.writableLength > FEED_SIZE_MAX) return;
      const alerts = this.tail.after(seen, FEED_ALERTS_MAX);
      const last = alerts.at(-1);
      silent += 1;
      if (last === undefined) {
        if (silent % HEARTBEAT_PARTS === 0) response.write(': still here\n\n');
        return;
      }
      silent = 0;
      const missed = (alerts[0]?.number ?? 0) - seen - 1;
      seen = last.number;
      const part: AlertPart = { missed, total: this.tail.total, alerts };
      const data = JSON.stringify(part);
      response.write(`id: ${seen}\ndata: ${data}\n\n`);
    };
    const timer = setInterval(
      guarded('status-feed', step, (error) => this.#giveUp(error, response)),
      FEED_INTERVAL_MS,
    );
    const end = (): void => {
      clearInterval(timer);
      this.#watchers.delete(end);
      response.end();
    };
    this.#watchers.add(end);
    response.on('close', end);
    step();
  }
}

/** What was asked for, up to the query. A target may be any text: it is not parsed as an address, which could fail. */
function pathOf({ url = '/' }: IncomingMessage): string {
  const [path = ''] = url.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1);
  return path === '' ? '/' : path;
}

/** As Falco has them, for what asks whether rules fit. */
function versions({ engine }: ServiceStatus): unknown {
  const [major, minor] = ENGINE_VERSION.split('.');
  const plugins = engine?.plugins.map(({ name, version }) => [name, version] as const) ?? [];
  return {
    engine_version: minor ?? major,
    engine_version_semver: ENGINE_VERSION,
    tiercel_version: VERSION,
    plugin_versions: Object.fromEntries(plugins),
  };
}

function ruleTexts({ engine }: ServiceStatus): RuleText[] {
  return (engine?.rules ?? []).map(({ name, description, source, priority, tags }) => ({
    ...{ name, description, source, priority, tags },
  }));
}

function shown({
  stream,
  isReady,
  state,
}: ReturnType<typeof readiness>['streams'][number]): unknown {
  return { stream, ready: isReady, state };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, 'application/json', JSON.stringify(value));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  const shown = hideSecrets(body);
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(shown) });
  response.end(response.req.method === 'HEAD' ? undefined : shown);
}
