/*
 * Receivers that are killed and brought back under load: no alert is missing, and alerts come in their order, where an
 * alert that comes twice counts the first time.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect as connectNats, type NatsConnection } from '@nats-io/transport-node';
import { generate } from 'selfsigned';
import { afterAll, describe, expect, it } from 'vitest';
import { RetryQueue } from '../../../../engine/outputs/delivery/retry-queue.ts';
import { Spool } from '../../../../engine/outputs/delivery/spool/spool.ts';
import { HttpOutput } from '../../../../engine/outputs/transport/http-output.ts';
import { KeptProgramOutput } from '../../../../engine/outputs/transport/kept-program-output.ts';
import { NatsOutput } from '../../../../engine/outputs/transport/nats-output.ts';
import type { Output } from '../../../../engine/outputs/transport/output.ts';
import { syslogHeader } from '../../../../engine/outputs/transport/syslog-message.ts';
import {
  createSyslogOutput,
  type SyslogTransport,
} from '../../../../engine/outputs/transport/syslog-output.ts';
import { NO_TLS_FILES, type TlsFiles } from '../../../../engine/outputs/transport/tls-files.ts';
import { freePort } from '../../../support/free-port.ts';
import {
  firstAppearances,
  HttpReceiver,
  type Receiver,
  SyslogReceiver,
  UdpReceiver,
} from '../../../support/receivers.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';
import { someAlerts } from '../../../support/some-alerts.ts';

const KILLS = 20;
const scratch = scratchFolder('receivers');

interface Deaths {
  /** Ends the receiver; brings it back. */
  kill(): Promise<void> | void;
  start(): Promise<void> | void;
}

/** Alerts go to the output all the time, while its receiver dies and comes back; resolves to how many were given. */
async function deliverThroughDeaths(
  output: Output,
  receiver: Deaths,
  { batchSizeMax = 50, spoolName = '' } = {},
): Promise<number> {
  const spool =
    spoolName === ''
      ? undefined
      : new Spool({ folder: join(scratch.path, spoolName), sizeMax: 16 << 20 });
  const queue = new RetryQueue(output, {
    batchSizeMax,
    triesMax: undefined,
    pauseMinMs: 5,
    pauseMaxMs: 20,
    spool,
    deadLetters: undefined,
    say: () => {},
  });
  await queue.open();
  let given = 0;
  let isOver = false;
  const feeding = (async () => {
    while (!isOver) {
      const inFlight = Array.from({ length: 4 }, () => {
        given += 10;
        return queue.deliver(someAlerts(given - 9, 10));
      });
      expect(await Promise.all(inFlight)).toEqual([true, true, true, true]);
      // Some thousands are enough.
      await pause(1);
    }
  })();
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const before = queue.counts.delivered;
      while (queue.counts.delivered === before) await pause(2);
      await pause(3 * (kill % 4));
      await receiver.kill();
      await pause(5 + 5 * (kill % 3));
      await receiver.start();
    }
  } finally {
    isOver = true;
  }
  await feeding;
  await queue.close({ timeMaxMs: 5_000, untilMs: () => undefined });
  expect(queue.counts).toMatchObject({ delivered: given, spooled: 0, undelivered: 0 });
  return given;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function expectAll(lines: readonly string[], given: number): void {
  const texts = someAlerts(1, given).map(({ line }) => line);
  expect(firstAppearances(lines.map((line) => line.split(' ').at(-1) ?? ''))).toEqual(texts);
}

const HTTP_OPTIONS = {
  userAgent: 'test',
  headers: {},
  contentType: 'text/plain',
  envelope: 'lines',
  isCompressed: false,
  keepsOpen: true,
  timeoutMs: 2_000,
  tls: NO_TLS_FILES,
} as const;

function syslogTo(
  transport: SyslogTransport,
  { port }: Pick<Receiver, 'port'>,
  tls: TlsFiles = NO_TLS_FILES,
): Output {
  const header = syslogHeader('user', 'tiercel');
  const place = { host: '127.0.0.1', port, path: '' };
  return createSyslogOutput({ transport, ...place, header, timeoutMs: 2_000, tls });
}

const started: NatsServer[] = [];
afterAll(() => Promise.all(started.map((server) => server.kill())));

