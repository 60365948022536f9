/* The files of a followed location, what became of them, and which of them has something to give. */

import { constants, type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { decode, isCompressed } from '../decoded-object.ts';
import { identityOf } from '../folder-listing.ts';
import type { ReportOddity } from '../object-store.ts';
import type { FollowTimes } from './follow-times.ts';
import { inherit, judgeNewFile } from './heirs.ts';
import { OpenFileReader } from './open-file-reader.ts';
import { HEAD_SIZE, type Sight, TrackedFile } from './tracked-file.ts';

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
}

export class FollowedFiles {
  readonly #options: FollowedFilesOptions;
  /** Those that are there, by device and inode. */
  readonly #there = new Map<string, TrackedFile>();
  /** Those that are no more, the latest last. */
  #past: TrackedFile[] = [];
  #isFirstLook = true;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: FollowedFilesOptions) {
    this.#options = options;
  }

  /** What was found; `isComplete`: there is nothing else. */
  see(sights: readonly Sight[], isComplete: boolean): Promise<void> {
    return this.#inTurn(() => this.#see(sights, isComplete));
  }

  /** One change of what is known after the other. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work);
    return this.#turn;
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
      this.#isFirstLook = false;
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
    const handle = await openSeen(join(this.#options.folder, file.path), file.id);
    if (handle === undefined) this.#options.scan();
    file.handle = handle;
    if (handle !== undefined && file.isCompressed === undefined) await this.#readHead(file);
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await Promise.all(this.#all().map((file) => file.close()));
  }

  #all(): TrackedFile[] {
    return [...this.#there.values(), ...this.#past];
  }

  async #add(sight: Sight): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs();
    const sinceMs = this.#options.clock.nowMs() - Number(sight.modifiedNs / 1_000_000n);
    // What was there before, and is not being written, is what it is.
    const isHeld = !this.#isFirstLook || sinceMs < HELD_IF_YOUNGER_MS;
    const file = new TrackedFile(sight, isHeld, nowMs - Math.max(0, sinceMs));
    this.#there.set(file.id, file);
    file.isAside = this.#isFirstLook && this.#isOther(file);
    if (isHeld || file.isAside) await this.open(file);
    if (file.isAside) await file.close();
  }

  /** Whether there is more in it. */
  async #update(file: TrackedFile, sight: FileStatus & Pick<Sight, 'path'>): Promise<boolean> {
    if (file.isCut) return false;
    if (file.fate === 'there') file.path = sight.path;
    // It may have been renamed before it could be opened.
    if (file.isHeld && !file.isAside) await this.open(file);
    // What was read since a folder was looked at must not make it look cut: both as they are now.
    const { readTo } = file;
    const now = (await statusOf(file.handle)) ?? sight;
    if (file.isCut) return true;
    if (now.size === file.size && now.modifiedNs === file.modifiedNs) return false;
    const isCut = now.size < readTo && file.isCompressed !== true;
    const isOther = isCut || !(await this.#hasSameHead(file));
    // It may have been found out by another look meanwhile.
    if (file.isCut) return true;
    if (isOther) {
      await this.#replace(file, now);
      return true;
    }
    file.size = now.size;
    file.modifiedNs = now.modifiedNs;
    file.changedMs = this.#options.clock.monotonicMs();
    if (file.handle === undefined && file.fate === 'there') await this.open(file);
    return true;
  }

  /** What is at its path now is another file in the same place. */
  async #replace(file: TrackedFile, now: FileStatus): Promise<void> {
    const { handle, fate, id, path } = file;
    file.handle = undefined;
    this.#bury(file, 'truncated');
    if (fate !== 'there') {
      await handle?.close();
      return;
    }
    const fresh = new TrackedFile({ id, path, ...now }, false, this.#options.clock.monotonicMs());
    fresh.handle = handle;
    fresh.servedBy = file.servedBy;
    this.#there.set(fresh.id, fresh);
    if (handle !== undefined) await this.#readHead(fresh);
  }

  /** Whether it still begins as it began; more of its beginning may be known then. */
  async #hasSameHead(file: TrackedFile): Promise<boolean> {
    if (file.handle === undefined || file.isCompressed === true) return true;
    const { head: before } = file;
    if (before.length === 0) {
      await this.#readHead(file);
      return true;
    }
    const now = await headOf(file.handle);
    const isSame =
      now.length >= before.length && Buffer.compare(now.subarray(0, before.length), before) === 0;
    if (isSame) file.head = now;
    return isSame;
  }

  async #readHead(file: TrackedFile): Promise<void> {
    if (file.handle === undefined) return;
    const bytes = await headOf(file.handle);
    file.isCompressed = bytes.length === 0 ? undefined : isCompressed(bytes);
    file.head = file.isCompressed === true ? await decodedHead(file.handle, file.size) : bytes;
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
      if (file.head.length === 0 || file.isCompressed === true) await this.#readHead(file);
      const verdict = judgeNewFile(file, this.#all(), nowMs, this.#options.times);
      if (verdict.kind === 'hold') continue;
      if (verdict.kind === 'heir') {
        inherit(file, verdict.of);
        await this.#forget(verdict.of);
      } else if (this.#isOther(file) && !isRotated(file.path)) file.isAside = true;
      file.isHeld = false;
      this.#options.onNews();
    }
  }

  #isOther({ path }: TrackedFile): boolean {
    const { onlyPath } = this.#options;
    return onlyPath !== undefined && path !== onlyPath;
  }

  async #forget(file: TrackedFile): Promise<void> {
    this.#past = this.#past.filter((one) => one !== file);
    await file.close();
  }

  #planTick(): void {
    if (this.#timer !== undefined) return;
    const isBusy =
      this.#past.some((file) => this.#isOpenQuestion(file)) ||
      [...this.#there.values()].some(
        (file) => (file.isHeld && !file.isAside) || file.handle !== undefined,
      );
    if (!isBusy) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#inTurn(() => this.#tick()).then(() => this.#planTick());
    }, TICK_MS);
    this.#timer.unref();
  }

  #isOpenQuestion(file: TrackedFile): boolean {
    return file.handle !== undefined || (file.isCut && file.size > file.offset);
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
    if (file.isCut && ageMs > this.#options.times.heirMs && file.size > file.offset) {
      const lost = file.size - file.offset;
      this.#options.report('lost', file.path, `was cut before ${lost} bytes of it were read`);
      file.offset = file.size;
    }
    const isOld = ageMs > MEMORY_MS || this.#past.length > REMEMBERED_MAX;
    if (isOld && file.isDrained && !this.#isOpenQuestion(file)) await this.#forget(file);
  }
}

