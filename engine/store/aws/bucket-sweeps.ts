/*
 * What is new in a bucket, found by listing it again and again. An object is new when it was put behind a moment, and
 * was not found before: those that were found and put behind it are remembered. The moment lies a look-back before the
 * latest sweep over everything: objects appear late (replicas and uploads in parts have the time of their beginning).
 * Sweeps between those leave out days that are over.
 */

import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { StoreEntry } from '../object-store.ts';
import { skipOldDays } from './key-days.ts';
import type { S3Store } from './s3-store.ts';

/** The service gives no more at once. */
const PAGE_SIZE = 1000;
/** Between two sweeps over everything, and how much longer than they take it is at least. */
const FULL_PAUSE_MS = 60 * 60 * 1000;
const FULL_SHARE = 20;
/** Days are in keys as whoever wrote them saw them. */
const DAY_SLACK_MS = 24 * 60 * 60 * 1000;
const NANOSECONDS_PER_MS = 1_000_000n;
const DIGEST_SIZE = 16;

/** As one process leaves it to the next. */
export interface SweepState {
  /** What was put up to then is known, in milliseconds since 1970; `undefined`: nothing is. */
  readonly knownMs: number | undefined;
  /** Objects that were put behind the position: digest of path and time, and the time. */
  readonly known: Readonly<Record<string, number>>;
  /** The sweep under way: when it began (`undefined`: it has not), over what, and up to where it is. */
  readonly startMs: number | undefined;
  readonly isFull: boolean;
  readonly path: string;
}

export interface BucketSweepsOptions {
  readonly store: Pick<S3Store, 'listEntries' | 'answeredMs'>;
  readonly lookBackMs: number;
  readonly clock: Clock;
  readonly state?: SweepState | undefined;
}

export class BucketSweeps {
  readonly #options: BucketSweepsOptions;
  readonly #known: Map<string, number>;
  #knownMs: number | undefined;
  #startMs: number | undefined;
  #isFull: boolean;
  #path: string;
  /** Up to here nothing is wanted, in the sweep under way. */
  #skippedTo = '';
  /** Time in listings of the sweep. */
  #spentMs = 0;
  #nextFullMs = 0;
  #number = 1;

  constructor(options: BucketSweepsOptions) {
    this.#options = options;
    const { known = {}, knownMs, startMs, isFull = true, path = '' } = options.state ?? {};
    this.#known = new Map(Object.entries(known));
    this.#knownMs = knownMs;
    this.#startMs = startMs;
    this.#isFull = isFull;
    this.#path = path;
  }

  /** Number of the sweep under way; the first one is 1. */
  get number(): number {
    return this.#number;
  }

  get state(): SweepState {
    return {
      knownMs: this.#knownMs,
      known: Object.fromEntries(this.#known),
      startMs: this.#startMs,
      isFull: this.#isFull,
      path: this.#path,
    };
  }

  /**
   * The new objects of the next page go to `onFound`, before anybody else sees the state that they are known in.
   * Whether the next step begins another sweep. Rejects with `StoreError`; then the same step may be tried again.
   */
  async step(onFound: (found: readonly StoreEntry[]) => void): Promise<boolean> {
    const { store, clock } = this.#options;
    const beganMs = clock.monotonicMs();
    const entries = await store.listEntries(this.#path, PAGE_SIZE);
    this.#spentMs += clock.monotonicMs() - beganMs;
    this.#startMs ??= store.answeredMs;
    if (entries.length === 0) {
      this.#end(this.#startMs);
      return true;
    }
    const startMs = this.#startMs;
    onFound(entries.filter((entry) => this.#isNew(entry, startMs)));
    const last = entries.at(-1)?.path ?? '';
    this.#path = isBehind(this.#skippedTo, last) ? this.#skippedTo : last;
    return false;
  }

  /** Nothing up to this path is wanted in the sweep under way. */
  skipTo(path: string): void {
    if (isBehind(path, this.#skippedTo)) this.#skippedTo = path;
    if (isBehind(path, this.#path)) this.#path = path;
  }

  #isNew({ path, modifiedNs }: StoreEntry, startMs: number): boolean {
    if (this.#skippedTo !== '' && !isBehind(path, this.#skippedTo)) return false;
    const { lookBackMs } = this.#options;
    const knownMs = this.#knownMs;
    const modifiedMs = Number(modifiedNs / NANOSECONDS_PER_MS);
    if (!this.#isFull && knownMs !== undefined) {
      const skipped = skipOldDays(path, knownMs - DAY_SLACK_MS);
      if (skipped !== undefined) {
        this.skipTo(skipped);
        return false;
      }
    }
    if (knownMs !== undefined && modifiedMs <= knownMs) return false;
    const digest = digestOf(path, modifiedMs);
    if (this.#known.has(digest)) return false;
    if (modifiedMs > (knownMs ?? startMs - lookBackMs)) this.#known.set(digest, modifiedMs);
    return true;
  }

  #end(startMs: number): void {
    const { clock, lookBackMs } = this.#options;
    const nowMs = clock.monotonicMs();
    if (this.#isFull) {
      const knownMs = startMs - lookBackMs;
      this.#knownMs = knownMs;
      for (const [digest, modifiedMs] of this.#known)
        if (modifiedMs <= knownMs) this.#known.delete(digest);
      this.#nextFullMs = nowMs + Math.max(FULL_PAUSE_MS, FULL_SHARE * this.#spentMs);
    }
    this.#number += 1;
    this.#isFull = nowMs >= this.#nextFullMs;
    this.#startMs = undefined;
    this.#path = '';
    this.#skippedTo = '';
    this.#spentMs = 0;
  }
}

/** In the order of keys, which is that of their bytes. */
export function isBehind(path: string, other: string): boolean {
  return Buffer.compare(Buffer.from(path), Buffer.from(other)) > 0;
}

/** What was put again at the same key is another object. */
function digestOf(path: string, modifiedMs: number): string {
  const hash = createHash('sha256').update(`${modifiedMs}/${path}`);
  return hash.digest('base64url').slice(0, DIGEST_SIZE);
}
