/* Entry of the I/O thread: one service for each connection. */

import { parentPort } from 'node:worker_threads';
import type { SetAside } from './inbox/arrival.ts';
import type { IoAnswer, IoRequest } from './store-protocol.ts';
import { StoreService } from './store-service.ts';
import { Stores } from './stores.ts';

const settled = new Map<number, (isKept: boolean) => void>();
let messages = 0;
const stores = new Stores(setAsideOf);
parentPort?.on('message', (request: IoRequest) => {
  switch (request.kind) {
    case 'connect':
      new StoreService(request, stores);
      break;
    case 'keep':
      void keep(request);
      break;
    case 'acknowledge':
      stores.acknowledge(request.reader, request.run);
      break;
    case 'set-aside':
      settled.get(request.id)?.(request.isKept);
      settled.delete(request.id);
      break;
    default:
      void close(request);
  }
});

function answer(message: IoAnswer): void {
  parentPort?.postMessage(message);
}

async function close({ id, reader }: Extract<IoRequest, { kind: 'close' }>): Promise<void> {
  answer({ kind: 'closed', id, counts: await stores.close(reader) });
}

async function keep({ id, reader, run }: Extract<IoRequest, { kind: 'keep' }>): Promise<void> {
  answer({ kind: 'kept', id, state: await stores.keep(reader, run) });
}

function setAsideOf(reader: string): SetAside {
  return (message) => {
    messages += 1;
    const id = messages;
    answer({ kind: 'poison', id, reader, message });
    return new Promise((resolve) => settled.set(id, resolve));
  };
}
