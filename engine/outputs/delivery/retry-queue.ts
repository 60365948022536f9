/*
 * The way to a receiver that may be away: what failed is sent again, after pauses that grow, in the same order.
 *
 * One loop (`#work`) takes the oldest alerts, delivers them and settles them. It waits for a pause to be over, for
 * alerts, or for a failure between deliveries, and never goes round again without one of them.
 */

import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { countOf } from '../../base/quantity.ts';
import { Waker } from '../../base/waker.ts';
import type { Alert } from '../../detect/alert/alert.ts';
import type { Output } from '../transport/output.ts';
import { awayFault, type OutputFault } from '../transport/output-fault.ts';
import { Backlog } from './backlog.ts';
import {
  type CloseOptions,
  type Delivery,
  type DeliveryCounts,
  type DeliveryState,
  type OutputEnd,
  reasonOf,
  withinTime,
} from './delivery.ts';
import { drain } from './drain.ts';
import type { RetryOptions } from './retry-options.ts';
import { Tries } from './tries.ts';

const SPILL_AFTER_MS = 100;
/** For an output to let go of the delivery that is under way. */
const ABANDON_TIME_MS = 500;
/** Time for an output to end, when nobody is in haste. */
const END_TIME_MS = 15_000;
/** For a program to read what it was given, when all has to be over. */
const FLUSH_TIME_MS = 1_500;
/** Largest number of times that a failing receiver gets its last alerts at the end of a run. */
const END_TRIES_MAX = 3;
/** For alerts in memory to go to disk when all has to be over. */
const KEEP_TIME_MS = 1_000;
/** A disk that cannot be read is tried again so often. */
const DISK_PAUSE_MS = 1_000;

export class RetryQueue implements Delivery {
  readonly #output: Output;
  readonly #options: RetryOptions;
  readonly #backlog: Backlog;
  readonly #tries: Tries;
  /** Wakes the loop. */
  readonly #waker = new Waker();
  /** Wakes those that wait until every alert has arrived. */
  readonly #progress = new Waker();
  #working: Promise<void> | undefined;
  /** The oldest alerts, so many, were handed over and may not be read yet. */
  #handed = 0;
  #lastReason: string | undefined;
  #isDiskUnreadable = false;
  #isClosing = false;
  #isTrying = false;
  /** The receiver failed between two deliveries. */
  #interruption: unknown;
  #end: OutputEnd | undefined;
  readonly #counts = { delivered: 0, deadLetters: 0, undelivered: 0, faults: 0 };

  constructor(output: Output, options: RetryOptions) {
    this.#output = output;
    this.#options = options;
    this.#backlog = new Backlog(options.spool, options.say, options.spillAfterMs ?? SPILL_AFTER_MS);
    this.#tries = new Tries(options);
  }

  get name(): string {
    return this.#output.name;
  }

  get end(): OutputEnd | undefined {
    return this.#end;
  }

  get lastFault(): string | undefined {
    return this.#lastReason;
  }

