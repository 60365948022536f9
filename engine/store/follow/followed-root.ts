/*
 * A location that is followed: its files as they grow, in runs of whole lines, one after the other. A run is an object
 * of the store with a path of its own, `#NUMBER/PATH`; the next one is listed when there is something in it. What a
 * file is called, and that its bytes were moved to another one, makes no difference: every line is given out once.
 */

import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import type { ObjectStore, ReportOddity, StoredObject, StoreEntry } from '../object-store.ts';
import { StoreError, toStoreError } from '../store-error.ts';
import { CompressedRun } from './compressed-run.ts';
import { FileRun, type RunSpan, type RunSurroundings } from './file-run.ts';
import { FOLLOW_TIMES, type FollowTimes } from './follow-times.ts';
import { FollowedFiles } from './followed-files.ts';
import { LocationWatch } from './location-watch.ts';
import type { TrackedFile } from './tracked-file.ts';

/** Runs that may be asked for again, by a source that was started again. */
const RUNS_KEPT = 1_024;

interface Run {
  readonly number: number;
  readonly file: TrackedFile;
  readonly start: number;
  readonly startLines: number;
  /** Where it ended, in decoded bytes of its file; `undefined` while it is the latest one. */
  end: number | undefined;
  reader: FileRun | CompressedRun | undefined;
}

export interface FollowedRootOptions {
  readonly location: string;
  /** There may be something to list, or to read. */
  readonly onNews: () => void;
  readonly clock: Clock;
  readonly times?: FollowTimes;
}

/** What is known when the location was looked at for the first time. */
interface Opened {
  readonly isFile: boolean;
  readonly files: FollowedFiles;
  readonly watch: LocationWatch;
}

export class FollowedRoot implements ObjectStore {
  readonly #options: FollowedRootOptions;
  readonly #runs = new Map<number, Run>();
  readonly #waiting = new Set<() => void>();
  readonly #told = new Set<string>();
  #report: ReportOddity = () => {};
  #lastNumber = 0;
  #opened: Promise<Opened> | undefined;
  #restTimer: NodeJS.Timeout | undefined;

  constructor(options: FollowedRootOptions) {
    this.#options = options;
  }

  /** The run behind `after`: at most one. Rejects with `timed-out` where there is none for now. */
  async listEntries(after: string, _limit: number, report: ReportOddity): Promise<StoreEntry[]> {
    this.#report = report;
    const opened = await this.#open();
    const number = numberOf(after);
    const known = this.#runs.get(number + 1);
    if (known !== undefined) return [entryOf(known, opened)];
    if (number !== this.#lastNumber) throw nothingForNow();
    this.#settle(this.#runs.get(number));
    const { file, waitMs } = opened.files.next(number + 1);
    if (file === undefined) {
      this.#wakeAfter(waitMs);
      throw nothingForNow();
    }
    this.#lastNumber = number + 1;
    // No copy of it goes on before it is known how far it was read.
    file.isBeingRead = true;
    const { offset: start, lines: startLines } = file;
    const fresh = { number: number + 1, file, start, startLines };
    const run: Run = { ...fresh, end: undefined, reader: undefined };
    this.#runs.set(run.number, run);
    this.#runs.delete(run.number - RUNS_KEPT);
    return [entryOf(run, opened)];
  }

  async open(path: string): Promise<StoredObject> {
    const run = this.#runs.get(numberOf(path));
    if (run === undefined) throw new StoreError('not-found', 'does not exist');
    const { file, start, startLines, end } = run;
    const { files } = await this.#open();
    // It must be the file that was seen: not what a link at its path has come to lead to.
    if (file.fate === 'there') await files.open(file);
    if (file.handle === undefined && !file.isCut)
      throw new StoreError('not-found', 'does not exist any more');
    const span: RunSpan = { file, start, startLines, end };
    const name = file.path;
    if (file.isCompressed === true) {
      const warn = (message: string): void => this.#report('warning', name, message);
      run.reader = await CompressedRun.open(span, name, warn);
    } else run.reader = new FileRun(span, this.#surroundings(file, files), name);
    return run.reader;
  }

  async close(): Promise<void> {
    clearTimeout(this.#restTimer);
    await Promise.all([...this.#runs.values()].map(({ reader }) => reader?.close()));
    this.#wakeAll();
    const opened = await this.#opened;
    opened?.watch.close();
    await opened?.files.close();
  }

  #open(): Promise<Opened> {
    this.#opened ??= this.#lookFirst();
    return this.#opened;
  }

  async #lookFirst(): Promise<Opened> {
    const { location, clock, times = FOLLOW_TIMES } = this.#options;
    const isFile = !(await isFolder(location));
    const files: FollowedFiles = new FollowedFiles({
      folder: isFile ? dirname(location) : location,
      onlyPath: isFile ? basename(location) : undefined,
      clock,
      times,
      report: (...oddity) => this.#report(...oddity),
      onNews: () => this.#tellNews(),
      scan: () => void watch.scan(),
    });
    const watch = new LocationWatch({
      location,
      isFile,
      report: (...oddity) => this.#tellOnce(...oddity),
      onSights: (sights, isComplete) => files.see(sights, isComplete),
    });
    await watch.scan();
    return { isFile, files, watch };
  }

  /** However often it is found. */
  #tellOnce(...[severity, subject, message]: Parameters<ReportOddity>): void {
    const key = `${subject}\n${message}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#report(severity, subject, message);
  }

  #settle(run: Run | undefined): void {
    if (run === undefined || run.end !== undefined) return;
    if (run.reader === undefined) run.file.seenEnd = run.file.size;
    else run.reader.settle();
    run.end = run.file.offset;
    run.file.isBeingRead = false;
    // Its buffers are of no use any more.
    run.reader = undefined;
  }

  #surroundings(file: TrackedFile, files: FollowedFiles): RunSurroundings {
    return {
      nowMs: () => this.#options.clock.monotonicMs(),
      times: this.#options.times ?? FOLLOW_TIMES,
      doOthersWait: () => files.doOthersWait(file),
      look: () => files.look(file),
      changed: (milliseconds) =>
        new Promise((resolve) => {
          const done = (): void => {
            clearTimeout(timer);
            this.#waiting.delete(done);
            resolve();
          };
          const timer = setTimeout(done, milliseconds);
          this.#waiting.add(done);
        }),
    };
  }

  /** A last line without its end becomes something to give only by waiting. */
  #wakeAfter(waitMs: number | undefined): void {
    clearTimeout(this.#restTimer);
    if (waitMs === undefined) return;
    this.#restTimer = setTimeout(() => this.#tellNews(), waitMs);
  }

  #tellNews(): void {
    this.#wakeAll();
    this.#options.onNews();
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

function entryOf({ number, file }: Run, { isFile }: Opened): StoreEntry {
  const path = isFile ? `#${number}` : `#${number}/${file.knownAs}`;
  return { path, size: file.size, modifiedNs: file.modifiedNs };
}

async function isFolder(location: string): Promise<boolean> {
  try {
    return (await stat(location)).isDirectory();
  } catch (error) {
    throw toStoreError(error);
  }
}

function nothingForNow(): StoreError {
  return new StoreError('timed-out', 'nothing has come for now');
}

/** 0 for the empty path: before the first run. */
function numberOf(path: string): number {
  const found = /^#(\d+)(?:\/|$)/.exec(path)?.[1];
  return found === undefined ? 0 : Number(found);
}
