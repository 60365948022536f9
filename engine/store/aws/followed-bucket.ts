/*
 * A bucket that is followed: its objects in the order of their keys, and then new ones as they are found. Each is a
 * run with a path of its own, `#NUMBER/PATH`, and is listed when it is open: those behind it are opened ahead. What the
 * service fails to give for now is waited for, and what it has not costs itself only.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../base/clock.ts';
import { numberOfRun, pathOfRun } from '../follow/run-path.ts';
import { nameRun } from '../inbox/name-run.ts';
import type { BucketLocation } from '../location/bucket-location.ts';
import type { ObjectStore, ReportOddity, StoredObject, StoreEntry } from '../object-store.ts';
import type { ServiceCounts } from '../service-counts.ts';
import { StoreError, toStoreError } from '../store-error.ts';
import type { AwsAccess } from './aws-access.ts';
import type { BucketState, KeptObject } from './bucket-state.ts';
import { BucketSweeps, isBehind } from './bucket-sweeps.ts';
import { S3Store } from './s3-store.ts';

const PAUSE_MIN_MS = 500;
const PAUSE_MAX_MS = 60_000;
/** With so many objects found and not listed, the search stops. */
const FOUND_MAX = 512;
/** Runs that may be asked for again, by a source that was started again. */
const RUNS_LEFT = 16;
/** Without anybody who keeps how far they were read. */
const RUNS_KEPT = 4_096;

interface Found {
  readonly entry: StoreEntry;
  /** In which it was found; of another process: one that nothing else was found in. */
  readonly sweep: number;
  opening: Promise<StoredObject> | undefined;
  /** It is open, or cannot be opened. */
  isReady: boolean;
  /** Somebody reads what was opened ahead. */
  isTaken: boolean;
}

export interface FollowedBucketOptions {
  readonly location: BucketLocation;
  readonly access: AwsAccess;
  readonly counts: ServiceCounts;
  readonly clock: Clock;
  /** There may be something to list. */
  readonly onNews: () => void;
  /** Where another process stood. */
  readonly state?: BucketState | undefined;
}

export class FollowedBucket implements ObjectStore {
  readonly #options: FollowedBucketOptions;
  readonly #store: S3Store;
  readonly #sweeps: BucketSweeps;
  readonly #closing = new AbortController();
  /** By number: listed, the latest last. */
  readonly #runs = new Map<number, Found>();
  readonly #found: Found[] = [];
  #lastNumber: number;
  #report: ReportOddity = () => {};
  #said = '';
  #opening: Promise<void> | undefined;
  #onHunger: () => void = () => {};

  constructor(options: FollowedBucketOptions) {
    const { location, access, counts, clock, state } = options;
    this.#options = options;
    this.#store = new S3Store(location, access, counts);
    const { lookBackMs } = access.polling;
    this.#sweeps = new BucketSweeps({ store: this.#store, lookBackMs, clock, state: state?.sweep });
    this.#lastNumber = state?.lastNumber ?? 0;
    for (const { number, ...kept } of state?.runs ?? []) this.#runs.set(number, toFound(kept, 0));
    this.#found.push(...(state?.unread ?? []).map((kept) => toFound(kept, -1)));
  }

