/*
 * The way to one output: what is delivered waits its turn, so that two deliveries never overlap, and a slow output
 * holds up nobody but whoever waits for it. Bounded by who delivers: a batch keeps its slot until every output has its
 * alerts, so no more wait here than there are slots.
 */

import type { Alert } from '../alert/alert.ts';
import type { Output } from '../output/output.ts';

export interface OutputEnd {
  /** What the system said: `ENOSPC: no space left on device, write`. */
  readonly reason: string;
  /** The reader closed it: it wanted no more. */
  readonly isClosedByReader: boolean;
}

export class OutputQueue {
  readonly output: Output;
  /** Alerts that it was not given, or that may not have arrived. */
  undelivered = 0;
  readonly #onEnd: (queue: OutputQueue) => void;
  #end: OutputEnd | undefined;
  #last: Promise<unknown> = Promise.resolve();
  /** Alerts on their way. */
  #pending = 0;

  /** `onEnd` is called once, when the output fails; nothing goes there any more. */
  constructor(output: Output, onEnd: (queue: OutputQueue) => void) {
    this.output = output;
    this.#onEnd = onEnd;
  }

  /** `undefined`: it works. */
  get end(): OutputEnd | undefined {
    return this.#end;
  }

  /** Resolves to whether the output has the alerts; otherwise it has failed. */
  deliver(alerts: readonly Alert[]): Promise<boolean> {
    return this.#enqueue(alerts.length, () => this.output.deliver(alerts));
  }

  /** What the output does not take within the time is undelivered. */
  async close(timeMaxMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const isLate = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeMaxMs);
    });
    await Promise.race([this.#enqueue(0, () => this.output.close()), isLate]);
    clearTimeout(timer);
    if (this.#pending === 0) return;
    this.undelivered += this.#pending;
    this.#pending = 0;
    this.fail(new Error('it took nothing any more'));
    this.output.abandon?.();
  }

  fail(error: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = { reason: reasonOf(error), isClosedByReader: isClosedByReader(error) };
    this.#onEnd(this);
  }

  #enqueue(alertCount: number, action: () => Promise<void>): Promise<boolean> {
    this.#pending += alertCount;
    const taken = this.#last.then(async () => {
      let isThere = false;
      if (this.#end === undefined) {
        try {
          await action();
          isThere = true;
        } catch (error) {
          this.fail(error);
        }
      }
      // What was given up on is counted already.
      if (this.#pending < alertCount) return false;
      this.#pending -= alertCount;
      if (!isThere) this.undelivered += alertCount;
      return isThere;
    });
    this.#last = taken;
    return taken;
  }
}

export function isClosedByReader(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EPIPE';
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
