/*
 * The way to an output of this machine, which works until it fails: what is delivered waits its turn, so that two
 * deliveries never overlap, and a slow output holds up nobody but whoever waits for it. Bounded by who delivers: a
 * batch keeps its slot until every output has its alerts, so no more wait here than there are slots.
 */

import { SYSTEM_CLOCK } from '../../base/clock.ts';
import type { Alert } from '../../detect/alert/alert.ts';
import type { Output } from '../transport/output.ts';
import {
  type CloseOptions,
  type Delivery,
  type DeliveryCounts,
  type DeliveryState,
  isClosedByReader,
  NO_COUNTS,
  type OutputEnd,
  reasonOf,
  withinTime,
} from './delivery.ts';

export class OutputQueue implements Delivery {
  readonly #output: Output;
  #delivered = 0;
  /** Alerts that it was not given, or that may not have arrived. */
  #undelivered = 0;
  readonly #onEnd: (queue: OutputQueue) => void;
  #end: OutputEnd | undefined;
  #last: Promise<unknown> = Promise.resolve();
  /** Alerts on their way. */
  #pending = 0;
  /** The delivery that is under way is not waited for any more. */
  #giveUp: () => void = () => {};

  /** `onEnd` is called once, when the output fails; nothing goes there any more. */
  constructor(output: Output, onEnd: (queue: OutputQueue) => void) {
    this.#output = output;
    this.#onEnd = onEnd;
  }

  get name(): string {
    return this.#output.name;
  }

  get end(): OutputEnd | undefined {
    return this.#end;
  }

  get lastFault(): string | undefined {
    return this.#end?.reason;
  }

  get counts(): DeliveryCounts {
    const [delivered, undelivered] = [this.#delivered, this.#undelivered];
    const faults = this.#end === undefined ? 0 : 1;
    return { ...NO_COUNTS, delivered, undelivered, waiting: this.#pending, faults };
  }

  get state(): DeliveryState {
    return this.#end === undefined ? 'up' : 'over';
  }

  open(): Promise<void> {
    return this.#output.open();
  }

  /** Resolves to true if the output has the alerts; if false, the output has failed. */
  async deliver(alerts: readonly Alert[]): Promise<boolean> {
    // A filter left none of them: an output that writes lines would write an empty one.
    if (alerts.length === 0) return true;
    return await this.#enqueue(alerts.length, () => this.#output.deliver(alerts));
  }

  async reopen(): Promise<void> {
    if (this.#output.reopen !== undefined)
      await this.#enqueue(0, async () => await this.#output.reopen?.());
  }

  /** What the output does not take within the time is undelivered. */
  async close({ timeMaxMs, untilMs }: CloseOptions): Promise<void> {
    const leftMs = (untilMs() ?? Number.POSITIVE_INFINITY) - SYSTEM_CLOCK.monotonicMs();
    const closed = this.#enqueue(0, () => this.#output.close());
    await withinTime(closed, Math.min(timeMaxMs, leftMs));
    if (this.#pending === 0) return;
    this.fail(new Error('the output no longer accepts alerts'));
    this.#giveUp();
    this.#output.abandon?.();
    await this.#last;
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
          await new Promise<void>((resolve, reject) => {
            this.#giveUp = () => reject(new Error(this.#end?.reason));
            action().then(resolve, reject);
          });
          isThere = true;
        } catch (error) {
          this.fail(error);
        }
      }
      this.#pending -= alertCount;
      if (isThere) this.#delivered += alertCount;
      else this.#undelivered += alertCount;
      return isThere;
    });
    this.#last = taken;
    return taken;
  }
}
