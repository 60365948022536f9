/*
 * One worker that calls plugins, seen from the main thread: what it says, and the one way in which it fails, if it
 * does: a call that does not come back, an error of our own, or the end of the thread or process.
 */

import type { TransferListItem } from 'node:worker_threads';
import { SYSTEM_CLOCK } from '../base/clock.ts';
import { guarded } from '../base/guard.ts';
import { DeadlineWatch, runningPlugin } from './call-watch.ts';
import type { WorkerHandle } from './worker-handle.ts';

export interface WorkerFailure {
  /** Position of the plugin that was being called. */
  readonly pluginPosition: number;
  readonly kind: 'deadline' | 'crash';
  readonly message: string;
  /** Milliseconds that were waited for it. */
  readonly lostMs: number;
}

/** How long calls into plugins may take. */
export interface CallTimes {
  readonly callMaxMs: number;
  /** Instantiate, init, open and configure together. */
  readonly startMaxMs: number;
}

export interface SupervisedWorkerOptions<Message> {
  readonly worker: WorkerHandle;
  /** Position of the plugin that is to blame when a process ends outside of all calls; `undefined`: it calls none. */
  readonly suspect: number | undefined;
  readonly times: CallTimes;
  /** What the plugin at a position has, where that is less. */
  readonly timesOf?: (pluginPosition: number) => CallTimes;
  readonly onMessage: (message: Message) => void;
  /** The next one may begin while this one is still being ended: it writes nothing that the other would. */
  readonly isReplacedAtOnce?: boolean;
  /** At most once, and nothing after it. */
  readonly onFailure: (failure: WorkerFailure) => void;
  /** An error of our own code: no plugin was being called. */
  readonly onDefect: (error: Error) => void;
}

const POLL_INTERVAL_MS = 5;
/** What does not end in this time is left alone. */
const TERMINATE_TIME_MAX_MS = 1_000;
const END_TIME_MAX_MS = 2_000;

export class SupervisedWorker<Request, Message> {
  readonly #worker: WorkerHandle;
  readonly #options: SupervisedWorkerOptions<Message>;
  readonly #watch: NodeJS.Timeout | undefined;
  #isStarting = true;
  #isOver = false;

  constructor(options: SupervisedWorkerOptions<Message>) {
    this.#options = options;
    const { worker, suspect } = options;
    this.#worker = worker;
    worker.listen({
      onMessage: (message) => {
        if (!this.#isOver) options.onMessage(message as Message);
      },
      onEnd: (error, isOurs) => this.#fail(error, isOurs),
    });
    if (suspect === undefined) return;
    const { control } = worker;
    const watch = new DeadlineWatch(control.words);
    const look = (): void => {
      control.refresh();
      const late = watch.poll(SYSTEM_CLOCK.monotonicMs(), (position) => this.#limitMs(position));
      if (late === undefined) return;
      this.#giveUp({
        pluginPosition: late,
        kind: 'deadline',
        message: 'no answer within the time limit',
        lostMs: this.#limitMs(late),
      });
    };
    // The numbers that it reads are a worker's: whatever it cannot make sense of is that worker's end.
    const watchOver = guarded('deadline-watch', look, (error) =>
      this.#fail(error, !worker.isProcess),
    );
    this.#watch = setInterval(watchOver, POLL_INTERVAL_MS);
  }

  /** Plugins are up: from now on calls have the deadline of a call, and no more that of a start. */
  hasStarted(): void {
    this.#isStarting = false;
  }

  post(request: Request, transferred: readonly TransferListItem[] = []): void {
    this.#worker.post(request, transferred);
  }

  /** Resolves when the thread is gone, or when it does not go in time: it is left alone then. */
  async end(): Promise<void> {
    if (!this.#isOver) this.#close();
    await this.#terminate(END_TIME_MAX_MS);
  }

  /** Whether it has ended within the time; it keeps no process alive any more. */
  async #terminate(timeMaxMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const isLate = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), timeMaxMs);
    });
    const hasEnded = await Promise.race([this.#worker.end().then(() => true), isLate]);
    clearTimeout(timer);
    this.#worker.unref();
    return hasEnded;
  }

  #close(): void {
    this.#isOver = true;
    clearInterval(this.#watch);
  }

  #fail(error: Error, isOurs: boolean): void {
    if (this.#isOver) return;
    const { suspect } = this.#options;
    const { control } = this.#worker;
    control.refresh();
    const running = suspect === undefined ? undefined : runningPlugin(control.words);
    const pluginPosition = running ?? (isOurs ? undefined : suspect);
    if (pluginPosition !== undefined) {
      this.#giveUp({ pluginPosition, kind: 'crash', message: error.message, lostMs: 0 });
    } else {
      this.#close();
      this.#options.onDefect(error);
    }
  }

  #giveUp(failure: WorkerFailure): void {
    this.#close();
    const { onFailure, isReplacedAtOnce } = this.#options;
    const ended = this.#terminate(TERMINATE_TIME_MAX_MS);
    if (isReplacedAtOnce === true) onFailure(failure);
    else {
      const left = `${failure.message}; its thread does not end, and is left alone`;
      void ended.then((hasEnded) => onFailure(hasEnded ? failure : { ...failure, message: left }));
    }
  }

  #limitMs(pluginPosition: number): number {
    const { times } = this.#options;
    const own = this.#options.timesOf?.(pluginPosition) ?? times;
    return this.#isStarting
      ? Math.min(times.startMaxMs, own.startMaxMs)
      : Math.min(times.callMaxMs, own.callMaxMs);
  }
}
