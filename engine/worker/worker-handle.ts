import type { TransferListItem } from 'node:worker_threads';
import type { WorkerControl } from './worker-control.ts';

/** Where a worker runs: beside others in this process, or alone in one of its own. */
export type Isolation = 'thread' | 'process';

export interface WorkerEvents {
  readonly onMessage: (message: unknown) => void;
  /** It is over, and not because it was ended. `isOurs`: an error of our own code, with its stack. */
  readonly onEnd: (error: Error, isOurs: boolean) => void;
}

/** A worker as the main thread sees it, whatever it runs in. */
export interface WorkerHandle {
  readonly control: WorkerControl;
  /** It runs code of others: whatever comes of what it sends is a fault of theirs, never an error of ours. */
  readonly isProcess: boolean;
  /** The worker sends nothing before that. */
  listen(events: WorkerEvents): void;
  /** `transferred`: to a thread only. */
  post(request: unknown, transferred: readonly TransferListItem[]): void;
  /** Resolves when it is gone, however long that takes. It sends nothing after that. */
  end(): Promise<void>;
  /** It keeps this process alive no longer, or does again. */
  unref(): void;
  ref(): void;
}
