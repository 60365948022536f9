/* Entry of the I/O thread: one service for each connection. */

import { parentPort } from 'node:worker_threads';
import type { ConnectRequest } from './store-protocol.ts';
import { StoreService } from './store-service.ts';
import { Stores } from './stores.ts';

const stores = new Stores();
parentPort?.on('message', (request: ConnectRequest) => {
  new StoreService(request, stores);
});