/** Younger than this, a file may still be being written when it is first seen. */
const HELD_IF_YOUNGER_MS = 2_000;

type FileStatus = Pick<Sight, 'size' | 'modifiedNs'>;

async function statusOf(handle: FileHandle | undefined): Promise<FileStatus | undefined> {
  const found = await handle?.stat({ bigint: true });
  return found && { size: Number(found.size), modifiedNs: found.mtimeNs };
}

async function openSeen(location: string, id: string): Promise<FileHandle | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(location, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return undefined;
  }
  const found = await handle.stat({ bigint: true }).catch(() => undefined);
  if (found !== undefined && identityOf(found) === id) return handle;
  await handle.close();
  return undefined;
}

async function headOf(handle: FileHandle): Promise<Uint8Array> {
  const room = new Uint8Array(HEAD_SIZE);
  const { bytesRead } = await handle.read(room, 0, HEAD_SIZE, 0);
  return room.subarray(0, bytesRead);
}

/** Empty where it is not whole yet, or damaged: reading it says so. */
async function decodedHead(handle: FileHandle, size: number): Promise<Uint8Array> {
  const options = { name: '', encoding: 'automatic', offset: 0, warn: () => {} } as const;
  const room = new Uint8Array(HEAD_SIZE);
  let filled = 0;
  try {
    const { reader } = await decode(new OpenFileReader(handle, size), options);
    while (filled < HEAD_SIZE) {
      const more = await reader.read(room.subarray(filled));
      if (more === 0) break;
      filled += more;
    }
  } catch {
    // What came before the damage is known.
  }
  return room.subarray(0, filled);
}

/** `app.log.1`, `app.log-20260101.gz`: what was the followed file for so short a time that nobody saw it. */
function isRotated(path: string): boolean {
  return /[.-]\d[\d.-]*(?:\.(?:gz|zst))?$/.test(path);
}

const bytesOf = ({ path }: TrackedFile): Buffer => Buffer.from(path);
