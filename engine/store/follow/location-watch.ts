/*
 * Looks at a followed location again whenever the system says that something changed, and from time to time anyway:
 * network file systems say nothing, and a queue of changes may overflow. What it finds is handed on one look after the
 * other.
 */

import { type BigIntStats, type FSWatcher, type WatchEventType, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { guarded } from '../../base/guard.ts';
import { OperationQueue } from '../../base/operation-queue.ts';
import { FolderListing, identityOf } from '../local/folder-listing.ts';
import type { ReportOddity } from '../object-store.ts';
import type { Sight } from './file-values.ts';

/** A look at everything: so often where the system tells of changes, and where it does not. */
const WATCHED_PERIOD_MS = 5_000;
const UNWATCHED_PERIOD_MS = 250;
/** Looking at a folder takes at most one part in so many of the time: a large folder gets fewer looks. */
const DUTY = 20;
/** Changes that come together get one look. */
const COALESCE_MS = 5;
const PAGE = 1_024;
/** Before the next look, where one failed. */
const FAILED_PAUSE_MS = 1_000;

export interface LocationWatchOptions {
  readonly location: string;
  readonly isFile: boolean;
  readonly report: ReportOddity;
  /** `isComplete`: files that are not in the list do not exist any more. */
  readonly onSights: (sights: readonly Sight[], isComplete: boolean) => Promise<void>;
}

export class LocationWatch {
  readonly #options: LocationWatchOptions;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #looks = new OperationQueue();
  #timer: NodeJS.Timeout | undefined;
  /** When it goes off. */
  #dueMs = 0;
  #isScanDue = false;
  readonly #changed = new Set<string>();
  #areAllWatched = true;
  #lastScanMs = 0;
  #isClosed = false;

  constructor(options: LocationWatchOptions) {
    this.#options = options;
  }

  /** Looks at everything, and from then on whenever there is a reason to. */
  scan(): Promise<void> {
    return this.#enqueue(() => this.#scan());
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    return this.#looks.run(async () => (this.#isClosed ? undefined : await work()));
  }

  async #scan(): Promise<void> {
    const startedMs = SYSTEM_CLOCK.monotonicMs();
    const { isFile, location, report, onSights } = this.#options;
    this.#isScanDue = false;
    this.#changed.clear();
    const folders = new Set<string>();
    const onFolder = (path: string): void => {
      folders.add(path);
      this.#watch(path);
    };
    const sights = isFile
      ? await this.#lookAtFile(onFolder)
      : await listAll(new FolderListing(location, report, { onFolder }));
    for (const [path, watcher] of this.#watchers) {
      if (folders.has(path)) continue;
      watcher.close();
      this.#watchers.delete(path);
    }
    await onSights(sights, true);
    this.#lastScanMs = SYSTEM_CLOCK.monotonicMs() - startedMs;
    this.#plan();
  }

  /** The file first, then what may be older parts of it. */
  async #lookAtFile(onFolder: (path: string) => void): Promise<Sight[]> {
    const { location } = this.#options;
    const folder = dirname(location);
    const name = basename(location);
    onFolder('');
    const names = await readdir(folder).catch(() => []);
    const parts = names.filter((one) => one !== name && one.startsWith(name));
    const sights = await Promise.all(
      [name, ...parts].map((one) => sightOf(join(folder, one), one)),
    );
    return sights.filter((one) => one !== undefined);
  }

  #watch(folder: string): void {
    if (this.#watchers.has(folder)) return;
    const { location, isFile } = this.#options;
    try {
      const path = isFile ? dirname(location) : join(location, folder);
      const onChange = guarded(
        'folder-change',
        (event: WatchEventType, name: string | null) => this.#note(event, folder, name),
        (error) => this.#lookAgain(error),
      );
      const watcher = watch(path, { persistent: false }, onChange);
      // The folder was removed, which the next look finds.
      watcher.on('error', () => {
        watcher.close();
        this.#watchers.delete(folder);
      });
      this.#watchers.set(folder, watcher);
    } catch {
      // The system has no more watches: the next looks find the changes.
      this.#areAllWatched = false;
    }
  }

  #note(event: WatchEventType, folder: string, name: string | null): void {
    if (event === 'change' && name !== null) {
      this.#changed.add(folder === '' ? name : `${folder}/${name}`);
    } else this.#isScanDue = true;
    this.#plan();
  }

  /** After an error the next look is one at everything, in its time. */
  #lookAgain({ message }: Error): void {
    const { location, report } = this.#options;
    report('warning', location, `was not looked at: ${message}`);
    this.#isScanDue = true;
    this.#lastScanMs = Math.max(this.#lastScanMs, FAILED_PAUSE_MS);
    this.#plan();
  }

  #plan(): void {
    if (this.#isClosed) return;
    const isUrgent = this.#isScanDue || this.#changed.size > 0;
    const period = this.#areAllWatched ? WATCHED_PERIOD_MS : UNWATCHED_PERIOD_MS;
    const scanPauseMs = DUTY * this.#lastScanMs;
    const urgentMs = this.#isScanDue ? Math.max(COALESCE_MS, this.#lastScanMs) : COALESCE_MS;
    const waitMs = isUrgent ? urgentMs : Math.max(period, scanPauseMs);
    const dueMs = SYSTEM_CLOCK.monotonicMs() + waitMs;
    // Changes that go on and on must not put off the look at them.
    if (this.#timer !== undefined && this.#dueMs <= dueMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    const look = guarded(
      'folder-look',
      () => this.#enqueue(() => this.#look(isUrgent)),
      (error) => this.#lookAgain(error),
    );
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      look();
    }, waitMs);
  }

  async #look(isUrgent: boolean): Promise<void> {
    if (this.#isScanDue || !isUrgent) return this.#scan();
    const { location, isFile, onSights } = this.#options;
    const folder = isFile ? dirname(location) : location;
    const paths = [...this.#changed];
    this.#changed.clear();
    const sights = await Promise.all(paths.map((path) => sightOf(join(folder, path), path)));
    await onSights(
      sights.filter((one) => one !== undefined),
      false,
    );
    this.#plan();
  }
}

async function listAll(listing: FolderListing): Promise<Sight[]> {
  const all: Sight[] = [];
  for (;;) {
    const page = await listing.take(PAGE);
    if (page.length === 0) return all;
    for (const one of page) all.push(one);
  }
}

async function sightOf(location: string, path: string): Promise<Sight | undefined> {
  let found: BigIntStats;
  try {
    found = await stat(location, { bigint: true });
  } catch {
    return undefined;
  }
  if (!found.isFile()) return undefined;
  return {
    path,
    id: identityOf(found),
    size: Number(found.size),
    modifiedNs: found.mtimeNs,
  };
}
