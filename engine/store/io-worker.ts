/* Entry of the I/O thread: one service for each connection. */

import { parentPort } from 'node:worker_threads';
import { StandardInput } from './standard-input.ts';
import type { ConnectRequest } from './store-protocol.ts';
import { StoreService } from './store-service.ts';

const standardInput = new StandardInput();
parentPort?.on('message', (request: ConnectRequest) => {
  new StoreService(request, standardInput);
});
