/* Entry of the I/O thread: one service for each connection. */

import { parentPort } from 'node:worker_threads';
import type { IoRequest, KeptAnswer } from './store-protocol.ts';
import { StoreService } from './store-service.ts';
import { Stores } from './stores.ts';

const stores = new Stores();
parentPort?.on('message', (request: IoRequest) => {
  if (request.kind === 'connect') new StoreService(request, stores);
  else void keep(request);
});

async function keep({ id, reader, run }: Extract<IoRequest, { kind: 'keep' }>): Promise<void> {
  const answer: KeptAnswer = { id, state: await stores.keep(reader, run) };
  parentPort?.postMessage(answer);
}
