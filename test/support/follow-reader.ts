/* Reads a followed root as a plugin does. */

import { SYSTEM_CLOCK } from '../../engine/base/clock.ts';
import type { FollowState } from '../../engine/store/follow/follow-state.ts';
import { FollowedRoot } from '../../engine/store/follow/followed-root.ts';
import { numberOfRun } from '../../engine/store/follow/run-path.ts';
import type { StoredObject } from '../../engine/store/object-store.ts';

/** Shorter than in earnest, and longer than a machine that is busy takes. */
const TIMES = { restMs: 500, goneMs: 500, copyMs: 2_000, compressedMs: 100, heirMs: 3_000 };

const roots: FollowedRoot[] = [];

export function closeReaders(): Promise<unknown> {
  return Promise.all(roots.map((root) => root.close()));
}

/** Where a reader stood, and what it had read up to there. */
export interface ReaderPlace {
  readonly path: string;
  /** Offset in the run at `path`. */
  readonly offset: number;
  readonly text: string;
  readonly state: FollowState;
}

export class FollowReader {
  text: string;
  /** Paths of the runs. */
  readonly runs: string[] = [];
  readonly oddities: string[] = [];
  readonly #root: FollowedRoot;
  #path = '';
  #offset = 0;
  #wake: () => void = () => {};
  #isStopped = false;

  /** `from`: where another one stood. */
  constructor(location: string, from?: ReaderPlace) {
    this.text = from?.text ?? '';
    this.#root = new FollowedRoot({
      location,
      onNews: () => this.#wake(),
      clock: SYSTEM_CLOCK,
      times: TIMES,
      state: from?.state,
    });
    roots.push(this.#root);
    void this.#run(from);
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }

  /** Where it stands; it may go on while that is found out. */
  async place(): Promise<ReaderPlace> {
    const place = { path: this.#path, offset: this.#offset, text: this.text };
    const state = await this.#root.keep(numberOfRun(this.#path));
    return { ...place, state };
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#wake();
    await this.#root.close();
  }

  async #run(from: ReaderPlace | undefined): Promise<void> {
    if (from !== undefined && from.path !== '') {
      await this.#read(from.path, from.offset);
    }
    while (!this.#isStopped) {
      const news = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const path = await this.#list();
      if (path === undefined) {
        await news;
        continue;
      }
      this.runs.push(path);
      await this.#read(path, 0);
    }
  }

  async #read(path: string, offset: number): Promise<void> {
    const room = new Uint8Array(10_000);
    this.#path = path;
    this.#offset = offset;
    const object = await this.#root.open(path);
    await skip(object, offset, room);
    while (!this.#isStopped) {
      const size = await object.read(room);
      if (size === 0 || this.#isStopped) break;
      this.text += Buffer.from(room.subarray(0, size)).toString();
      this.#offset += size;
    }
    await object.close();
  }

  async #list(): Promise<string | undefined> {
    try {
      const [entry] = await this.#root.listEntries(this.#path, 10, (severity, subject, message) =>
        this.oddities.push(`${severity}: ${subject}: ${message}`),
      );
      return entry?.path;
    } catch (error) {
      if ((error as Error).message !== 'nothing has come for now') throw error;
      return undefined;
    }
  }
}

async function skip(object: StoredObject, offset: number, room: Uint8Array): Promise<void> {
  for (let left = offset - object.seek(offset); left > 0; ) {
    const size = await object.read(room.subarray(0, Math.min(left, room.length)));
    if (size === 0) return;
    left -= size;
  }
}
