/* The files of a followed location that are there, and those that were not long ago: a copy of one may turn up. */

import { assert } from '../../base/assert.ts';
import { countOf } from '../../base/quantity.ts';
import type { ReportOddity } from '../object-store.ts';
import type { FollowTimes } from './follow-times.ts';
import type { TrackedFile } from './tracked-file.ts';

/** Files that are no more are remembered so long: a copy of them may turn up. */
const MEMORY_MS = 600_000;
const REMEMBERED_MAX = 256;

export interface KnownFilesOptions {
  readonly times: FollowTimes;
  readonly report: ReportOddity;
}

export class KnownFiles {
  /** By device and inode. */
  readonly #there = new Map<string, TrackedFile>();
  /** The latest last. */
  #past: readonly TrackedFile[] = [];
  readonly #options: KnownFilesOptions;

  constructor(files: readonly TrackedFile[], options: KnownFilesOptions) {
    this.#options = options;
    this.#past = files.filter(({ isThere }) => !isThere);
    for (const file of files) {
      if (file.isThere) this.#there.set(file.id, file);
    }
  }

  get all(): TrackedFile[] {
    return [...this.#there.values(), ...this.#past];
  }

  get there(): TrackedFile[] {
    return [...this.#there.values()];
  }

  get past(): readonly TrackedFile[] {
    return this.#past;
  }

  find(id: string): TrackedFile | undefined {
    return this.#there.get(id);
  }

  add(file: TrackedFile): void {
    assert(!this.#there.has(file.id), `${file.path} is there twice`);
    this.#there.set(file.id, file);
  }

  /** It was renamed during a look at the folder, and exists after all. */
  raise(id: string): TrackedFile | undefined {
    // An open file keeps its number, which is not given to another file.
    const found = this.#past.find((one) => one.id === id && one.isGone && one.handle !== undefined);
    if (found === undefined) return undefined;
    this.#past = this.#past.filter((one) => one !== found);
    found.comeBack();
    this.add(found);
    return found;
  }

  bury(file: TrackedFile, kind: 'gone' | 'truncated', nowMs: number): void {
    if (this.#there.get(file.id) === file) this.#there.delete(file.id);
    file.leave(kind, nowMs);
    if (!this.#past.includes(file)) this.#past = [...this.#past, file];
  }

  /** Some that are no more can be read still, or a copy of them is waited for. */
  get hasOpenQuestions(): boolean {
    return this.#past.some(isOpenQuestion);
  }

  /** One that is no more gets older: what can be read of it nowhere is lost, and at last it is forgotten. */
  async age(file: TrackedFile, nowMs: number): Promise<void> {
    const { fate, path } = file;
    if (fate.kind === 'there') return;
    const { report, times } = this.#options;
    const ageMs = nowMs - fate.sinceMs;
    const isLate = ageMs > times.heirMs;
    if (file.isGone && file.isDrained && isLate) await file.close();
    if (isAwaited(file) && isLate) {
      const what = file.isCut ? 'was cut' : 'was removed';
      report('lost', path, `${what} with ${countOf(file.giveUp(), 'byte')} unread`);
    }
    const isOld = ageMs > MEMORY_MS || this.#past.length > REMEMBERED_MAX;
    if (isOld && file.isDrained && !isOpenQuestion(file)) await this.forget(file);
  }

  /** One that is no more, and of which nothing can be wanted. */
  async forget(file: TrackedFile): Promise<void> {
    this.#past = this.#past.filter((one) => one !== file);
    await file.close();
  }
}

function isOpenQuestion(file: TrackedFile): boolean {
  return file.handle !== undefined || isAwaited(file);
}

/** There was more in it than was read: a copy of it may turn up. */
function isAwaited(file: TrackedFile): boolean {
  const { size, progress } = file;
  if (file.standing !== 'followed' || file.isBeingRead || file.isCompressed) return false;
  if (size <= progress.offset) return false;
  return file.isCut || (file.isGone && file.handle === undefined && !progress.isRestGiven);
}
