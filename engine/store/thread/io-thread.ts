import { MessageChannel } from 'node:worker_threads';
import { SupervisedWorker } from '../../worker/supervised-worker.ts';
import type { WorkerStock } from '../../worker/worker-stock.ts';
import type { PoisonMessage } from '../protocol/queue-message.ts';
import type {
  FollowedRoots,
  GrantedRoots,
  IoAnswer,
  IoRequest,
  StoreConnection,
  WindowFile,
} from '../protocol/store-protocol.ts';
import type { ServiceCounts } from '../service-counts.ts';

export const IO_ENTRY = 'store/thread/io-worker.js';
/** For what came by itself to be given back; it comes again anyway. */
const CLOSE_TIME_MAX_MS = 5_000;

interface Asked {
  readonly resolve: (state: FollowedRoots) => void;
  readonly reject: (error: Error) => void;
}

export interface IoThreadOptions {
  readonly stock: WorkerStock;
  /** An error of our own; nothing is read any more. */
  readonly onDefect: (error: Error) => void;
  /** Resolves to whether an unreadable message is kept elsewhere. */
  readonly onPoison: (reader: string, message: PoisonMessage) => Promise<boolean>;
}

/** The thread in which everything waits that waits, seen from the main thread. */
export class IoThread {
  readonly #worker: SupervisedWorker<IoRequest, IoAnswer>;
  readonly #asked = new Map<number, Asked>();
  readonly #closing = new Map<number, (counts: ServiceCounts | undefined) => void>();
  #requests = 0;

  constructor({ stock, onDefect, onPoison }: IoThreadOptions) {
    this.#worker = new SupervisedWorker<IoRequest, IoAnswer>({
      worker: stock.takeThread(IO_ENTRY),
      suspect: undefined,
      times: { callMaxMs: 0, startMaxMs: 0 },
      onMessage: (answer) => {
        if (answer.kind === 'kept') {
          this.#asked.get(answer.id)?.resolve(answer.state);
          this.#asked.delete(answer.id);
        } else if (answer.kind === 'poison') {
          const { id, reader, message } = answer;
          void onPoison(reader, message).then(
            (isKept) => this.#worker.post({ kind: 'set-aside', id, isKept }),
            onDefect,
          );
        } else if (answer.kind === 'failed') {
          if (answer.id !== undefined) this.#refuse(answer.id, answer.message);
        } else {
          this.#closing.get(answer.id)?.(answer.counts);
          this.#closing.delete(answer.id);
        }
      },
      onFailure: () => {},
      onDefect,
    });
  }

  /**
   * Roots for one plugin; `reader` names who reads, also when it connects again. The port is to be
   * transferred to the thread that reads; it stays here when a process reads through a `window`.
   */
  connect(roots: GrantedRoots, reader: string, window?: WindowFile): StoreConnection {
    const { port1, port2 } = new MessageChannel();
    const signal = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    this.#worker.post({ kind: 'connect', port: port1, signal, roots, reader, window }, [port1]);
    return { port: port2, signal };
  }

  /**
   * State from which the next process resumes what a reader follows, when it is at run `run`. Rejects if that is
   * unknown.
   */
  keep(reader: string, run: number): Promise<FollowedRoots> {
    this.#requests += 1;
    const id = this.#requests;
    this.#worker.post({ kind: 'keep', id, reader, run });
    return new Promise((resolve, reject) => this.#asked.set(id, { resolve, reject }));
  }

  /** All events of the runs of a reader up to this one are with the outputs. */
  acknowledge(reader: string, run: number): void {
    this.#worker.post({ kind: 'acknowledge', reader, run });
  }

  /** Nothing in a run of a reader could be read. Its sender gets an error when the run is acknowledged. */
  refuse(reader: string, run: number, reason: string): void {
    this.#worker.post({ kind: 'refuse', reader, run, reason });
  }

  /**
   * The reader reads no more. Resolves when whoever sent it something knows what became of it, to what it asked
   * services for; `undefined` where that takes too long.
   */
  close(reader: string): Promise<ServiceCounts | undefined> {
    this.#requests += 1;
    const id = this.#requests;
    this.#worker.post({ kind: 'close', id, reader });
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), CLOSE_TIME_MAX_MS);
      this.#closing.set(id, (counts) => {
        clearTimeout(timer);
        resolve(counts);
      });
    });
  }

  #refuse(id: number, message: string): void {
    this.#asked.get(id)?.reject(new Error(message));
    this.#asked.delete(id);
    this.#closing.get(id)?.(undefined);
    this.#closing.delete(id);
  }

  end(): Promise<void> {
    return this.#worker.end();
  }
}