describe('a receiver that is killed and brought back 20 times has every alert, in order', () => {
  it.each([
    ['in memory', ''],
    ['on disk', 'http'],
  ])('over HTTP, with what waits %s', async (_where, spoolName) => {
    const receiver = new HttpReceiver();
    await receiver.start();
    const url = `http://127.0.0.1:${receiver.port}/`;
    const output = new HttpOutput({ ...HTTP_OPTIONS, url });
    expectAll(receiver.lines, await deliverThroughDeaths(output, receiver, { spoolName }));
  });

  it('as syslog over TCP', async () => {
    const receiver = new SyslogReceiver();
    await receiver.start();
    const given = await deliverThroughDeaths(syslogTo('tcp', receiver), receiver);
    expectAll(receiver.lines, given);
  });

  it('as syslog over TLS', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    const caFiles = [scratch.write('ca.pem', cert)];
    const receiver = new SyslogReceiver({ key, cert });
    await receiver.start();
    const output = syslogTo('tls', receiver, { ...NO_TLS_FILES, caFiles });
    expectAll(receiver.lines, await deliverThroughDeaths(output, receiver));
  });

  it('as syslog over UDP', async () => {
    const receiver = new UdpReceiver();
    await receiver.start();
    const given = await deliverThroughDeaths(syslogTo('udp', receiver), receiver);
    expectAll(receiver.lines, given);
  });

  it('that is a program', async () => {
    const got = join(scratch.path, 'got.txt');
    const pidFile = join(scratch.path, 'pid');
    const program = `echo $$ > ${pidFile}; exec cat >> ${got}`;
    const output = new KeptProgramOutput({ program, closeTimeoutMs: 10_000 });
    // It is started again by whoever needs it.
    const start = async (): Promise<void> => {
      while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') await pause(2);
    };
    const kill = async (): Promise<void> => {
      await start();
      process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
      rmSync(pidFile);
    };
    const given = await deliverThroughDeaths(output, { kill, start });
    expectAll(readFileSync(got, 'utf8').trim().split('\n'), given);
  });

  const hasNats = spawnSync('nats-server', ['--version']).status === 0;
  it.skipIf(!hasNats)('that is a server of NATS, with its subjects', async () => {
    const server = new NatsServer(await freePort());
    started.push(server);
    await server.start();
    const output = new NatsOutput({
      servers: [`nats://127.0.0.1:${server.port}`],
      subject: 'alerts.{source}.{priority}.{rule}',
      isStored: true,
      credentialsFile: undefined,
      timeoutMs: 2_000,
      tls: NO_TLS_FILES,
    });
    const given = await deliverThroughDeaths(output, server);
    expectAll(await server.stored('alerts.s.error.r'), given);
  });
});

/** With a stream on disk. */
class NatsServer implements Deaths {
  readonly port: number;
  #server: ChildProcess | undefined;

  constructor(port: number) {
    this.port = port;
  }

  async start(): Promise<void> {
    const folder = join(scratch.path, 'nats');
    const args = ['-js', '-sd', folder, '-a', '127.0.0.1', '-p', String(this.port)];
    this.#server = spawn('nats-server', args, { stdio: 'ignore' });
    await answers(this.port);
    await this.#with(async (connection) => {
      const manager = await jetstreamManager(connection);
      const streams = await manager.streams.list().next();
      if (streams.length === 0) await manager.streams.add({ name: 'A', subjects: ['alerts.>'] });
    });
  }

  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }

  /** What lies in the stream with this subject. */
  async stored(subject: string): Promise<string[]> {
    const lines: string[] = [];
    await this.#with(async (connection) => {
      const consumer = await jetstream(connection).consumers.get('A', { filter_subjects: subject });
      let left = (await consumer.info()).num_pending;
      while (left > 0) {
        for await (const message of await consumer.fetch({ max_messages: left })) {
          lines.push(message.string());
          left -= 1;
        }
      }
    });
    return lines;
  }

  async #with(action: (connection: NatsConnection) => Promise<void>): Promise<void> {
    const servers = `127.0.0.1:${this.port}`;
    const connection = await connectNats({ servers, reconnect: false });
    await action(connection);
    await connection.close();
  }
}

async function answers(port: number): Promise<void> {
  for (;;) {
    const socket = connectTcp(port, '127.0.0.1');
    const isThere = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (isThere) return;
    await pause(10);
  }
}
