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
import type { FileProgress } from './file-values.ts';
import { type FollowState, type KeptRun, keepFile, progressAt } from './follow-state.ts';
import { FOLLOW_TIMES, type FollowTimes } from './follow-times.ts';
import { FollowedFiles } from './followed-files.ts';
import { LocationWatch } from './location-watch.ts';
import { MissingRun } from './missing-run.ts';
import { numberOfRun } from './run-path.ts';
import { TrackedFile } from './tracked-file.ts';
import { Waypoints } from './waypoints.ts';

/** Runs that may be asked for again, by a source that was started again. */
const RUNS_KEPT = 1_024;
/** So many batches are never on their way; of files that hold no events there may be more runs than that. */
const RUNS_MAX = 65_536;
/** Runs before the latest one that another process may be asked for. */
const RUNS_LEFT = 16;

interface Run {
  readonly number: number;
  readonly file: TrackedFile;
  readonly start: number;
  readonly startLines: number;
  readonly waypoints: Waypoints;
  /** Where it ended, in decoded bytes of its file; `undefined` while it is the latest one. */
  end: number | undefined;
  /** Its last line was given out without its end. */
  isRestGiven: boolean;
  /** Left over by another process. */
  readonly isLeft: boolean;
  reader: FileRun | CompressedRun | MissingRun | undefined;
}

export interface FollowedRootOptions {
  readonly location: string;
  /** There may be something to list, or to read. */
  readonly onNews: () => void;
  readonly clock: Clock;
  readonly times?: FollowTimes;
  /** Where another process stood. */
  readonly state?: FollowState | undefined;
}

/** State after the first look at the location. */
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
  #lastNumber: number;
  /** Up to this run everything is kept elsewhere; `undefined`: nothing is kept. */
  #keptNumber: number | undefined;
  readonly #known: readonly TrackedFile[] | undefined;
  #opened: Promise<Opened> | undefined;
  #restTimer: NodeJS.Timeout | undefined;

  constructor(options: FollowedRootOptions) {
    this.#options = options;
    const { state, clock } = options;
    this.#lastNumber = state?.lastNumber ?? 0;
    this.#keptNumber = state?.lastNumber;
    const known = state?.files.map((file) => TrackedFile.restore(file, clock.monotonicMs()));
    this.#known = known;
    for (const run of state?.runs ?? []) this.#takeOver(run, known?.[run.file]);
  }

  /** The run after `after`: at most one. Rejects with `timed-out` if there is none yet. */
  async listEntries(after: string, _limit: number, report: ReportOddity): Promise<StoreEntry[]> {
    this.#report = report;
    const opened = await this.#open();
    const number = numberOfRun(after);
    // The runs between had nothing left to read.
    const known = this.#runs.get(number + 1) ?? this.#firstBehind(number);
    if (known !== undefined) return [entryOf(known, opened)];
    this.#settle(this.#runs.get(this.#lastNumber));
    const next = this.#lastNumber + 1;
    const { file, waitMs } = opened.files.next(next);
    if (file === undefined) {
      this.#wakeAfter(waitMs);
      throw nothingForNow();
    }
    this.#lastNumber = next;
    const { offset: start, lines: startLines } = file.progress;
    const run: Run = {
      number: next,
      file,
      start,
      startLines,
      waypoints: new Waypoints(),
      end: undefined,
      isRestGiven: false,
      isLeft: false,
      reader: undefined,
    };
    this.#runs.set(next, run);
    this.#dropRuns();
    return [entryOf(run, opened)];
  }

  /**
   * What another process needs to go on for a source that stood in run `number`, or behind it: everything that was
   * listed after it counts as not read.
   */
  async keep(number: number): Promise<FollowState> {
    const { files } = await this.#open();
    this.#keptNumber = number;
    const progress = new Map<TrackedFile, FileProgress>();
    const runs = [...this.#runs.values()].sort((a, b) => b.number - a.number);
    for (const run of runs) {
      if (run.number < number || (run.number === number && isOver(run))) break;
      const file = run.file.present;
      progress.set(file, progressAt(file, run.start, run.startLines));
    }
    const left = runs.filter((run) => run.number <= number).slice(0, RUNS_LEFT);
    const kept = [
      ...new Set([...files.judged, ...progress.keys(), ...left.map(({ file }) => file.present)]),
    ];
    return {
      lastNumber: number,
      files: kept.map((file) => keepFile(file, progress.get(file) ?? file.progress)),
      runs: left.reverse().map((run) => ({
        number: run.number,
        file: kept.indexOf(run.file.present),
        start: run.start,
        startLines: run.startLines,
        end: run.number < number || isOver(run) ? (run.end ?? run.file.progress.offset) : undefined,
        waypoints: run.waypoints.list,
      })),
    };
  }

  async open(path: string): Promise<StoredObject> {
    const { files } = await this.#open();
    const run = this.#runs.get(numberOfRun(path));
    if (run === undefined) throw new StoreError('not-found', 'does not exist');
    const { start, startLines, end, waypoints } = run;
    const file = run.file.present;
    // It must be the file that was seen: not what a link at its path has come to lead to.
    if (file.isThere) await files.open(file);
    const span: RunSpan = { file, start, startLines, end, waypoints };
    const name = file.path;
    if (run.isLeft && (file.isCut || file.handle === undefined)) {
      run.reader = new MissingRun(span, name);
      return run.reader;
    }
    if (file.handle === undefined && !file.isCut)
      throw new StoreError('not-found', 'no longer exists');
    if (file.isCompressed) {
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
      known: this.#known,
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
    const file = run.file.present;
    // It was passed over.
    if (run.reader === undefined && !run.isLeft) file.passOver();
    run.reader?.settle();
    run.isRestGiven = run.reader?.isRestGiven ?? false;
    run.end = file.progress.offset;
    file.endRun();
    // Its buffers are of no use any more.
    run.reader = undefined;
  }

  #takeOver(run: KeptRun, file: TrackedFile | undefined): void {
    if (file === undefined) return;
    const { number, start, startLines, end } = run;
    const waypoints = new Waypoints(run.waypoints);
    const isRestGiven = end !== undefined;
    const left = { number, file, start, startLines, waypoints, end, isRestGiven };
    this.#runs.set(number, { ...left, isLeft: true, reader: undefined });
    // No copy of it goes on before it is known how far it was read.
    if (end === undefined) file.resumeRun();
  }

  #firstBehind(number: number): Run | undefined {
    if (number === this.#lastNumber) return undefined;
    return [...this.#runs.values()].find((run) => run.number > number);
  }

  #dropRuns(): void {
    const last = this.#lastNumber - RUNS_KEPT;
    const wanted = Math.min(last, (this.#keptNumber ?? last) - RUNS_LEFT);
    const dropped = Math.max(wanted, this.#lastNumber - RUNS_MAX);
    for (const number of this.#runs.keys()) {
      if (number > dropped) break;
      this.#runs.delete(number);
    }
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

/** The next reader would begin in the middle of a line. */
function isOver({ reader, isRestGiven }: Run): boolean {
  return isRestGiven || reader?.isRestGiven === true;
}