  get counts(): DeliveryCounts {
    const { waiting, spooled, lost } = this.#backlog;
    const undelivered = this.#counts.undelivered + lost;
    return { ...this.#counts, undelivered, waiting, spooled };
  }

  get state(): DeliveryState {
    if (this.#end !== undefined) return 'over';
    const { isHeldUp } = this.#backlog;
    if (isHeldUp || this.#isDiskUnreadable) return 'held-up';
    if (!this.#tries.isAway) return 'up';
    return this.#options.spool === undefined ? 'held-up' : 'kept';
  }

  async open(): Promise<void> {
    const { deadLetters, say } = this.#options;
    await this.#output.open();
    this.#output.onFailure = (error) => {
      this.#interruption = error;
      this.#waker.wake();
    };
    await deadLetters?.open();
    await this.#backlog.open();
    const { spooled } = this.#backlog;
    const what = countOf(spooled, 'alert');
    if (spooled > 0) say(`${what} of an earlier run ${spooled === 1 ? 'is' : 'are'} sent first`);
    this.#working = this.#work();
  }

  async deliver(alerts: readonly Alert[]): Promise<boolean> {
    if (alerts.length === 0) return true;
    if (this.#end !== undefined || this.#isClosing) {
      this.#counts.undelivered += alerts.length;
      return false;
    }
    const settled = this.#backlog.add(alerts);
    this.#waker.wake();
    return await settled;
  }

  async close({ timeMaxMs, untilMs }: CloseOptions): Promise<void> {
    const leftMs = (): number => leftOf(untilMs);
    await this.#arriveAtEnd(timeMaxMs, untilMs);
    this.#isClosing = true;
    this.#waker.wake();
    this.#waker.endPause();
    if (this.#isTrying) this.#output.abandon?.();
    await withinTime(this.#working, Math.min(ABANDON_TIME_MS, leftMs()));
    if (this.#handed > 0 || this.#isTrying) await this.#flush(() => leftMs() - KEEP_TIME_MS);
    try {
      await withinTime(this.#output.close(), Math.min(END_TIME_MS, leftMs() - KEEP_TIME_MS));
    } catch (error) {
      this.#takeEndFault(error);
    }
    const lost = await withinTime(this.#backlog.close(), Math.min(END_TIME_MS, leftMs()));
    this.#counts.undelivered += lost ?? this.#backlog.waiting;
    if (lost !== 0) {
      this.#lastReason ??= 'the run ended before they arrived';
      this.fail(new Error(this.#lastReason));
    }
    await this.#options.deadLetters?.close();
  }

  /** What cannot be begun anew is tried again with the next delivery. */
  async reopen(): Promise<void> {
    await this.#output.reopen?.().catch((error: unknown) => this.#options.say(reasonOf(error)));
  }

  fail(error: unknown): void {
    this.#end ??= { reason: reasonOf(error), isClosedByReader: false };
  }

  /** A receiver that failed with alerts in hand gets them again, a few times, while nobody is in haste. */
  async #arriveAtEnd(timeMaxMs: number, untilMs: () => number | undefined): Promise<void> {
    for (let tries = 0; tries < END_TRIES_MAX; tries++) {
      await this.#drain(timeMaxMs, untilMs);
      if (untilMs() !== undefined || this.#handed === 0 || this.#isTrying) return;
      if (await this.#flush(() => leftOf(untilMs) - KEEP_TIME_MS)) return;
    }
  }

  /** Whether all that was handed over is read. */
  async #flush(leftMs: () => number): Promise<boolean> {
    try {
      await this.#output.flush?.(leftMs);
      // A delivery that was under way has ended as well.
      if (this.#isClosing) await withinTime(this.#working, ABANDON_TIME_MS);
      await this.#confirm(this.#handed);
      return true;
    } catch (error) {
      this.#takeEndFault(error);
      return false;
    }
  }

  #takeEndFault(error: unknown): void {
    this.#lastReason = reasonOf(error);
    if (this.#isClosing) {
      this.#counts.faults += 1;
      this.#options.say(reasonOf(error));
    } else {
      this.#interruption = error;
      this.#waker.wake();
    }
  }

  /** Until nothing is left to hand over, nothing has left for the time, or all has to be over. */
  async #drain(timeMaxMs: number, untilMs: () => number | undefined): Promise<void> {
    const flushTimeMs = this.#output.flush === undefined ? 0 : FLUSH_TIME_MS;
    await drain({
      left: (isHasty) => {
        const { waiting, spooled } = this.#backlog;
        const handed = this.#interruption === undefined ? this.#handed : 0;
        return Math.max(0, waiting + (isHasty ? 0 : spooled) - handed);
      },
      progress: this.#progress,
      timeMaxMs,
      untilMs,
      endTimeMs: flushTimeMs + ABANDON_TIME_MS + KEEP_TIME_MS,
    });
  }

  async #work(): Promise<void> {
    while (!this.#isClosing) {
      try {
        await this.#step();
        this.#progress.wake();
        this.#isDiskUnreadable = false;
      } catch (error) {
        if (!this.#isDiskUnreadable) this.#options.say(`${reasonOf(error)}; alerts wait`);
        this.#isDiskUnreadable = true;
        await this.#pause(DISK_PAUSE_MS);
      }
    }
  }

  async #step(): Promise<void> {
    const interruption = this.#interruption;
    if (interruption !== undefined) await this.#takeFault([], awayFault(interruption));
    const alerts = await this.#backlog.peek(this.#tries.batchSize, this.#handed);
    const { pauseMs, isGivenUp } = this.#tries;
    if (alerts.length === 0) await this.#waker.wait();
    else if (pauseMs <= 0) await this.#try(alerts);
    else if (isGivenUp) await this.#giveUp(alerts);
    else await this.#pause(pauseMs);
  }

  async #try(alerts: readonly Alert[]): Promise<void> {
    this.#isTrying = true;
    let fault: OutputFault | undefined;
    try {
      await this.#output.deliver(alerts);
    } catch (error) {
      fault = awayFault(error);
    }
    this.#isTrying = false;
    await this.#arrive(fault?.taken ?? alerts.length);
    if (fault === undefined) this.#tries.succeeded();
    else await this.#takeFault(alerts.slice(fault.taken), fault);
  }

  async #arrive(count: number): Promise<void> {
    if (count === 0) return;
    this.#handed += count;
    if (this.#tries.arrived()) this.#options.say('alerts are delivered again');
    this.#backlog.isReceiverAway = false;
    const { unread } = this.#output;
    await this.#confirm(this.#handed - Math.min(unread ?? 0, this.#handed));
    if (unread !== undefined) this.#backlog.handOver(this.#handed);
  }

  /** So many of those that were handed over, from the oldest on, have arrived. */
  async #confirm(count: number): Promise<void> {
    if (count === 0) return;
    this.#handed -= count;
    this.#counts.delivered += count;
    this.#tries.confirmed();
    await this.#backlog.settle(count, true);
  }

  /** What was handed over and not read is delivered again, before those that failed. */
  async #takeFault(alerts: readonly Alert[], fault: OutputFault): Promise<void> {
    const isOldest = this.#handed === 0;
    this.#handed = 0;
    this.#interruption = undefined;
    // One that had to end is no fault of the receiver.
    if (!this.#isClosing) {
      this.#counts.faults += 1;
      this.#lastReason = fault.message;
    }
    const oldest = isOldest ? alerts : [];
    if (fault.kind === 'refused') await this.#takeRefusal(oldest, fault);
    else await this.#takeAbsence(oldest, fault);
  }

  /** A refusal of several alerts does not say which one was refused. */
  async #takeRefusal(alerts: readonly Alert[], { taken }: OutputFault): Promise<void> {
    if (alerts.length === 1 || (taken > 0 && alerts.length > 0))
      await this.#giveUp(alerts.slice(0, 1));
    else this.#tries.refused(alerts.length);
  }

  async #takeAbsence(alerts: readonly Alert[], fault: OutputFault): Promise<void> {
    const { say } = this.#options;
    if (!this.#tries.isAway && !this.#isClosing) say(`${fault.message}; alerts are retried`);
    const isLast = this.#tries.failed(fault);
    this.#backlog.isReceiverAway = true;
    if (!isLast || alerts.length === 0) return;
    this.#tries.giveUp();
    await this.#giveUp(alerts);
  }

  /** What cannot be set aside waits. */
  async #giveUp(alerts: readonly Alert[]): Promise<void> {
    const { deadLetters } = this.#options;
    if (deadLetters === undefined) {
      this.#counts.undelivered += alerts.length;
      await this.#backlog.settle(alerts.length, false);
      return;
    }
    const written = await deadLetters.write(alerts, this.#lastReason ?? '');
    this.#counts.deadLetters += written;
    await this.#backlog.settle(written, true);
    if (written < alerts.length) await this.#pause(DISK_PAUSE_MS);
  }

  async #pause(ms: number): Promise<void> {
    if (!this.#isClosing) await this.#waker.pause(ms);
  }
}

/** Milliseconds until all has to be over. */
function leftOf(untilMs: CloseOptions['untilMs']): number {
  return (untilMs() ?? Number.POSITIVE_INFINITY) - SYSTEM_CLOCK.monotonicMs();
}
