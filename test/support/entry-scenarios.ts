/* For each entry from outside: something comes in through it. */

import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { expect, vi } from 'vitest';
import type { GuardedEntry } from '../../engine/base/guard.ts';
import { ProgressGuard } from '../../engine/cli/console/progress-guard.ts';
import { CheckpointFile } from '../../engine/run/checkpoint/checkpoint-file.ts';
import type { EngineParts } from '../../engine/run/engine/engine-parts.ts';
import { showProgress } from '../../engine/run/engine/run-progress.ts';
import { loadRulesApart } from '../../engine/run/load/load-rules-apart.ts';
import { createSourceSide } from '../../engine/run/stream/source-side.ts';
import { START_OF_STREAM } from '../../engine/run/stream/stream-protocol.ts';
import { LocationProbe } from '../../engine/run/streams/location-probe.ts';
import { takeSnapshots } from '../../engine/service/metrics-snapshots.ts';
import { reopenOnSignals } from '../../engine/service/reopen-on-signals.ts';
import { LocationWatch } from '../../engine/store/follow/location-watch.ts';
import { LineSocket } from '../../engine/store/local/line-socket.ts';
import type { StoreMessage } from '../../engine/store/protocol/store-protocol.ts';
import { createCounts } from '../../engine/store/service-counts.ts';
import { serveIo } from '../../engine/store/thread/io-service.ts';
import { WebhookInbox } from '../../engine/store/webhook/webhook-inbox.ts';
import { WebhookServers } from '../../engine/store/webhook/webhook-servers.ts';
import { SupervisedWorker } from '../../engine/worker/supervised-worker.ts';
import { ThreadWorker } from '../../engine/worker/thread-worker.ts';
import { CONTROL_SIZE, WorkerControl } from '../../engine/worker/worker-control.ts';
import {
  createReloader,
  createStoreService,
  extractorHost,
  FILES,
  LIMITS,
  PLUGIN,
  processWorker,
  statusOf,
  withWebServer,
} from './entry-parts.ts';
import { isSaid, isThrown, MESSAGE, said, say, trap } from './entry-trap.ts';
import { FollowReader } from './follow-reader.ts';
import { freePort } from './free-port.ts';
import { post } from './post.ts';
import { scratchFolder } from './scratch-folder.ts';
import { serviceStatus } from './service-status.ts';
import { NOBODY_ELSE, webhookAt } from './store-root.ts';

const folder = scratchFolder('entries');
async function askWebhook(): Promise<void> {
  const location = webhookAt(await freePort(), '/');
  const inbox = new WebhookInbox({
    name: 'test',
    location,
    access: NOBODY_ELSE,
    counts: createCounts(),
    servers: new WebhookServers(),
  });
  await inbox.open(say);
  const url = `http://127.0.0.1:${location.port}/`;
  expect((await post(url, '{}')).status).toBe(500);
  trap.entry = undefined;
  const second = post(url, '{}');
  for (const message of await inbox.receive()) message.done();
  expect((await second).status).toBe(200);
  await inbox.close();
}

async function useSocket(): Promise<void> {
  const path = join(folder.path, `socket-${trap.entry}`);
  const socket = new LineSocket(path);
  await socket.listEntries('', 1, say);
  connect(path)
    .on('error', () => {})
    .end('a line\n');
  await isSaid();
  trap.entry = undefined;
  connect(path).end('another\n');
  const room = new Uint8Array(100);
  const object = await socket.open();
  let text = '';
  while (!text.includes('another'))
    text += Buffer.from(room.subarray(0, await object.read(room))).toString();
  await socket.close();
}

async function watchFolder(): Promise<void> {
  const location = join(folder.path, `watch-${trap.entry}`);
  mkdirSync(location);
  const seen: string[] = [];
  const watch = new LocationWatch({
    location,
    isFile: false,
    report: say,
    onSights: async (sights) => void seen.push(...sights.map(({ path }) => path)),
  });
  await watch.scan();
  writeFileSync(join(location, 'a'), 'a');
  await isSaid();
  trap.entry = undefined;
  await vi.waitUntil(() => seen.includes('a'), { timeout: 30_000, interval: 50 });
  watch.close();
}

