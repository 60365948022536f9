/*
 * Receivers of alerts on loopback, which count: each can be killed and brought back on the same port. What was not read
 * from the socket when it was killed is lost to it, as with a process.
 */

import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as TcpServer,
} from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { afterAll } from 'vitest';

export interface Receiver {
  /** What was received, a line each, in the order in which it came. */
  readonly lines: string[];
  readonly port: number;
  start(): Promise<void>;
  /** Connections are cut. */
  kill(): Promise<void>;
}

const HOST = '127.0.0.1';

abstract class PortReceiver implements Receiver {
  readonly lines: string[] = [];
  port = 0;
  abstract start(): Promise<void>;
  abstract kill(): Promise<void>;

  constructor() {
    afterAll(() => this.kill());
  }
}

/** `answer`: instead of taking the body; false: it is taken. */
export class HttpReceiver extends PortReceiver {
  readonly headers: NodeJS.Dict<string | string[]>[] = [];
  /** Bodies as they came, decompressed. */
  readonly bodies: string[] = [];
  answer: (body: string, respond: Parameters<RequestListener>[1]) => boolean = () => false;
  #server: Server | undefined;

  async start(): Promise<void> {
    const server = createHttpServer((request, respond) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('error', () => {});
      request.on('end', () => {
        const bytes = Buffer.concat(parts);
        const isGzip = request.headers['content-encoding'] === 'gzip';
        const body = (isGzip ? gunzipSync(bytes) : bytes).toString();
        if (this.answer(body, respond)) return;
        this.headers.push(request.headers);
        this.bodies.push(body);
        for (const line of body.split('\n')) if (line !== '') this.lines.push(line);
        respond.end('ok');
      });
    });
    this.#server = server.listen(this.port, HOST);
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
  }

  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await endServer(server, () => server?.closeAllConnections());
  }
}

/** `cut`: ends what is connected. */
async function endServer(server: TcpServer | Server | undefined, cut: () => void): Promise<void> {
  if (server === undefined) return;
  const closed = once(server, 'close');
  server.close();
  cut();
  await closed;
}

/** Syslog with octet counting; `tls`: PEM of its certificate. */
export class SyslogReceiver extends PortReceiver {
  readonly #tls: { key: string; cert: string } | undefined;
  readonly #sockets = new Set<Socket>();
  #server: TcpServer | undefined;

  constructor(tls?: { key: string; cert: string }) {
    super();
    this.#tls = tls;
  }

  async start(): Promise<void> {
    const take = (socket: Socket): void => this.#take(socket);
    const options = { allowHalfOpen: false };
    const server =
      this.#tls === undefined
        ? createTcpServer(options, take)
        : createTlsServer({ ...options, ...this.#tls }, take);
    // Also those that have not shown who they are.
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server = server.listen(this.port, HOST);
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
  }

  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await endServer(server, () => {
      for (const socket of this.#sockets) socket.resetAndDestroy();
    });
  }

  #take(socket: Socket): void {
    let rest = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (part: Buffer) => {
      rest = Buffer.concat([rest, part]);
      for (;;) {
        const blank = rest.indexOf(0x20);
        const size = Number(rest.subarray(0, Math.max(0, blank)).toString());
        if (blank < 1 || rest.length < blank + 1 + size) return;
        this.lines.push(rest.subarray(blank + 1, blank + 1 + size).toString());
        rest = rest.subarray(blank + 1 + size);
      }
    });
  }
}

export class UdpReceiver extends PortReceiver {
  #socket: UdpSocket | undefined;

  async start(): Promise<void> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
    socket.on('message', (message) => this.lines.push(message.toString()));
    socket.bind(this.port, HOST);
    await once(socket, 'listening');
    this.port = socket.address().port;
    this.#socket = socket;
  }

  async kill(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    // What it has not read is lost to all: nobody could know of it.
    for (let seen = -1; seen !== this.lines.length; ) {
      seen = this.lines.length;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  }
}

/** Whether each text is there, and their first appearances are in this order. */
export function firstAppearances(lines: readonly string[]): string[] {
  return [...new Set(lines)];
}
