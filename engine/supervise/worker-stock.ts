import { Worker } from 'node:worker_threads';
import { workerEntry } from '../base/package-root.ts';

/**
 * Worker threads that are started before it is known what they will do: they come up while plugins and rules are being
 * loaded. They keep no process alive until they are taken.
 */
export class WorkerStock {
  readonly #idle = new Map<string, Worker[]>();

  /** `entries`: compiled paths, as `stream/source-worker.js`. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const worker = startWorker(entry);
      worker.unref();
      const others = this.#idle.get(entry) ?? [];
      this.#idle.set(entry, [...others, worker]);
    }
  }

  /** A new one when there is none in stock. */
  take(entry: string): Worker {
    const worker = this.#idle.get(entry)?.pop();
    worker?.ref();
    return worker ?? startWorker(entry);
  }

  /** Ends those that nobody took. */
  async end(): Promise<void> {
    const all = [...this.#idle.values()].flat();
    this.#idle.clear();
    await Promise.all(all.map((worker) => worker.terminate()));
  }
}

function startWorker(entry: string): Worker {
  return new Worker(workerEntry(entry), { env: {}, argv: [], execArgv: [] });
}
