/*
 * Whether the locations of followed streams are there: what was removed or does not answer gives nothing to read, and
 * looks like a stream for which nothing comes.
 */

import { stat } from 'node:fs/promises';
import { guarded } from '../../base/guard.ts';
import { systemErrorText } from '../../base/system-error.ts';
import type { StoreRoot } from '../../store/protocol/store-protocol.ts';

const INTERVAL_MS = 5_000;
/** A file system that does not answer for so long is as good as away. */
const ANSWER_TIME_MAX_MS = 10_000;

export class LocationProbe {
  readonly #paths: readonly string[];
  readonly #nowMs: () => number;
  readonly #missing = new Map<string, string>();
  readonly #asked = new Map<string, number>();
  readonly #timer: NodeJS.Timeout | undefined;

  /** `nowMs`: monotonic. */
  constructor(paths: readonly string[], nowMs: () => number) {
    this.#paths = paths;
    this.#nowMs = nowMs;
    if (paths.length === 0) return;
    this.#look();
    const look = guarded(
      'location-probe',
      () => this.#look(),
      ({ message }) => {
        for (const path of paths) this.#answer(path, `cannot be looked at: ${message}`);
      },
    );
    this.#timer = setInterval(look, INTERVAL_MS);
    this.#timer.unref();
  }

  /** What is wrong with one of them; `undefined`: nothing. */
  get problem(): string | undefined {
    for (const path of this.#paths) {
      const missing = this.#missing.get(path);
      if (missing !== undefined) return missing;
      const askedMs = this.#asked.get(path);
      if (askedMs !== undefined && this.#nowMs() - askedMs > ANSWER_TIME_MAX_MS)
        return `${path} does not answer`;
    }
    return undefined;
  }

  /** Looks now. */
  refresh(): void {
    this.#look();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const path of this.#paths) {
      if (this.#asked.has(path)) continue;
      this.#asked.set(path, this.#nowMs());
      void stat(path).then(
        () => this.#answer(path, undefined),
        (error: NodeJS.ErrnoException) => {
          const isMissing = error.code === 'ENOENT';
          const why = systemErrorText(error);
          this.#answer(path, isMissing ? 'does not exist' : `cannot be read: ${why}`);
        },
      );
    }
  }

  #answer(path: string, problem: string | undefined): void {
    this.#asked.delete(path);
    if (problem === undefined) this.#missing.delete(path);
    else this.#missing.set(path, `${path} ${problem}`);
  }
}

/** Files and folders of this machine that are followed. */
export function followedPaths(stores: readonly StoreRoot[]): string[] {
  return stores.flatMap(({ location, isFollowed }) =>
    isFollowed && location.kind === 'path' ? [location.text] : [],
  );
}
