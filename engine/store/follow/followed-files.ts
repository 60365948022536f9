/* The files of a followed location, what became of them, and which of them has something to give. */

import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { guarded } from '../../base/guard.ts';
import { OperationQueue } from '../../base/operation-queue.ts';
import type { ReportOddity } from '../object-store.ts';
import { type FileStatus, hasTail, headOf, openSeen, statusOf } from './file-probe.ts';
import { areRelated, NEVER_NS, type Sight } from './file-values.ts';
import type { FollowTimes } from './follow-times.ts';
import { judgeNewFile } from './heirs.ts';
import { KnownFiles } from './known-files.ts';
import { TrackedFile } from './tracked-file.ts';

/** Files that are not written to for so long are closed. */
const HANDLE_IDLE_MS = 60_000;
const TICK_MS = 100;

export interface FollowedFilesOptions {
  readonly folder: string;
  /** Only this file is followed; others are examined only if they may have its bytes. */
  readonly onlyPath: string | undefined;
  readonly clock: Clock;
  readonly times: FollowTimes;
  readonly report: ReportOddity;
  readonly onNews: () => void;
  /** Looks at everything. */
  readonly scan: () => void;
  /** State of another process; `undefined`: no process has read here before. */
  readonly known: readonly TrackedFile[] | undefined;
}

export class FollowedFiles {
  readonly #options: FollowedFilesOptions;
  readonly #known: KnownFiles;
  /** What lies here was here before anybody read. */
  #isBeginning: boolean;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  readonly #turns = new OperationQueue();

  constructor(options: FollowedFilesOptions) {
    this.#options = options;
    this.#isBeginning = options.known === undefined;
    this.#known = new KnownFiles(options.known ?? [], options);
  }

  /** All that are there, and those that were not long ago; but not those of which nothing is known yet. */
  get judged(): TrackedFile[] {
    return this.#known.all.filter(({ standing }) => standing !== 'held');
  }

  /** What was found; `isComplete`: there is nothing else. */
  see(sights: readonly Sight[], isComplete: boolean): Promise<void> {
    return this.#inTurn(() => this.#see(sights, isComplete));
  }