/** Something comes in through the entry, where something is thrown; afterwards it works as before. */
export const SCENARIOS: Readonly<Record<GuardedEntry, () => Promise<void>>> = {
  'status-request': () =>
    withWebServer(say, async (url) => {
      expect(await statusOf(`${url}healthz`)).toBe(500);
      await isSaid();
      trap.entry = undefined;
      expect(await statusOf(`${url}healthz`)).toBe(200);
    }),
  'status-feed': () =>
    withWebServer(say, async (url) => {
      expect(await statusOf(`${url}api/alerts`)).not.toBe(500);
      await isSaid();
      expect(await statusOf(`${url}healthz`)).toBe(200);
    }),
  'webhook-request': askWebhook,
  'webhook-body': askWebhook,
  'socket-connection': useSocket,
  'socket-data': useSocket,
  'socket-end': useSocket,
  'store-request': async () => {
    const port = createStoreService();
    const answer = new Promise<StoreMessage>((resolve) => port.once('message', resolve));
    port.postMessage({ kind: 'list', id: 7, root: 'input', after: '', limit: 1 });
    expect(await answer).toMatchObject({ kind: 'refused', id: 7, message: MESSAGE });
    port.close();
  },
  'store-close': async () => {
    createStoreService().close();
    await isThrown();
  },
  'store-message': async () => {
    const { port1, port2 } = new MessageChannel();
    const handle = { file: { lentDescriptor: 0 }, refuse: say };
    const side = createSourceSide({
      setup: { source: { isolation: 'process', plugin: PLUGIN }, limits: LIMITS },
      room: FILES,
      stock: { startProcess: () => handle },
      connect: () => ({ port: port2 }),
    } as never);
    side.start({ post: () => {} } as never, START_OF_STREAM, []);
    port1.postMessage({ kind: 'news' });
    await isSaid();
    side.end();
  },
  'io-request': async () => {
    const { port1, port2 } = new MessageChannel();
    serveIo(port1);
    const answer = new Promise((resolve) => port2.once('message', resolve));
    port2.postMessage({ kind: 'keep', id: 3, reader: 'test', run: 0 });
    expect(await answer).toMatchObject({ kind: 'failed', id: 3, message: MESSAGE });
    port2.close();
  },
  'folder-change': watchFolder,
  'folder-look': watchFolder,
  'follow-tick': async () => {
    const path = join(folder.path, 'followed.log');
    writeFileSync(path, 'one\n');
    const reader = new FollowReader(path);
    await isThrown();
    trap.entry = undefined;
    appendFileSync(path, 'two\n');
    await vi.waitUntil(() => reader.lines.length === 2, { timeout: 30_000, interval: 50 });
    await reader.stop();
  },
  'thread-message': async () => {
    const worker = new ThreadWorker('store/thread/io-worker.js');
    worker.listen({ onMessage: () => say('a message'), onEnd: ({ message }) => say(message) });
    worker.post({ kind: 'keep', id: 1, reader: 'test', run: 0 }, []);
    await isSaid();
    await worker.end();
  },
  'process-message': async () => {
    const worker = processWorker();
    worker.listen({
      onMessage: () => say('a message'),
      onEnd: ({ message }, isOurs) => say(message, `${isOurs}`),
    });
    const plugin = { manifest: { name: 'p' }, modules: {}, glue: 'export import' };
    const role = { plugin, initConfig: '', clockGranted: false };
    const room = { descriptor: 0, readDescriptor: 0 };
    worker.post({ kind: 'start', role, room, limits: { batchEventsMax: 1, batchSizeMax: 1 } });
    await isSaid();
    expect(said).toEqual([`its process answers nonsense: ${MESSAGE} false`]);
    await worker.end();
  },
  'memory-watch': async () => {
    const worker = processWorker();
    worker.listen({ onMessage: () => {}, onEnd: ({ message }) => say(message) });
    await isSaid();
    await worker.end();
  },
  'deadline-watch': async () => {
    const control = new WorkerControl(new SharedArrayBuffer(CONTROL_SIZE));
    const worker = new SupervisedWorker({
      worker: {
        control,
        isProcess: true,
        listen: () => {},
        post: () => {},
        end: async () => {},
        unref: () => {},
        ref: () => {},
      },
      suspect: 0,
      times: { callMaxMs: 1_000, startMaxMs: 1_000 },
      onMessage: () => {},
      onFailure: ({ message }) => say(message),
      onDefect: () => say('a defect'),
    });
    await isSaid();
    expect(said).toEqual([MESSAGE]);
    await worker.end();
  },
  'extractor-call': async () => {
    const host = extractorHost(say);
    host.connection.port.postMessage({ kind: 'call', body: new Uint8Array(1), eventCount: 1 });
    await isSaid();
    await host.close(Promise.resolve());
  },
  'extractor-watch': async () => {
    const host = extractorHost(say);
    await isThrown();
    await host.close(Promise.resolve());
  },
  'reload-signal': async () => {
    const reloader = createReloader(false, say);
    process.emit('SIGHUP');
    await isSaid();
    reloader.close();
  },
  'reload-look': async () => {
    vi.useFakeTimers();
    const reloader = createReloader(true, say);
    vi.advanceTimersByTime(3_000);
    vi.useRealTimers();
    await isSaid();
    reloader.close();
  },
  'rules-read': async () => {
    const loaded = { plugins: [], catalogs: new Map(), diagnostics: [] };
    const config = {
      rulesFiles: [],
      addedRules: [],
      ruleLoad: { selections: [], appendOutput: [] },
    };
    const { diagnostics } = await loadRulesApart(config as never, loaded);
    expect(diagnostics.map(({ message }) => message)).toEqual([`rules: ${MESSAGE}`]);
  },
  'reopen-signal': async () => {
    let opened = 0;
    const { release } = reopenOnSignals(async () => {
      opened += 1;
    }, say);
    process.emit('SIGUSR1');
    await isSaid();
    trap.entry = undefined;
    process.emit('SIGUSR1');
    await vi.waitUntil(() => opened === 1);
    release();
  },
  'checkpoint-timer': async () => {
    const path = join(folder.path, 'checkpoint.json');
    const owner = { stream: 's', plugin: 'p' } as never;
    const file = new CheckpointFile({ path, owner, keepFollowed: undefined, onProblem: say });
    file.update({ ...START_OF_STREAM, position: new Uint8Array(1) });
    await isSaid();
  },
  'metrics-timer': async () => {
    const metrics = { intervalMs: 1, file: undefined, isAlert: false };
    const config = { metrics, alertFormat: {}, alertChannels: [] } as never;
    const end = takeSnapshots({ config, status: serviceStatus, deliver: () => {}, say });
    await isSaid();
    await end();
  },
  'progress-timer': async () => {
    const parts = { streams: [] } as unknown as EngineParts;
    const end = showProgress(
      parts,
      () => {},
      () => ({ events: 0, bytesRead: 0, alerts: 0, elapsedMs: 0 }),
    );
    await isThrown();
    end();
  },
  'stall-watch': async () => {
    vi.useFakeTimers();
    const guard = new ProgressGuard({
      status: () => undefined,
      manager: { intervalMs: undefined, ready: () => {}, alive: () => {}, stopping: () => {} },
      say,
      render: (text) => text,
      end: () => say('ended'),
    });
    vi.advanceTimersByTime(2_000);
    vi.useRealTimers();
    expect(said[0]).toContain(MESSAGE);
    guard.close();
  },
  'location-probe': async () => {
    vi.useFakeTimers();
    const probe = new LocationProbe([folder.path], () => 0);
    vi.advanceTimersByTime(6_000);
    vi.useRealTimers();
    expect(probe.problem).toContain(MESSAGE);
    probe.close();
  },
};
