/*
 * Alerts as syslog messages (RFC 5424): over UDP one a datagram (RFC 5426), over TCP and TLS with their length before
 * them (RFC 6587, RFC 5425), or to the local daemon.
 *
 * No syslog receiver says what it has. Over a connection it shows all the same: each delivery has one of its own, which
 * is closed on our side when all is written; a receiver that then closes its side has read to the end, one that went
 * away before gives an error, and the delivery is sent again.
 */

import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Alert } from '../../detect/alert/alert.ts';
import type { LocalLog } from './local-log.ts';
import { openLocalLog } from './local-log.ts';
import type { Output } from './output.ts';
import { awayFault, OutputFault } from './output-fault.ts';
import { formatLocalMessage, formatMessage, type SyslogHeader } from './syslog-message.ts';
import { readTlsFiles, type TlsFiles, type TlsOptions } from './tls-files.ts';

export type SyslogTransport = 'local' | 'udp' | 'tcp' | 'tls';

export interface SyslogOutputOptions {
  readonly transport: SyslogTransport;
  readonly host: string;
  readonly port: number;
  /** Socket of the local daemon. */
  readonly path: string;
  readonly header: SyslogHeader;
  /** Milliseconds for a delivery. */
  readonly timeoutMs: number;
  readonly tls: TlsFiles;
}

/** One of its own for each way that messages go. */
export function createSyslogOutput(options: SyslogOutputOptions): Output {
  switch (options.transport) {
    case 'local':
      return new LocalSyslog(options);
    case 'udp':
      return new UdpSyslog(options);
    default:
      return new StreamSyslog(options);
  }
}

class StreamSyslog implements Output {
  readonly name: string;
  readonly #options: SyslogOutputOptions;
  #tls: TlsOptions | undefined;
  #socket: Socket | undefined;
  #session: Buffer | undefined;

  constructor(options: SyslogOutputOptions) {
    this.#options = options;
    this.name = `syslog ${options.transport}://${addressOf(options)}`;
  }

  async open(): Promise<void> {
    if (this.#options.transport === 'tls') this.#tls = await readTlsFiles(this.#options.tls);
  }

  async deliver(alerts: readonly Alert[]): Promise<void> {
    const frames = alerts.map((alert) => {
      const message = Buffer.from(formatMessage(this.#options.header, alert));
      return Buffer.concat([Buffer.from(`${message.length} `), message]);
    });
    await this.#send(Buffer.concat(frames));
  }

  async close(): Promise<void> {
    this.#socket?.destroy();
  }

  abandon(): void {
    this.#socket?.destroy(new OutputFault('away', 'no time left'));
  }

  /** Resolves when the receiver has read everything, and closed its side. */
  #send(bytes: Buffer): Promise<void> {
    const { timeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const socket = this.#connect();
      this.#socket = socket;
      let hasEnded = false;
      const timer = setTimeout(() => {
        socket.destroy(new OutputFault('away', `${missingOf(socket)} within ${timeoutMs} ms`));
      }, timeoutMs);
      socket.on('error', (error) => {
        clearTimeout(timer);
        reject(awayFault(error));
      });
      socket.on('end', () => {
        hasEnded = true;
      });
      socket.on('close', () => {
        clearTimeout(timer);
        if (hasEnded && socket.writableFinished) resolve();
        else reject(new OutputFault('away', 'the receiver closed the connection'));
      });
      // What the daemon sends is ignored, but its end is only seen by a reader.
      socket.resume();
      socket.end(bytes);
    });
  }

  #connect(): Socket {
    const { host, port } = this.#options;
    if (this.#tls === undefined) return connectTcp({ host, port });
    const socket = connectTls({
      ...this.#tls,
      host,
      port,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(this.#session === undefined ? {} : { session: this.#session }),
    });
    socket.on('session', (session) => {
      this.#session = session;
    });
    return socket;
  }
}

function missingOf({ connecting, writableFinished }: Socket): string {
  if (connecting) return 'no connection';
  return writableFinished
    ? 'the receiver did not close the connection'
    : 'the receiver did not read everything';
}

/** Until the system reports that nobody listens, which is soon on the same machine, and never elsewhere. */
const SETTLE_MS = 20;

class UdpSyslog implements Output {
  readonly name: string;
  readonly #options: SyslogOutputOptions;
  #socket: UdpSocket | undefined;
  #fault: Error | undefined;

  constructor(options: SyslogOutputOptions) {
    this.#options = options;
    this.name = `syslog udp://${addressOf(options)}`;
  }

  async open(): Promise<void> {}

  async deliver(alerts: readonly Alert[]): Promise<void> {
    const socket = await this.#connect();
    this.#fault = undefined;
    for (const [index, alert] of alerts.entries()) {
      const message = Buffer.from(formatMessage(this.#options.header, alert));
      try {
        await sendDatagram(socket, message);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EMSGSIZE') {
          const said = `${message.length} bytes are too many for a datagram`;
          throw new OutputFault('refused', said, { taken: index });
        }
        this.#fault = error as Error;
      }
      if (this.#fault !== undefined) break;
    }
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const fault = this.#fault as Error | undefined;
    if (fault === undefined) return;
    await this.close();
    // Which of them arrived is not known: all come again.
    throw awayFault(fault);
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined) await new Promise<void>((resolve) => socket.close(resolve));
  }

  #connect(): Promise<UdpSocket> {
    if (this.#socket !== undefined) return Promise.resolve(this.#socket);
    const { host, port } = this.#options;
    const socket = createSocket({ type: isIP(host) === 6 ? 'udp6' : 'udp4' });
    return new Promise((resolve, reject) => {
      socket.once('error', (error) => {
        this.#fault = error;
        reject(awayFault(error));
      });
      socket.on('error', (error) => {
        this.#fault = error;
      });
      socket.connect(port, host, () => {
        this.#socket = socket;
        resolve(socket);
      });
    });
  }
}

function sendDatagram(socket: UdpSocket, message: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(message, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}

class LocalSyslog implements Output {
  readonly name: string;
  readonly #options: SyslogOutputOptions;
  #log: LocalLog | undefined;

  constructor(options: SyslogOutputOptions) {
    this.#options = options;
    this.name = `syslog ${options.path}`;
  }

  /** Rejects when there is no daemon. */
  async open(): Promise<void> {
    this.#log = await openLocalLog(this.#options.path, this.#options.header.appName);
  }

  async deliver(alerts: readonly Alert[]): Promise<void> {
    const { path, header } = this.#options;
    this.#log ??= await openLocalLog(path, header.appName);
    try {
      await this.#log.write(alerts.map((alert) => formatLocalMessage(header, alert)));
    } catch (error) {
      await this.close();
      throw awayFault(error);
    }
  }

  async close(): Promise<void> {
    const log = this.#log;
    this.#log = undefined;
    await log?.close();
  }
}

function addressOf({ host, port }: SyslogOutputOptions): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
