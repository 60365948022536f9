/* The way to a receiver that may be away: what failed is sent again, after pauses that grow, in the same order. */

import type { Alert } from '../alert/alert.ts';
import type { Output } from '../output/output.ts';
import { awayFault, type OutputFault } from '../output/output-fault.ts';
import { Backlog } from './backlog.ts';
import {
  type CloseOptions,
  type Delivery,
  type DeliveryCounts,
  type OutputEnd,
  reasonOf,
} from './delivery.ts';
import type { Spool } from './spool.ts';
import type { UndeliveredFile } from './undelivered-file.ts';

export interface RetryOptions {
  /** Alerts of one delivery. */
  readonly batchSizeMax: number;
  /** Before alerts go to the dead letters; `undefined`: they are tried until they arrive. */
  readonly triesMax: number | undefined;
  /** Milliseconds before the second try, doubled with each, up to the other. */
  readonly pauseMinMs: number;
  readonly pauseMaxMs: number;
  /** `undefined`: what waits is in memory, and whoever gives it waits too. */
  readonly spool: Spool | undefined;
  /** `undefined`: what is not tried any more is lost. */
  readonly deadLetters: UndeliveredFile | undefined;
  /** What people should know, once each time: it is away, it is back, the disk is full. */
  readonly say: (message: string) => void;
}

const DRAIN_LOOK_MS = 5;
/** For an output to let go of what it is at, and to end. */
const ABANDON_TIME_MS = 500;
const END_TIME_MS = 5_000;

export class RetryQueue implements Delivery {
  readonly #output: Output;
  readonly #options: RetryOptions;
  readonly #backlog: Backlog;
  #sending: Promise<void> | undefined;
  /** Smaller after the receiver refused a batch, until the guilty alert stands alone. */
  #batchSize: number;
  /** Of the oldest alerts, that failed. */
  #tries = 0;
  /** Alerts were given up on and none has arrived since: what comes is not tried before the next pause is over. */
  #isGivenUp = false;
  #lastReason = '';
  #nextTryMs = 0;
  #isAway = false;
  #isClosing = false;
  #endPause: () => void = () => {};
  #end: OutputEnd | undefined;
  readonly #counts = { delivered: 0, deadLetters: 0, undelivered: 0, faults: 0 };

  constructor(output: Output, options: RetryOptions) {
    this.#output = output;
    this.#options = options;
    this.#backlog = new Backlog(options.spool, options.say);
    this.#batchSize = options.batchSizeMax;
  }

  get name(): string {
    return this.#output.name;
  }

  get end(): OutputEnd | undefined {
    return this.#end;
  }

  get lastFault(): string | undefined {
    return this.#lastReason === '' ? undefined : this.#lastReason;
  }