  /** The run after `after`: at most one. Rejects with `timed-out` if there is none yet. */
  async listEntries(after: string, _limit: number, report: ReportOddity): Promise<StoreEntry[]> {
    this.#report = report;
    await this.#open();
    const number = numberOfRun(after);
    const known = this.#runBehind(number);
    if (known !== undefined) return [known];
    const latest = this.#runs.get(number);
    if (latest !== undefined) {
      this.#passOver(latest);
      const skipped = pathOfRun(after);
      if (skipped !== latest.entry.path) this.#skipTo(skipped, latest.sweep);
    }
    const next = this.#found[0];
    if (next?.isReady !== true) throw new StoreError('timed-out', 'nothing has come for now');
    this.#found.shift();
    this.#lastNumber += 1;
    this.#runs.set(this.#lastNumber, next);
    this.#dropRuns(this.#lastNumber - RUNS_KEPT);
    this.#openAhead();
    this.#onHunger();
    return [entryOf(this.#lastNumber, next)];
  }

  async open(path: string): Promise<StoredObject> {
    const run = this.#runs.get(numberOfRun(path));
    if (run === undefined) throw new StoreError('not-found', 'does not exist');
    const { opening, isTaken, entry } = run;
    run.isTaken = true;
    run.opening = undefined;
    const isAhead = opening !== undefined && !isTaken;
    return nameRun(await (isAhead ? opening : this.#store.open(entry.path)), entry.path);
  }

  /**
   * What another process needs to go on for a source that stood in run `number`, or behind it: everything that was
   * found after it counts as not read.
   */
  async keep(number: number): Promise<BucketState> {
    await this.#open();
    const runs = [...this.#runs];
    const read = runs.filter(([one]) => one <= number).slice(-RUNS_LEFT);
    const listed = runs.flatMap(([one, run]) => (one > number ? [run] : []));
    return {
      lastNumber: number,
      runs: read.map(([one, run]) => ({ number: one, ...toKept(run) })),
      unread: [...listed, ...this.#found].map(toKept),
      sweep: this.#sweeps.state,
    };
  }

  /** All events of the runs up to this one are with the outputs. */
  acknowledge(number: number): void {
    this.#dropRuns(number - RUNS_LEFT);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#onHunger();
    for (const found of [...this.#found, ...this.#runs.values()]) this.#passOver(found);
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  #open(): Promise<void> {
    this.#opening ??= this.#look().then((pauseMs) => void this.#goOn(pauseMs));
    return this.#opening;
  }

  async #goOn(pauseMs: number): Promise<void> {
    let waitMs = pauseMs;
    let failures = 0;
    for (;;) {
      if (waitMs > 0) await this.#pause(waitMs);
      while (this.#found.length >= FOUND_MAX && !this.#isClosed) {
        await new Promise<void>((resolve) => {
          this.#onHunger = resolve;
        });
      }
      if (this.#isClosed) return;
      try {
        waitMs = await this.#look();
        failures = 0;
      } catch (error) {
        this.#tellFailure(toStoreError(error).message);
        waitMs = pauseAfter(failures);
        failures += 1;
      }
    }
  }

  /** For how many milliseconds there is nothing to look for. */
  async #look(): Promise<number> {
    const sweep = this.#sweeps.number;
    const isOver = await this.#sweeps.step((entries) => {
      this.#found.push(...entries.map((entry) => toFound(entry, sweep)));
    });
    this.#said = '';
    this.#openAhead();
    return isOver ? this.#options.access.polling.intervalMs : 0;
  }

  #openAhead(): void {
    for (const found of this.#found.slice(0, this.#store.aheadMax)) {
      if (found.opening !== undefined) continue;
      const opening = this.#openPatiently(found.entry.path);
      found.opening = opening;
      const tell = (): void => {
        found.isReady = true;
        if (found === this.#found[0]) this.#options.onNews();
      };
      opening.then(tell, tell);
    }
  }

  async #openPatiently(path: string): Promise<StoredObject> {
    for (let failures = 0; ; failures++) {
      try {
        return await this.#store.open(path);
      } catch (error) {
        const { message, mayPass } = toStoreError(error);
        if (!mayPass || this.#isClosed) throw error;
        this.#tellFailure(message);
        await this.#pause(pauseAfter(failures));
      }
    }
  }

  #tellFailure(message: string): void {
    const { location } = this.#options;
    if (message !== this.#said) this.#report('warning', location.text, `${message}; retried`);
    this.#said = message;
  }

  async #pause(milliseconds: number): Promise<void> {
    const options = { ref: false, signal: this.#closing.signal };
    await sleep(milliseconds, undefined, options).catch(() => {});
  }

  #runBehind(number: number): StoreEntry | undefined {
    if (number >= this.#lastNumber) return undefined;
    const known = [...this.#runs].find(([one]) => one > number);
    return known === undefined ? undefined : entryOf(known[0], known[1]);
  }

  /** Skips to `path` among the objects found in the same sweep. */
  #skipTo(path: string, sweep: number): void {
    const wanted = this.#found.filter((one) => {
      if (one.sweep !== sweep || isBehind(one.entry.path, path)) return true;
      this.#passOver(one);
      return false;
    });
    this.#found.splice(0, this.#found.length, ...wanted);
    if (this.#sweeps.number === sweep) this.#sweeps.skipTo(path);
    this.#openAhead();
    this.#onHunger();
  }

  #passOver(found: Found): void {
    if (!found.isTaken)
      void found.opening?.then(
        (stored) => stored.close(),
        () => {},
      );
    found.opening = undefined;
  }

  #dropRuns(last: number): void {
    for (const [number, run] of this.#runs) {
      if (number > last) break;
      this.#runs.delete(number);
      this.#passOver(run);
    }
  }
}

function pauseAfter(failures: number): number {
  return Math.min(PAUSE_MAX_MS, PAUSE_MIN_MS * 2 ** failures);
}

function entryOf(number: number, { entry }: Found): StoreEntry {
  return { ...entry, path: entry.path === '' ? `#${number}` : `#${number}/${entry.path}` };
}

function toKept({ entry }: Found): KeptObject {
  return { path: entry.path, size: entry.size, modifiedNs: entry.modifiedNs };
}

function toFound(entry: StoreEntry, sweep: number): Found {
  return { entry, sweep, opening: undefined, isReady: false, isTaken: false };
}
