/* The files of a followed location, what became of them, and which of them has something to give. */

import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { guarded } from '../../base/guard.ts';
import { OperationQueue } from '../../base/operation-queue.ts';
import type { ReportOddity } from '../object-store.ts';
import { type FileStatus, hasTail, headOf, openSeen, statusOf } from './file-probe.ts';
import type { FollowTimes } from './follow-times.ts';
import { inherit, judgeNewFile } from './heirs.ts';
import { areRelated, NEVER_NS, type Sight, TrackedFile } from './tracked-file.ts';

/** Files that are no more are remembered so long: a copy of them may turn up. */
const MEMORY_MS = 600_000;
const REMEMBERED_MAX = 256;
/** Files that are not written to for so long are closed. */
const HANDLE_IDLE_MS = 60_000;
const TICK_MS = 100;

export interface FollowedFilesOptions {
  readonly folder: string;
  /** Only this one is followed; others are looked at where they may have its bytes. */
  readonly onlyPath: string | undefined;
  readonly clock: Clock;
  readonly times: FollowTimes;
  readonly report: ReportOddity;
  readonly onNews: () => void;
  /** Looks at everything. */
  readonly scan: () => void;
  /** What another process knew; `undefined`: nobody has read here before. */
  readonly known: readonly TrackedFile[] | undefined;
}

export class FollowedFiles {
  readonly #options: FollowedFilesOptions;
  /** Those that are there, by device and inode. */
  readonly #there = new Map<string, TrackedFile>();
  /** Those that are no more, the latest last. */
  #past: TrackedFile[] = [];
  /** What lies here was here before anybody read. */
  #isBeginning: boolean;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  readonly #turns = new OperationQueue();

  constructor(options: FollowedFilesOptions) {
    this.#options = options;
    this.#isBeginning = options.known === undefined;
    for (const file of options.known ?? []) {
      if (file.fate === 'there') this.#there.set(file.id, file);
      else this.#past.push(file);
    }
  }

  /** All that are there, and those that were not long ago; but not those of which nothing is known yet. */
  get judged(): TrackedFile[] {
    return this.#all().filter((file) => file.isAside || !file.isHeld);
  }

  /** What was found; `isComplete`: there is nothing else. */
  see(sights: readonly Sight[], isComplete: boolean): Promise<void> {
    return this.#inTurn(() => this.#see(sights, isComplete));
  }

