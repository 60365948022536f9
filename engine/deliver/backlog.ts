/*
 * Alerts that a receiver does not have yet, in one order: in memory, and on disk once they have waited for long.
 * Everything on disk is older than everything in memory, so the oldest are on disk whenever anything is. Without a
 * spool whoever gives them waits, so that memory is bounded by the slots of the streams; with one nobody does, until
 * the disk is full.
 */

import type { Alert } from '../alert/alert.ts';
import { reasonOf } from './delivery.ts';
import type { Spool } from './spool.ts';

/** So long alerts wait in memory before they go to disk. */
const SPILL_AFTER_MS = 100;
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
  #entries: Entry[] = [];
  #waiting = 0;
  #spill: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** It took nothing, and nothing has left it since. */
  #isDiskFull = false;
  #hasToldFull = false;

  /** `say` is told once when the disk takes nothing; whoever gives alerts waits then. */
  constructor(spool: Spool | undefined, say: (message: string) => void) {
    this.#spool = spool;
    this.#say = say;
  }

  /** Alerts in memory. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Alerts on disk. */
  get spooled(): number {
    return this.#spool?.count ?? 0;
  }

  get isEmpty(): boolean {
    return this.#waiting === 0 && this.spooled === 0;
  }

  /** Rejects with what the system says of the spool. */
  async open(): Promise<void> {
    await this.#spool?.open();
  }

  /** Resolves to whether all of them are with the receiver, on disk, or kept elsewhere. */
  add(alerts: readonly Alert[]): Promise<boolean> {
    const settled = new Promise<boolean>((resolve) => {
      const sinceMs = performance.now();
      this.#entries.push({ alerts, sinceMs, resolve, settled: 0, isLost: false });
    });
    this.#waiting += alerts.length;
    this.#considerSpill();
    return settled;
  }

  /** No more than `max`; none: there is nothing. */
  async oldest(max: number): Promise<Alert[]> {
    await this.#spill;
    if (this.#spool !== undefined && this.#spool.count > 0) return await this.#spool.oldest(max);
    const alerts: Alert[] = [];
    for (const entry of this.#entries) {
      const room = max - alerts.length;
      if (room <= 0) break;
      alerts.push(...entry.alerts.slice(entry.settled, entry.settled + room));
    }
    return alerts;
  }

  /** The oldest ones are with the receiver, or among the dead letters, or lost. */
  async settle(count: number, isThere: boolean): Promise<void> {
    // They may have gone to disk since they were given out.
    await this.#spill;
    const onDisk = Math.min(count, this.spooled);
    if (onDisk > 0) {
      await this.#spool?.forget(onDisk);
      // There may be room now for what did not fit.
      this.#isDiskFull = false;
    }
    this.#settleInMemory(count - onDisk, isThere);
    this.#considerSpill();
  }

  /** What is in memory goes to disk as far as it can; the rest is lost. Resolves to how many that are. */
  async close(): Promise<number> {
    clearTimeout(this.#timer);
    await this.#spill;
    if (this.#spool !== undefined && this.#waiting > 0) await this.#spillNow();
    clearTimeout(this.#timer);
    const lost = this.#waiting;
    this.#settleInMemory(lost, false);
    await this.#spool?.close();
    return lost;
  }

  #settleInMemory(count: number, isThere: boolean): void {
    this.#waiting -= count;
    for (let left = count; left > 0; ) {
      const entry = this.#entries[0];
      if (entry === undefined) throw new Error(`${left} alerts too many are settled`);
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
    if (this.#spool === undefined || oldest === undefined || this.#spill !== undefined) return;
    const dueMs = this.spooled > 0 ? 0 : SPILL_AFTER_MS - (performance.now() - oldest.sinceMs);
    const pauseMs = this.#isDiskFull ? SPILL_PAUSE_MS : dueMs;
    if (pauseMs <= 0) void this.#spillNow();
    else {
      this.#timer = setTimeout(() => {
        this.#isDiskFull = false;
        void this.#spillNow();
      }, pauseMs);
    }
  }

  #spillNow(): Promise<void> {
    this.#spill ??= this.#spillAll().finally(() => {
      this.#spill = undefined;
      this.#considerSpill();
    });
    return this.#spill;
  }

  async #spillAll(): Promise<void> {
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
      this.#isDiskFull = true;
    }
  }
}
