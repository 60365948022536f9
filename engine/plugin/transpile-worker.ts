/*
 * Throw-away worker: component bytes in, generated JavaScript and core modules out. A component that
 * makes the transpiler loop or die takes this thread with it, nothing else.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { transpile } from './run-transpiler.ts';

transpile(workerData as Uint8Array).then(
  (transpiled) => parentPort?.postMessage({ transpiled }),
  (error: unknown) =>
    parentPort?.postMessage({ error: error instanceof Error ? error.message : String(error) }),
);
