import { type TransferListItem, Worker } from 'node:worker_threads';
import { guarded } from '../base/guard.ts';
import { workerEntry } from '../base/package-root.ts';
import { CONTROL_SIZE, WorkerControl } from './worker-control.ts';
import type { WorkerEvents, WorkerHandle } from './worker-handle.ts';

/** A thread of this process, with an empty environment. */
export class ThreadWorker implements WorkerHandle {
  readonly control: WorkerControl;
  readonly isProcess = false;
  readonly #worker: Worker;

  /** `entry`: compiled path, as `run/stream/source-worker.js`; `memoryMax`: bytes of its objects. */
  constructor(entry: string, memoryMax?: number) {
    const shared = new SharedArrayBuffer(CONTROL_SIZE);
    this.control = new WorkerControl(shared);
    // Descriptors are given to the I/O thread to close, and all else are handles.
    const trackUnmanagedFds = false;
    const options = { env: {}, argv: [], execArgv: [], workerData: shared, trackUnmanagedFds };
    const resourceLimits =
      memoryMax === undefined ? {} : { maxOldGenerationSizeMb: Math.ceil(memoryMax / 2 ** 20) };
    this.#worker = new Worker(workerEntry(entry), { ...options, resourceLimits });
  }

  listen({ onMessage, onEnd }: WorkerEvents): void {
    const fail = (error: Error): void => onEnd(error, true);
    this.#worker.on('message', guarded('thread-message', onMessage, fail));
    this.#worker.on('error', fail);
    this.#worker.on('exit', (code) => onEnd(new Error(`a worker ended with code ${code}`), true));
  }

  post(request: unknown, transferred: readonly TransferListItem[]): void {
    this.#worker.postMessage(request, transferred);
  }

  async end(): Promise<void> {
    this.#worker.removeAllListeners();
    // A worker that is being ended may still fail; that is of no interest any more.
    this.#worker.on('error', () => {});
    await this.#worker.terminate();
  }

  unref(): void {
    this.#worker.unref();
  }

  ref(): void {
    this.#worker.ref();
  }
}