  /** One change of the state after the other. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    return this.#turns.run(work);
  }

  async #see(sights: readonly Sight[], isComplete: boolean): Promise<void> {
    const seen = new Set<string>();
    let isNew = false;
    for (const sight of sights) {
      seen.add(sight.id);
      const known = this.#known.find(sight.id) ?? this.#known.raise(sight.id);
      // A single look does not know whether a link leads out of the root.
      if (known === undefined && !isComplete) this.#options.scan();
      else if (known === undefined) await this.#add(sight);
      else isNew = (await this.#update(known, sight)) || isNew;
    }
    if (isComplete) {
      for (const file of this.#known.there) {
        if (seen.has(file.id)) continue;
        // What was written to it before it went can still be read where it is open.
        await this.look(file);
        if (file.isThere) this.#bury(file, 'gone');
      }
      this.#isBeginning = false;
    }
    await this.#judgeHeld();
    if (isNew) this.#options.onNews();
    this.#planTick();
  }

  /** Which file is read next, or, if there is none, after what time to ask again if nothing changes. */
  next(run: number): {
    readonly file: TrackedFile | undefined;
    readonly waitMs: number | undefined;
  } {
    const nowMs = this.#options.clock.monotonicMs();
    const ready = this.#known.all.filter((file) => file.hasNews(nowMs, this.#options.times.restMs));
    ready.sort((a, b) => a.latestRun - b.latestRun || Buffer.compare(bytesOf(a), bytesOf(b)));
    const file = ready[0];
    file?.beginRun(run);
    const waits = this.#known.there
      .filter(({ standing }) => standing === 'followed')
      .filter(({ size, progress }) => size > progress.offset && !progress.isRestGiven)
      .map(({ changedMs }) => Math.max(1, changedMs + this.#options.times.restMs - nowMs));
    return { file, waitMs: waits.length === 0 ? undefined : Math.min(...waits) };
  }

  doOthersWait(file: TrackedFile): boolean {
    const nowMs = this.#options.clock.monotonicMs();
    return this.#known.all.some(
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
    // Looked up each time: the configured path may be a link, and lead elsewhere now.
    const root = onlyPath === undefined ? await realpath(folder).catch(() => folder) : undefined;
    const handle = await openSeen(join(folder, file.path), file.id, root);
    if (handle === undefined) this.#options.scan();
    // Another reader may have opened it meanwhile, or it is not wanted any more.
    if (file.handle !== undefined || file.isCut || this.#isClosed) {
      await handle?.close();
      return;
    }
    if (handle === undefined) return;
    file.attach(handle);
    if (file.head.isCompressed === undefined) await this.#readHead(file);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#turns.run(async () => {});
    await Promise.all(this.#known.all.map((file) => file.close()));
  }

  async #add(sight: Sight): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs();
    const sinceMs = this.#ageMs(sight);
    // What was there before, and is not being written, is what it is.
    const isHeld = !this.#isBeginning || sinceMs < HELD_IF_YOUNGER_MS;
    const { path } = sight;
    const isAside = this.#isBeginning && this.#isOther({ path, knownAs: path });
    const standing = isAside ? 'aside' : isHeld ? 'held' : 'followed';
    const file = new TrackedFile(sight, standing, nowMs - sinceMs);
    this.#known.add(file);
    if (standing !== 'followed') await this.open(file);
    if (isAside) await file.close();
  }

  /** Whether there is more in it. */
  async #update(file: TrackedFile, sight: FileStatus & Pick<Sight, 'path'>): Promise<boolean> {
    if (file.isCut) return false;
    const isMoved = file.isThere && file.path !== sight.path;
    if (isMoved) file.moveTo(sight.path);
    // It may have been renamed before it could be opened.
    if (file.standing === 'held') await this.open(file);
    // Bytes read since the look at the folder must not make the file look cut: compare both as they are now.
    const { readTo } = file;
    const now = (await statusOf(file.handle)) ?? sight;
    if (file.isCut) return true;
    if (now.size === file.size && now.modifiedNs === file.modifiedNs) return false;
    const wasOpen = file.handle !== undefined;
    if (!wasOpen && file.isThere) await this.open(file);
    const isCut = now.size < readTo && !file.isCompressed;
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
    file.see(now.size, now.modifiedNs, isFirstLook ? nowMs - this.#ageMs(now) : nowMs);
    const isIdle = nowMs - file.changedMs > HANDLE_IDLE_MS;
    if (!wasOpen && (file.standing === 'aside' || isIdle)) await file.close();
    return true;
  }

  /** Since it was changed, by the clock of whoever keeps it. */
  #ageMs({ modifiedNs }: FileStatus): number {
    return Math.max(0, this.#options.clock.nowMs() - Number(modifiedNs / 1_000_000n));
  }

  /** Another file has replaced it at its path. */
  async #replace(file: TrackedFile, now: FileStatus, isHeld: boolean): Promise<void> {
    const { isThere, id, path } = file;
    const handle = file.detach();
    this.#bury(file, 'truncated');
    if (!isThere) {
      await handle?.close();
      return;
    }
    const changedMs = this.#options.clock.monotonicMs();
    const standing = isHeld ? 'held' : 'followed';
    const fresh = new TrackedFile({ id, path, ...now }, standing, changedMs);
    fresh.takeTurnOf(file);
    this.#known.add(fresh);
    if (handle === undefined) return;
    fresh.attach(handle);
    await this.#readHead(fresh);
  }

  /** Whether it still has what was read of it; more of its beginning may be known then. */
  async #hasSameBytes(file: TrackedFile): Promise<boolean> {
    const { handle } = file;
    if (handle === undefined) return true;
    if (!file.isCompressed && !(await hasTail(handle, file.tail))) return false;
    // Another look has put another file in its place, or it was closed: who did that knows what it is.
    if (file.handle !== handle) return true;
    const { size, head: before } = file;
    const head = await headOf(handle, size);
    if (file.handle !== handle) return true;
    const isSame =
      before.bytes.length === 0 ||
      (head.isCompressed === before.isCompressed &&
        head.bytes.length >= before.bytes.length &&
        areRelated(head.bytes, before.bytes));
    if (isSame) file.recognize(head, file.head.seenAt);
    return isSame;
  }

