/* What comes in from outside, each in its smallest form. */

import { request } from 'node:http';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { ExtractorHost } from '../../engine/run/evaluate/extractor-host.ts';
import { Reloader } from '../../engine/service/reloader.ts';
import { WebServer } from '../../engine/service/web-server.ts';
import { StoreService } from '../../engine/store/thread/store-service.ts';
import { Stores } from '../../engine/store/thread/stores.ts';
import { ProcessWorker } from '../../engine/worker/process-worker.ts';
import { serviceStatus } from './service-status.ts';

type Say = (...words: readonly string[]) => void;

export const PLUGIN = { manifest: { name: 'p' }, modules: {} };
export const FILES = { descriptor: 0, readDescriptor: 0 };
export const LIMITS = { batchEventsMax: 1, batchSizeMax: 1 };

/** Status of the answer; 0: the connection was cut. */
export function statusOf(url: string): Promise<number> {
  return new Promise((resolve) => {
    const sent = request(url, (response) => {
      response.resume();
      response.on('error', () => resolve(0));
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', () => resolve(0));
    sent.end();
  });
}

export function createStoreService(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  const roots = { stores: {}, queues: {} };
  const signal = new SharedArrayBuffer(4);
  const asked = { port: port1, signal, window: undefined, roots, reader: 'test' };
  new StoreService(asked, new Stores(() => async () => true));
  return port2;
}

export function createReloader(isLive: boolean, say: Say): Reloader {
  let looks = 0;
  return new Reloader({
    engine: {
      isLive,
      rulesSignature: () => `${Math.min(2, looks++)}`,
      reload: () => Promise.reject(new Error('not to be called')),
    } as never,
    config: { areFilesWatched: true } as never,
    configFile: undefined,
    loadConfig: () => {
      throw new Error('not to be called');
    },
    onReload: (ruleCount, found) => {
      if (ruleCount === undefined) say(...found.map(({ message }) => message));
    },
  });
}

export function processWorker(): ProcessWorker {
  return new ProcessWorker({
    entry: 'run/evaluate/extractor-worker.js',
    descriptors: [],
    windowSize: 0,
    files: [],
    read: () => 'a message',
    memorySizeMax: 1 << 30,
  });
}

/** Records the messages to its worker; its process cannot be started. */
export function extractorHost(say: Say): ExtractorHost {
  const host = new ExtractorHost({
    role: { plugin: PLUGIN },
    room: FILES,
    limits: LIMITS,
    stock: { startProcess: () => ({ listen: () => {}, post: () => {}, end: async () => {} }) },
    onLate: () => {},
  } as never);
  host.connection.port.on('message', ({ message }) => say(message));
  return host;
}

export async function withWebServer(say: Say, use: (url: string) => Promise<void>): Promise<void> {
  const server = new WebServer({
    address: '127.0.0.1',
    port: 0,
    healthPath: '/healthz',
    hasMetrics: true,
    hasPage: true,
    certificateFile: undefined,
    status: serviceStatus,
    onProblem: say,
  });
  try {
    await use(await server.open());
  } finally {
    await server.close();
  }
}
