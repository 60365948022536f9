import { ProcessWorker, type ProcessWorkerOptions } from './process-worker.ts';
import { ThreadWorker } from './thread-worker.ts';

/**
 * Workers that are started before it is known what they will do: they come up while plugins and rules are being
 * loaded. They keep no process alive until they are taken.
 */
export class WorkerStock {
  readonly #idle = new Map<string, ThreadWorker[]>();

  /** `entries`: compiled paths, as `run/stream/source-worker.js`. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const worker = new ThreadWorker(entry);
      worker.unref();
      const others = this.#idle.get(entry) ?? [];
      this.#idle.set(entry, [...others, worker]);
    }
  }

  /** A new one when the stock is empty. */
  takeThread(entry: string): ThreadWorker {
    const worker = this.#idle.get(entry)?.pop();
    worker?.ref();
    return worker ?? new ThreadWorker(entry);
  }

  /** Nothing is kept in stock, because it is not known ahead what the worker inherits. */
  startProcess(options: ProcessWorkerOptions): ProcessWorker {
    return new ProcessWorker(options);
  }

  /** Ends those that nobody took. */
  async end(): Promise<void> {
    const all = [...this.#idle.values()].flat();
    this.#idle.clear();
    await Promise.all(all.map((worker) => worker.end()));
  }
}
