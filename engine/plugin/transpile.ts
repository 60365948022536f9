import { Worker } from 'node:worker_threads';
import { LIMITS } from '../base/limits.ts';
import { workerEntry } from '../base/package-root.ts';
import type { Transpiled } from './run-transpiler.ts';

export type TranspileResult = { readonly transpiled: Transpiled } | { readonly error: string };

/** Component → JavaScript and core modules, in a worker of its own that has limited time and memory. */
export function transpileComponent(component: Uint8Array): Promise<TranspileResult> {
  return new Promise((resolve) => {
    const worker = new Worker(workerEntry('plugin/transpile-worker.js'), {
      workerData: component,
      env: {},
      argv: [],
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
    });
    const finish = (result: TranspileResult): void => {
      clearTimeout(timer);
      worker.removeAllListeners();
      worker.on('error', () => {});
      void worker.terminate().then(() => resolve(result));
    };
    const timer = setTimeout(() => {
      finish({ error: `no answer within ${LIMITS.transpileTimeMax.value} ms` });
    }, LIMITS.transpileTimeMax.value);
    worker.once('message', finish);
    worker.once('error', (error) => finish({ error: error.message }));
    worker.once('exit', (code) => finish({ error: `the worker ended with code ${code}` }));
  });
}