  get counts(): DeliveryCounts {
    const { waiting, spooled } = this.#backlog;
    return { ...this.#counts, waiting, spooled };
  }

  async open(): Promise<void> {
    const { deadLetters, say } = this.#options;
    await this.#output.open();
    await deadLetters?.open();
    await this.#backlog.open();
    const { spooled } = this.#backlog;
    if (spooled > 0) say(`${spooled} alerts that an earlier run kept are sent first`);
    this.#send();
  }

  async deliver(alerts: readonly Alert[]): Promise<boolean> {
    if (alerts.length === 0) return true;
    if (this.#end !== undefined || this.#isClosing) {
      this.#counts.undelivered += alerts.length;
      return false;
    }
    const settled = this.#backlog.add(alerts);
    this.#send();
    return await settled;
  }

  async close({ timeMaxMs, isInHaste }: CloseOptions): Promise<void> {
    await this.#drain(timeMaxMs, () =>
      isInHaste ? this.#backlog.waiting : this.#backlog.waiting + this.#backlog.spooled,
    );
    this.#isClosing = true;
    this.#endPause();
    if (this.#sending !== undefined) this.#output.abandon?.();
    await withinTime(this.#sending, ABANDON_TIME_MS);
    const lost = await this.#backlog.close();
    this.#counts.undelivered += lost;
    if (lost > 0) this.fail(new Error(this.#lastReason === '' ? 'no time left' : this.#lastReason));
    try {
      await withinTime(this.#output.close(), END_TIME_MS);
    } catch (error) {
      this.#counts.faults += 1;
      this.#options.say(reasonOf(error));
    }
    await this.#options.deadLetters?.close();
  }

  /** There is nothing that others could move. */
  async reopen(): Promise<void> {}

  fail(error: unknown): void {
    this.#end ??= { reason: reasonOf(error), isClosedByReader: false };
  }

  /** Until nothing is left, or nothing has left for the time. */
  async #drain(timeMaxMs: number, count: () => number): Promise<void> {
    let left = count();
    let sinceMs = performance.now();
    while (left > 0 && performance.now() - sinceMs <= timeMaxMs) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_MS));
      if (count() >= left) continue;
      left = count();
      sinceMs = performance.now();
    }
  }

  #send(): void {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
      if (!this.#isClosing && !this.#backlog.isEmpty) this.#send();
    });
  }

  async #sendAll(): Promise<void> {
    while (!this.#isClosing) {
      const alerts = await this.#backlog.oldest(this.#batchSize);
      if (alerts.length === 0) return;
      const pauseMs = this.#nextTryMs - performance.now();
      if (pauseMs <= 0) await this.#try(alerts);
      else if (this.#isGivenUp) await this.#giveUp(alerts);
      else await this.#pause(pauseMs);
    }
  }

  async #try(alerts: readonly Alert[]): Promise<void> {
    try {
      await this.#output.deliver(alerts);
      await this.#arrive(alerts.length);
      this.#batchSize = Math.min(this.#options.batchSizeMax, 2 * this.#batchSize);
    } catch (error) {
      const fault = awayFault(error);
      await this.#arrive(fault.taken);
      await this.#takeFault(alerts.slice(fault.taken), fault);
    }
  }

  async #arrive(count: number): Promise<void> {
    if (count === 0) return;
    this.#counts.delivered += count;
    this.#tries = 0;
    this.#isGivenUp = false;
    this.#nextTryMs = 0;
    if (this.#isAway) this.#options.say('alerts arrive again');
    this.#isAway = false;
    await this.#backlog.settle(count, true);
  }

  async #takeFault(alerts: readonly Alert[], fault: OutputFault): Promise<void> {
    this.#counts.faults += 1;
    this.#lastReason = fault.message;
    if (fault.kind === 'refused') await this.#takeRefusal(alerts, fault);
    else await this.#takeAbsence(alerts, fault);
  }

  /** Of several alerts it is not known which one it is. */
  async #takeRefusal(alerts: readonly Alert[], { taken }: OutputFault): Promise<void> {
    const isKnown = alerts.length === 1 || taken > 0;
    if (isKnown) await this.#giveUp(alerts.slice(0, 1));
    else this.#batchSize = alerts.length >> 1;
  }

  async #takeAbsence(alerts: readonly Alert[], fault: OutputFault): Promise<void> {
    const { triesMax, pauseMinMs, pauseMaxMs, say } = this.#options;
    this.#tries += 1;
    if (!this.#isAway && !this.#isClosing) say(`${fault.message}; alerts are tried again`);
    this.#isAway = true;
    const isLast = this.#isGivenUp || (triesMax !== undefined && this.#tries >= triesMax);
    const pauseMs = isLast ? pauseMaxMs : Math.min(pauseMaxMs, pauseMinMs * 2 ** (this.#tries - 1));
    this.#nextTryMs = performance.now() + Math.max(pauseMs, Math.min(fault.pauseMs, pauseMaxMs));
    if (!isLast) return;
    this.#isGivenUp = true;
    await this.#giveUp(alerts);
  }

  async #giveUp(alerts: readonly Alert[]): Promise<void> {
    const isKept = (await this.#options.deadLetters?.write(alerts, this.#lastReason)) ?? false;
    this.#counts[isKept ? 'deadLetters' : 'undelivered'] += alerts.length;
    await this.#backlog.settle(alerts.length, isKept);
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endPause = () => {};
  }
}

async function withinTime(action: Promise<unknown> | undefined, timeMaxMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const isLate = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeMaxMs);
  });
  await Promise.race([action, isLate]);
  clearTimeout(timer);
}