  /** One change of what is known after the other. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    return this.#turns.run(work);
  }

  async #see(sights: readonly Sight[], isComplete: boolean): Promise<void> {
    const seen = new Set<string>();
    let isNew = false;
    for (const sight of sights) {
      seen.add(sight.id);
      const known = this.#there.get(sight.id) ?? this.#raise(sight.id);
      // A single look does not know whether a link leads out of the root.
      if (known === undefined && !isComplete) this.#options.scan();
      else if (known === undefined) await this.#add(sight);
      else isNew = (await this.#update(known, sight)) || isNew;
    }
    if (isComplete) {
      for (const file of [...this.#there.values()]) {
        if (seen.has(file.id)) continue;
        // What was written to it before it went can still be read where it is open.
        await this.look(file);
        if (file.fate === 'there') this.#bury(file, 'gone');
      }
      this.#isBeginning = false;
    }
    await this.#judgeHeld();
    if (isNew) this.#options.onNews();
    this.#planTick();
  }

  /** Which file is read next, and when there is none, after what time to ask again if nothing changes. */
  next(run: number): {
    readonly file: TrackedFile | undefined;
    readonly waitMs: number | undefined;
  } {
    const nowMs = this.#options.clock.monotonicMs();
    const ready = this.#all().filter((file) => file.hasNews(nowMs, this.#options.times.restMs));
    ready.sort((a, b) => a.servedBy - b.servedBy || Buffer.compare(bytesOf(a), bytesOf(b)));
    const file = ready[0];
    if (file !== undefined) file.servedBy = run;
    const waits = this.#all()
      .filter((one) => !one.isHeld && !one.isAside && one.fate === 'there')
      .filter((one) => one.size > one.offset && !one.isRestGiven)
      .map(({ changedMs }) => Math.max(1, changedMs + this.#options.times.restMs - nowMs));
    return { file, waitMs: waits.length === 0 ? undefined : Math.min(...waits) };
  }

  doOthersWait(file: TrackedFile): boolean {
    const nowMs = this.#options.clock.monotonicMs();
    return this.#all().some(
      (one) => one !== file && one.hasNews(nowMs, this.#options.times.restMs),
    );
  }

  /** What an open file is now; it may have been cut, and written to since. */
  async look(file: TrackedFile): Promise<void> {
    if (file.handle === undefined || file.isCut) return;
    await this.#update(file, file);
  }

  /** Opens the file if it is still the one that was seen. */
  async open(file: TrackedFile): Promise<void> {
    if (file.handle !== undefined) return;
    const { folder, onlyPath } = this.#options;
    // Looked up each time: whoever named the folder may have named a link, and lead it elsewhere.
    const root = onlyPath === undefined ? await realpath(folder).catch(() => folder) : undefined;
    const handle = await openSeen(join(folder, file.path), file.id, root);
    if (handle === undefined) this.#options.scan();
    // Somebody else may have opened it meanwhile, or nobody wants it any more.
    if (file.handle !== undefined || file.isCut || this.#isClosed) {
      await handle?.close();
      return;
    }
    file.handle = handle;
    if (handle !== undefined && file.isCompressed === undefined) await this.#readHead(file);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#turns.run(async () => {});
    await Promise.all(this.#all().map((file) => file.close()));
  }

  #all(): TrackedFile[] {
    return [...this.#there.values(), ...this.#past];
  }

  async #add(sight: Sight): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs();
    const sinceMs = this.#ageMs(sight);
    // What was there before, and is not being written, is what it is.
    const isHeld = !this.#isBeginning || sinceMs < HELD_IF_YOUNGER_MS;
    const file = new TrackedFile(sight, isHeld, nowMs - sinceMs);
    this.#there.set(file.id, file);
    file.isAside = this.#isBeginning && this.#isOther(file);
    if (isHeld || file.isAside) await this.open(file);
    if (file.isAside) await file.close();
  }

  /** Whether there is more in it. */
  async #update(file: TrackedFile, sight: FileStatus & Pick<Sight, 'path'>): Promise<boolean> {
    if (file.isCut) return false;
    const isMoved = file.fate === 'there' && file.path !== sight.path;
    if (file.fate === 'there') file.path = sight.path;
    // It may have been renamed before it could be opened.
    if (file.isHeld && !file.isAside) await this.open(file);
    // What was read since a folder was looked at must not make it look cut: both as they are now.
    const { readTo } = file;
    const now = (await statusOf(file.handle)) ?? sight;
    if (file.isCut) return true;
    if (now.size === file.size && now.modifiedNs === file.modifiedNs) return false;
    const wasOpen = file.handle !== undefined;
    if (!wasOpen && file.fate === 'there') await this.open(file);
    const isCut = now.size < readTo && file.isCompressed !== true;
    const isOther = isCut || !(await this.#hasSameBytes(file));
    // It may have been found out by another look meanwhile.
    if (file.isCut) return true;
    if (isOther) {
      // The number of a file that was removed is given to another one, which may be a copy.
      await this.#replace(file, now, isMoved || !wasOpen);
      return true;
    }
    const nowMs = this.#options.clock.monotonicMs();
    const isFirstLook = file.modifiedNs === NEVER_NS;
    file.size = now.size;
    file.modifiedNs = now.modifiedNs;
    file.changedMs = isFirstLook ? nowMs - this.#ageMs(now) : nowMs;
    const isIdle = nowMs - file.changedMs > HANDLE_IDLE_MS;
    if (!wasOpen && (file.isAside || isIdle)) await file.close();
    return true;
  }

  /** Since it was changed, by the clock of whoever keeps it. */
  #ageMs({ modifiedNs }: FileStatus): number {
    return Math.max(0, this.#options.clock.nowMs() - Number(modifiedNs / 1_000_000n));
  }

  /** What is at its path now is another file in the same place. */
  async #replace(file: TrackedFile, now: FileStatus, isHeld: boolean): Promise<void> {
    const { handle, fate, id, path } = file;
    file.handle = undefined;
    this.#bury(file, 'truncated');
    if (fate !== 'there') {
      await handle?.close();
      return;
    }
    const changedMs = this.#options.clock.monotonicMs();
    const fresh = new TrackedFile({ id, path, ...now }, isHeld, changedMs);
    fresh.handle = handle;
    fresh.servedBy = file.servedBy;
    this.#there.set(fresh.id, fresh);
    if (handle !== undefined) await this.#readHead(fresh);
  }

  /** Whether it still has what was read of it; more of its beginning may be known then. */
  async #hasSameBytes(file: TrackedFile): Promise<boolean> {
    const { handle } = file;
    if (handle === undefined) return true;
    if (file.isCompressed !== true && !(await hasTail(handle, file.tail))) return false;
    // Another look has put another file in its place, or it was closed: who did that knows what it is.
    if (file.handle !== handle) return true;
    const { head: before, isCompressed: wasCompressed } = file;
    const { bytes, isCompressed } = await headOf(handle, file.size);
    if (file.handle !== handle) return true;
    const isSame =
      before.length === 0 ||
      (isCompressed === wasCompressed &&
        bytes.length >= before.length &&
        areRelated(bytes, before));
    if (!isSame) return false;
    file.head = bytes;
    file.isCompressed = isCompressed;
    return true;
  }

