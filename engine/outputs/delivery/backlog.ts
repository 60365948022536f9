/*
 * Alerts that a receiver does not have yet, in one order: in memory, and on disk once they have waited for long.
 * Everything on disk is older than everything in memory, so the oldest are on disk whenever anything is. Without a
 * spool whoever gives them waits until they are handed over, so that memory is bounded by the slots of the streams;
 * with one nobody does, until the disk is full.
 *
 * Whatever touches the spool, or moves alerts out of memory, is an operation of one queue: they never overlap.
 */

import { assert } from '../../base/assert.ts';
import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { OperationQueue } from '../../base/operation-queue.ts';
import type { Alert } from '../../detect/alert/alert.ts';
import { reasonOf } from './delivery.ts';
import type { Spool } from './spool/spool.ts';

/** A disk that took nothing is tried again so often. */
const SPILL_PAUSE_MS = 1_000;

/** What was given in one call. */
interface Entry {
  readonly alerts: readonly Alert[];
  readonly sinceMs: number;
  readonly resolve: (isThere: boolean) => void;
  settled: number;
  isLost: boolean;
}

export class Backlog {
  readonly #spool: Spool | undefined;
  readonly #say: (message: string) => void;
  /** So long alerts wait in memory before they go to disk, while the receiver takes some. */
  readonly #spillAfterMs: number;
  readonly #operations = new OperationQueue();
  #entries: Entry[] = [];
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;
  #isSpilling = false;
  /** The disk took nothing, and is not tried before; nothing has left it since. */
  #diskPauseEndMs = 0;
  #hasToldFull = false;
  #isReceiverAway = false;

  /** Calls `say` once when the disk takes nothing; then the backlog makes the pipeline wait. */
  constructor(spool: Spool | undefined, say: (message: string) => void, spillAfterMs: number) {
    this.#spool = spool;
    this.#say = say;
    this.#spillAfterMs = spillAfterMs;
  }

  /** Alerts in memory. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Alerts on disk. */
  get spooled(): number {
    return this.#spool?.count ?? 0;
  }

  /** Alerts that were on disk and are damaged or missing. */
  get lost(): number {
    return this.#spool?.lost ?? 0;
  }

  /** The disk takes no alerts. */
  get isHeldUp(): boolean {
    return this.#hasToldFull;
  }

  /** Alerts need not wait in memory for a receiver that takes none. */
  set isReceiverAway(isAway: boolean) {
    this.#isReceiverAway = isAway;
    this.#considerSpill();
  }

  /** Rejects with the system's error about the spool. */
  async open(): Promise<void> {
    await this.#spool?.open();
  }

  /** Resolves to whether all of them are with the receiver, on disk, or kept elsewhere. */
  add(alerts: readonly Alert[]): Promise<boolean> {
    const settled = new Promise<boolean>((resolve) => {
      const sinceMs = SYSTEM_CLOCK.monotonicMs();
      this.#entries.push({ alerts, sinceMs, resolve, settled: 0, isLost: false });
    });
    this.#waiting += alerts.length;
    this.#considerSpill();
    return settled;
  }

  /** Alerts behind the `skip` oldest, no more than `max`. Rejects where the disk cannot be read. */
  peek(max: number, skip = 0): Promise<Alert[]> {
    return this.#operations.run(async () => {
      const alerts = this.spooled > 0 ? ((await this.#spool?.peek(max, skip)) ?? []) : [];
      let skipped = Math.max(0, skip - this.spooled);
      for (const { alerts: given, settled } of this.#entries) {
        if (alerts.length >= max) break;
        const from = settled + skipped;
        const taken = given.slice(from, from + max - alerts.length);
        for (const alert of taken) alerts.push(alert);
        skipped = Math.max(0, skipped - (given.length - settled));
      }
      return alerts;
    });
  }

  /** The `count` oldest are with a receiver that may lose them: without a spool nothing waits for them any more. */
  handOver(count: number): void {
    if (this.#spool !== undefined) return;
    let left = count;
    for (const { alerts, settled, isLost, resolve } of this.#entries) {
      left -= alerts.length - settled;
      if (left < 0) return;
      resolve(!isLost);
    }
  }

  /** The oldest ones are with the receiver, or among the dead letters, or lost. */
  settle(count: number, isThere: boolean): Promise<void> {
    return this.#operations.run(async () => {
      // They may have gone to disk since they were given out.
      const onDisk = Math.min(count, this.spooled);
      this.#settleInMemory(count - onDisk, isThere);
      if (onDisk > 0) {
        await this.#spool?.forget(onDisk);
        // There may be room now for what did not fit.
        this.#diskPauseEndMs = 0;
      }
      this.#considerSpill();
    });
  }

  /** Writes the alerts in memory to disk as far as it can; the rest is lost. Resolves to the number of lost ones. */
  async close(): Promise<number> {
    clearTimeout(this.#timer);
    return await this.#operations.run(async () => {
      await this.#spill();
      clearTimeout(this.#timer);
      const lost = this.#waiting;
      this.#settleInMemory(lost, false);
      await this.#spool?.close();
      return lost;
    });
  }

  #settleInMemory(count: number, isThere: boolean): void {
    assert(count <= this.#waiting, 'no more alerts are settled than wait');
    this.#waiting -= count;
    for (let left = count; left > 0; ) {
      const entry = this.#entries[0];
      assert(entry !== undefined, 'alerts in memory are those of the entries');
      const part = Math.min(left, entry.alerts.length - entry.settled);
      left -= part;
      entry.settled += part;
      if (!isThere) entry.isLost = true;
      if (entry.settled < entry.alerts.length) return;
      this.#entries.shift();
      entry.resolve(!entry.isLost);
    }
  }

  #considerSpill(): void {
    clearTimeout(this.#timer);
    const oldest = this.#entries[0];
    if (this.#spool === undefined || oldest === undefined || this.#isSpilling) return;
    const dueMs = this.#isReceiverAway ? 0 : oldest.sinceMs + this.#spillAfterMs;
    const pauseMs = Math.max(dueMs, this.#diskPauseEndMs) - SYSTEM_CLOCK.monotonicMs();
    if (pauseMs <= 0) this.#startSpill();
    else this.#timer = setTimeout(() => this.#startSpill(), pauseMs);
  }

  #startSpill(): void {
    this.#isSpilling = true;
    void this.#operations.run(async () => {
      await this.#spill();
      this.#isSpilling = false;
      this.#considerSpill();
    });
  }

  async #spill(): Promise<void> {
    const spool = this.#spool;
    if (spool === undefined || this.#waiting === 0) return;
    try {
      const waiting = this.#entries.flatMap(({ alerts, settled }) => alerts.slice(settled));
      const count = await spool.append(waiting);
      this.#settleInMemory(count, true);
      if (this.#waiting === 0) this.#hasToldFull = false;
    } catch (error) {
      if (!this.#hasToldFull) this.#say(`${spool.folder}: ${reasonOf(error)}; alerts wait`);
      this.#hasToldFull = true;
      this.#diskPauseEndMs = SYSTEM_CLOCK.monotonicMs() + SPILL_PAUSE_MS;
    }
  }
}