  async #readHead(file: TrackedFile): Promise<void> {
    const { handle, size } = file;
    if (handle !== undefined) file.recognize(await headOf(handle, size), size);
  }

  #bury(file: TrackedFile, kind: 'gone' | 'truncated'): void {
    this.#known.bury(file, kind, this.#options.clock.monotonicMs());
  }

  async #judgeHeld(): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs();
    // A removed file can still be read where it is open.
    for (const file of this.#known.all) {
      if (file.standing !== 'held' || file.isCut) continue;
      const mayHaveMore = file.isCompressed && file.size !== file.head.seenAt;
      if (file.head.bytes.length === 0 || mayHaveMore) await this.#readHead(file);
      const others = await this.#withoutStrangers(file);
      // Another look may have found another file in its place.
      if (file.isCut) continue;
      const verdict = judgeNewFile(file, others, nowMs, this.#options.times);
      if (verdict.kind === 'hold') continue;
      if (verdict.kind === 'heir') {
        verdict.of.handOverTo(file);
        await this.#known.forget(verdict.of);
      } else file.judge(this.#isOther(file) && !isRotated(file.path) ? 'aside' : 'followed');
      this.#options.onNews();
    }
  }

  /** Files that it may be a copy of, as far as what was read last of them tells. */
  async #withoutStrangers(file: TrackedFile): Promise<TrackedFile[]> {
    const { handle } = file;
    const { all } = this.#known;
    if (handle === undefined || file.isCompressed) return all;
    const mayBe = await Promise.all(
      // A copy that is still being written does not have it yet.
      all.map(({ tail }) => file.size < tail.end || hasTail(handle, tail)),
    );
    return all.filter((_, index) => mayBe[index]);
  }

  #isOther({ path, knownAs }: Pick<TrackedFile, 'path' | 'knownAs'>): boolean {
    const { onlyPath } = this.#options;
    return onlyPath !== undefined && path !== onlyPath && knownAs !== onlyPath;
  }

  #planTick(): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    const isBusy =
      this.#known.hasOpenQuestions ||
      this.#known.there.some(({ standing, handle }) => standing === 'held' || handle !== undefined);
    if (!isBusy) return;
    const { folder, report } = this.#options;
    const tick = guarded(
      'follow-tick',
      () => this.#inTurn(() => this.#tick()).finally(() => this.#planTick()),
      ({ message }) => report('warning', folder, `could not be examined: ${message}`),
    );
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      tick();
    }, TICK_MS);
    this.#timer.unref();
  }

  async #tick(): Promise<void> {
    await this.#judgeHeld();
    const nowMs = this.#options.clock.monotonicMs();
    for (const file of this.#known.past) await this.#known.age(file, nowMs);
    for (const file of this.#known.there) {
      const isIdle = nowMs - file.changedMs > HANDLE_IDLE_MS;
      const isRead = !file.isBeingRead && file.size <= file.progress.seenEnd;
      const isDone = file.standing === 'followed' && isRead;
      if (file.standing === 'aside' || (isIdle && isDone)) await file.close();
    }
  }
}

/** Younger than this, a file may still be being written when it is first seen. */
const HELD_IF_YOUNGER_MS = 2_000;

/** `app.log.1`, `app.log-20260101.gz`: a followed file that was rotated before anybody saw it. */
function isRotated(path: string): boolean {
  return /[.-]\d[\d.-]*(?:\.(?:gz|zst))?$/.test(path);
}

const bytesOf = ({ path }: TrackedFile): Buffer => Buffer.from(path);
