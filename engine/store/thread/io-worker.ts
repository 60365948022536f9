/* Entry of the I/O thread. */

import { parentPort } from 'node:worker_threads';
import { serveIo } from './io-service.ts';

if (parentPort !== null) serveIo(parentPort);
