import { MessageChannel } from 'node:worker_threads';
import { SupervisedWorker } from '../supervise/supervised-worker.ts';
import type { WorkerStock } from '../supervise/worker-stock.ts';
import type { ConnectRequest, StoreConnection, StoreRoot } from './store-protocol.ts';

export const IO_ENTRY = 'store/io-worker.js';

/** The thread in which everything waits that waits, seen from the main thread. */
export class IoThread {
  readonly #worker: SupervisedWorker<ConnectRequest, never>;

  /** `onDefect`: an error of our own; nothing is read any more. */
  constructor(stock: WorkerStock, onDefect: (error: Error) => void) {
    this.#worker = new SupervisedWorker({
      entry: IO_ENTRY,
      stock,
      callWords: undefined,
      times: { callMaxMs: 0, startMaxMs: 0 },
      onMessage: () => {},
      onFailure: () => {},
      onDefect,
    });
  }

  /**
   * Roots for one plugin, by name; `reader` names who reads, also when it connects again. The port is to be
   * transferred to the thread that reads.
   */
  connect(roots: Readonly<Record<string, StoreRoot>>, reader: string): StoreConnection {
    const { port1, port2 } = new MessageChannel();
    const signal = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    this.#worker.post({ port: port1, signal, roots, reader }, [port1]);
    return { port: port2, signal };
  }

  end(): Promise<void> {
    return this.#worker.end();
  }
}
