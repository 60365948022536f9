import { dirname } from 'node:path';
import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { guarded } from '../../base/guard.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { OperationQueue } from '../../base/operation-queue.ts';
import { readOwnFile, replaceOwnFile } from '../../base/own-file.ts';
import { systemErrorText } from '../../base/system-error.ts';
import type { FollowedRoots } from '../../store/protocol/store-protocol.ts';
import type { StreamState } from '../stream/stream-protocol.ts';
import { type CheckpointOwner, writeCheckpointText } from './checkpoint.ts';

const FILE_MODE = 0o600;
/** One of a folder with 10,000 followed files has 10 MB. */
const SIZE_MAX = 64 << 20;
/** Writing takes at most one part in so many of the time. */
const DUTY = 20;
/** Between two writes, at least: what was read since is read again after a crash, and has the same ids. */
const INTERVAL_MS = 1_000;
/** After a start it begins with this and doubles, so that a process that is killed again and again gets on. */
const FIRST_INTERVAL_MS = 50;

export interface CheckpointFileOptions {
  readonly path: string;
  readonly owner: CheckpointOwner;
  /** How far followed files were read, for a source that knows runs up to `run`; `undefined`: no file is followed. */
  readonly keepFollowed: ((run: number) => Promise<FollowedRoots>) | undefined;
  /** It could not be written; said once until it can be again. */
  readonly onProblem: (message: string) => void;
}

/** Keeps the latest state of a stream in its file: at most once a second, whole or not at all. */
export class CheckpointFile {
  readonly #options: CheckpointFileOptions;
  #latest: StreamState | undefined;
  #written: StreamState | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #writes = new OperationQueue();
  #hasFailed = false;
  #lastWriteMs = 0;
  #intervalMs = 0;

  constructor(options: CheckpointFileOptions) {
    this.#options = options;
  }

  /** Every output has everything up to here. */
  update(state: StreamState): void {
    if (state.position === undefined) return;
    this.#latest = state;
    if (this.#timer !== undefined) return;
    const pauseMs = Math.max(this.#intervalMs, DUTY * this.#lastWriteMs);
    this.#intervalMs = Math.min(INTERVAL_MS, Math.max(FIRST_INTERVAL_MS, 2 * this.#intervalMs));
    const flush = guarded(
      'checkpoint-timer',
      () => this.flush(),
      (error) => this.#tell(error),
    );
    this.#timer = setTimeout(flush, pauseMs);
  }

  /** Stores where a followed stream starts, before anything of it is read. Durable like `flush`. */
  begin(state: StreamState): Promise<void> {
    this.#latest ??= state;
    return this.flush();
  }

  /** Resolves when the latest state is in the file, or cannot be. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#writes.run(() => this.#write());
  }

  async #write(): Promise<void> {
    const state = this.#latest;
    if (state === undefined || state === this.#written) return;
    const { path, owner, keepFollowed } = this.#options;
    const startedMs = SYSTEM_CLOCK.monotonicMs();
    try {
      const followed = await keepFollowed?.(state.run);
      await replaceOwnFile(path, writeCheckpointText(owner, state, followed), FILE_MODE);
      this.#written = state;
      this.#hasFailed = false;
    } catch (error) {
      this.#tell(error);
    }
    this.#lastWriteMs = SYSTEM_CLOCK.monotonicMs() - startedMs;
  }

  #tell(error: unknown): void {
    if (!this.#hasFailed) this.#options.onProblem(`cannot be written: ${systemErrorText(error)}`);
    this.#hasFailed = true;
  }
}

/** `undefined` if there is none. Throws the system's error. */
export function readCheckpointFile(path: string): string | undefined {
  makeFolder(dirname(path), 0o700);
  return readOwnFile(path, SIZE_MAX)?.toString('utf8');
}
