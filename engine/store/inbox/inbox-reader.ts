/* Takes from an inbox what comes, as long as there is room for it, and goes on when the inbox fails. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { ReportOddity } from '../object-store.ts';
import { toStoreError } from '../store-error.ts';
import type { Inbox, Settling } from './arrival.ts';

const PAUSE_MIN_MS = 500;
const PAUSE_MAX_MS = 60_000;

export interface InboxReaderOptions<One extends Settling> {
  readonly inbox: Inbox<One>;
  /** Nothing more is taken for now; see `InboxReader.look`. */
  readonly isFull: () => boolean;
  readonly take: (one: One) => void;
}

export class InboxReader<One extends Settling> {
  readonly #options: InboxReaderOptions<One>;
  #report: ReportOddity = () => {};
  #opening: Promise<void> | undefined;
  #isClosed = false;
  #onRoom: () => void = () => {};

  constructor(options: InboxReaderOptions<One>) {
    this.#options = options;
  }

  /** Begins with the first call; rejects with `StoreError` where nothing can ever come. `report`: from now on. */
  open(report: ReportOddity): Promise<void> {
    this.#report = report;
    this.#opening ??= this.#options.inbox
      .open((...oddity) => this.#report(...oddity))
      .then(() => void this.#receive());
    return this.#opening;
  }

  /** There may be room again. */
  look(): void {
    this.#onRoom();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#onRoom();
    await this.#options.inbox.close();
  }

  async #receive(): Promise<void> {
    const { inbox, isFull, take } = this.#options;
    let pauseMs = PAUSE_MIN_MS;
    let said = '';
    while (!this.#isClosed) {
      if (isFull()) {
        await new Promise<void>((resolve) => {
          this.#onRoom = resolve;
        });
        continue;
      }
      try {
        for (const one of await inbox.receive()) take(one);
        pauseMs = PAUSE_MIN_MS;
        said = '';
      } catch (error) {
        const { message } = toStoreError(error);
        if (message !== said) this.#report('warning', inbox.name, `${message}; retried`);
        said = message;
        await sleep(pauseMs, undefined, { ref: false });
        pauseMs = Math.min(PAUSE_MAX_MS, 2 * pauseMs);
      }
    }
  }
}
