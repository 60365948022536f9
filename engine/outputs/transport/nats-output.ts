/*
 * Alerts as messages of NATS, each on a subject of its own rule and priority. A delivery is over when the server has
 * answered behind them (core NATS: it has passed them on to whoever listens now), or when a stream has stored each.
 */

import { readFile } from 'node:fs/promises';
import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import type { Alert } from '../../detect/alert/alert.ts';
import type { Output } from './output.ts';
import { awayFault, OutputFault } from './output-fault.ts';
import { readTlsFiles, type TlsFiles, type TlsOptions } from './tls-files.ts';

export interface NatsOutputOptions {
  readonly servers: readonly string[];
  /** With `{rule}`, `{priority}` and `{source}` in it. */
  readonly subject: string;
  /** A stream takes the subject: each alert is acknowledged when it is stored. */
  readonly isStored: boolean;
  readonly credentialsFile: string | undefined;
  readonly timeoutMs: number;
  readonly tls: TlsFiles;
}

/** Characters that do not fit into a token of a subject: they have a meaning in NATS, or are hard to type. */
const UNFIT = /[^a-z0-9_-]+/g;
const CLIENT_NAME = 'tiercel';

export class NatsOutput implements Output {
  readonly name: string;
  readonly #options: NatsOutputOptions;
  #tls: TlsOptions | undefined;
  #credentials: Uint8Array | undefined;
  #connection: NatsConnection | undefined;
  #stored: JetStreamClient | undefined;

  constructor(options: NatsOutputOptions) {
    this.#options = options;
    this.name = `nats ${options.servers.map(withoutSecrets).join(', ')}`;
  }

  /** Rejects when a file cannot be read; whether anybody answers shows later. */
  async open(): Promise<void> {
    const { credentialsFile, servers, tls } = this.#options;
    const isTls = servers.some((server) => server.startsWith('tls:'));
    if (isTls) this.#tls = await readTlsFiles(tls);
    if (credentialsFile !== undefined) this.#credentials = await readFile(credentialsFile);
  }

  async deliver(alerts: readonly Alert[]): Promise<void> {
    const connection = await this.#connect();
    const { timeoutMs } = this.#options;
    try {
      const stored = this.#stored;
      if (stored === undefined) {
        for (const alert of alerts) connection.publish(this.#subjectOf(alert), alert.line);
        await withinTime(Promise.race([connection.flush(), endOf(connection)]), timeoutMs);
      } else {
        // The server stores them in the order in which they come.
        const answers = alerts.map((alert) =>
          stored.publish(this.#subjectOf(alert), alert.line, { timeout: timeoutMs }),
        );
        await Promise.race([Promise.all(answers), endOf(connection)]);
      }
    } catch (error) {
      await this.close();
      throw awayFault(error);
    }
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#stored = undefined;
    await connection?.close();
  }

  abandon(): void {
    void this.close();
  }

  async #connect(): Promise<NatsConnection> {
    if (this.#connection !== undefined && !this.#connection.isClosed()) return this.#connection;
    const { servers, timeoutMs, isStored } = this.#options;
    try {
      this.#connection = await connect({
        ...loginOf(servers),
        name: CLIENT_NAME,
        servers: servers.map(withoutSecrets),
        timeout: timeoutMs,
        // The caller decides what is retried, and when.
        reconnect: false,
        ...(this.#tls === undefined ? {} : { tls: tlsForNats(this.#tls) }),
        ...(this.#credentials === undefined
          ? {}
          : { authenticator: credsAuthenticator(this.#credentials) }),
      });
    } catch (error) {
      throw awayFault(error);
    }
    this.#stored = isStored ? jetstream(this.#connection) : undefined;
    return this.#connection;
  }

  #subjectOf({ rule, priority, source }: Alert): string {
    return this.#options.subject
      .replace('{rule}', tokenOf(rule))
      .replace('{priority}', tokenOf(priority))
      .replace('{source}', tokenOf(source));
  }
}

/** It takes all authorities in one text. */
function tlsForNats({ ca, ...options }: TlsOptions): Omit<TlsOptions, 'ca'> & { ca?: string } {
  return ca === undefined ? options : { ...options, ca: ca.join('\n') };
}

function tokenOf(text: string): string {
  return text.toLowerCase().replace(UNFIT, '_');
}

/** Rejects when the connection is over: requests that wait for an answer do not notice by themselves. */
async function endOf(connection: NatsConnection): Promise<never> {
  const error = await connection.closed();
  throw error ?? new OutputFault('away', 'the connection was closed');
}

/** `nats://user:password@host` and `nats://token@host`, as NATS writes them. */
function loginOf(servers: readonly string[]): { user?: string; pass?: string; token?: string } {
  for (const server of servers) {
    const { username, password } = new URL(server);
    const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
    if (user !== '') return pass === '' ? { token: user } : { user, pass };
  }
  return {};
}

function withoutSecrets(server: string): string {
  const { protocol, host } = new URL(server);
  return `${protocol}//${host}`;
}

async function withinTime(action: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const isLate = new Promise<never>((_, reject) => {
    const fault = new OutputFault('away', `no answer within ${timeoutMs} ms`);
    timer = setTimeout(() => reject(fault), timeoutMs);
  });
  try {
    await Promise.race([action, isLate]);
  } finally {
    clearTimeout(timer);
  }
}
