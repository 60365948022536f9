import { MessageChannel } from 'node:worker_threads';
import { SupervisedWorker } from '../supervise/supervised-worker.ts';
import type { WorkerStock } from '../supervise/worker-stock.ts';
import type {
  FollowedRoots,
  IoRequest,
  KeptAnswer,
  StoreConnection,
  StoreRoot,
  WindowFile,
} from './store-protocol.ts';

export const IO_ENTRY = 'store/io-worker.js';

/** The thread in which everything waits that waits, seen from the main thread. */
export class IoThread {
  readonly #worker: SupervisedWorker<IoRequest, KeptAnswer>;
  readonly #asked = new Map<number, (state: FollowedRoots) => void>();
  #requests = 0;

  /** `onDefect`: an error of our own; nothing is read any more. */
  constructor(stock: WorkerStock, onDefect: (error: Error) => void) {
    this.#worker = new SupervisedWorker({
      worker: stock.takeThread(IO_ENTRY),
      suspect: undefined,
      times: { callMaxMs: 0, startMaxMs: 0 },
      onMessage: ({ id, state }) => {
        this.#asked.get(id)?.(state);
        this.#asked.delete(id);
      },
      onFailure: () => {},
      onDefect,
    });
  }

  /**
   * Roots for one plugin, by name; `reader` names who reads, also when it connects again. The port is to be
   * transferred to the thread that reads; it stays here when a process reads through a `window`.
   */
  connect(
    roots: Readonly<Record<string, StoreRoot>>,
    reader: string,
    window?: WindowFile,
  ): StoreConnection {
    const { port1, port2 } = new MessageChannel();
    const signal = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    this.#worker.post({ kind: 'connect', port: port1, signal, roots, reader, window }, [port1]);
    return { port: port2, signal };
  }

  /** What the next process needs to go on in what a reader follows, when it stands in run `run`. */
  keep(reader: string, run: number): Promise<FollowedRoots> {
    this.#requests += 1;
    const id = this.#requests;
    this.#worker.post({ kind: 'keep', id, reader, run });
    return new Promise((resolve) => this.#asked.set(id, resolve));
  }

  end(): Promise<void> {
    return this.#worker.end();
  }
}