  async #readHead(file: TrackedFile): Promise<void> {
    if (file.handle === undefined) return;
    file.headSeenAt = file.size;
    const { bytes, isCompressed } = await headOf(file.handle, file.size);
    file.head = bytes;
    file.isCompressed = isCompressed;
  }

  /** It was renamed while the folder was looked at, and is there after all. */
  #raise(id: string): TrackedFile | undefined {
    // Whoever has it open knows that it is the same one: its number is not given to another.
    const found = this.#past.find(
      (one) => one.id === id && one.fate === 'gone' && one.handle !== undefined,
    );
    if (found === undefined) return undefined;
    this.#past = this.#past.filter((one) => one !== found);
    found.fate = 'there';
    this.#there.set(id, found);
    return found;
  }

  #bury(file: TrackedFile, fate: 'gone' | 'truncated'): void {
    this.#there.delete(file.id);
    file.fate = fate;
    file.fateMs = this.#options.clock.monotonicMs();
    if (!this.#past.includes(file)) this.#past.push(file);
  }

  async #judgeHeld(): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs();
    // One that is gone can still be read where it is open.
    for (const file of this.#all()) {
      if (!file.isHeld || file.isAside || file.isCut) continue;
      const mayHaveMore = file.isCompressed === true && file.size !== file.headSeenAt;
      if (file.head.length === 0 || mayHaveMore) await this.#readHead(file);
      const others = await this.#withoutStrangers(file);
      const verdict = judgeNewFile(file, others, nowMs, this.#options.times);
      if (verdict.kind === 'hold') continue;
      if (verdict.kind === 'heir') {
        inherit(file, verdict.of);
        await this.#forget(verdict.of);
      } else if (this.#isOther(file) && !isRotated(file.path)) file.isAside = true;
      file.isHeld = false;
      this.#options.onNews();
    }
  }

  /** Files that it may be a copy of, as far as what was read last of them tells. */
  async #withoutStrangers(file: TrackedFile): Promise<TrackedFile[]> {
    const { handle } = file;
    const all = this.#all();
    if (handle === undefined || file.isCompressed === true) return all;
    const mayBe = await Promise.all(
      // A copy that is still being written does not have it yet.
      all.map(({ tail }) => file.size < tail.end || hasTail(handle, tail)),
    );
    return all.filter((_, index) => mayBe[index]);
  }

  #isOther({ path, knownAs }: TrackedFile): boolean {
    const { onlyPath } = this.#options;
    return onlyPath !== undefined && path !== onlyPath && knownAs !== onlyPath;
  }

  async #forget(file: TrackedFile): Promise<void> {
    this.#past = this.#past.filter((one) => one !== file);
    await file.close();
  }

  #planTick(): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    const isBusy =
      this.#past.some((file) => this.#isOpenQuestion(file)) ||
      [...this.#there.values()].some(
        (file) => (file.isHeld && !file.isAside) || file.handle !== undefined,
      );
    if (!isBusy) return;
    const { folder, report } = this.#options;
    const tick = guarded(
      'follow-tick',
      () => this.#inTurn(() => this.#tick()).finally(() => this.#planTick()),
      ({ message }) => report('warning', folder, `was not looked at: ${message}`),
    );
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      tick();
    }, TICK_MS);
    this.#timer.unref();
  }

  #isOpenQuestion(file: TrackedFile): boolean {
    return file.handle !== undefined || this.#isAwaited(file);
  }

  /** There was more in it than was read: a copy of it may turn up. */
  #isAwaited(file: TrackedFile): boolean {
    if (file.isAside || file.isHeld || file.isBeingRead || file.isCompressed === true) return false;
    if (file.size <= file.offset) return false;
    return file.isCut || (file.fate === 'gone' && file.handle === undefined && !file.isRestGiven);
  }

  async #tick(): Promise<void> {
    await this.#judgeHeld();
    const nowMs = this.#options.clock.monotonicMs();
    for (const file of [...this.#past]) await this.#age(file, nowMs);
    for (const file of this.#there.values()) {
      const isIdle = nowMs - file.changedMs > HANDLE_IDLE_MS;
      const isDone = !file.isHeld && !file.isBeingRead && file.size <= file.seenEnd;
      if (file.isAside || (isIdle && isDone)) await file.close();
    }
  }

  async #age(file: TrackedFile, nowMs: number): Promise<void> {
    const ageMs = nowMs - file.fateMs;
    if (file.fate === 'gone' && file.isDrained && ageMs > this.#options.times.heirMs)
      await file.close();
    if (this.#isAwaited(file) && ageMs > this.#options.times.heirMs) {
      const lost = `${file.size - file.offset} bytes of it were read`;
      const what = file.isCut ? 'was cut' : 'was removed';
      this.#options.report('lost', file.path, `${what} before ${lost}`);
      file.offset = file.size;
    }
    const isOld = ageMs > MEMORY_MS || this.#past.length > REMEMBERED_MAX;
    if (isOld && file.isDrained && !this.#isOpenQuestion(file)) await this.#forget(file);
  }
}

/** Younger than this, a file may still be being written when it is first seen. */
const HELD_IF_YOUNGER_MS = 2_000;

/** `app.log.1`, `app.log-20260101.gz`: what was the followed file for so short a time that nobody saw it. */
function isRotated(path: string): boolean {
  return /[.-]\d[\d.-]*(?:\.(?:gz|zst))?$/.test(path);
}

const bytesOf = ({ path }: TrackedFile): Buffer => Buffer.from(path);
