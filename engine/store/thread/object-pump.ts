/*
 * One object on its way to its reader: opened, decoded and read ahead into a ring as far as there is room; or only
 * opened, where the reader may as well read the file itself.
 */

import { Ring, STATE_END, STATE_FAILED } from '../client/ring.ts';
import { type Decoded, decode } from '../decode/decoded-object.ts';
import { SMALL_SIZE_MAX } from '../decode/small-gzip.ts';
import type { ObjectStore, StoredObject } from '../object-store.ts';
import type {
  FileContent,
  ObjectContent,
  StoreEncoding,
  StoreMessage,
} from '../protocol/store-protocol.ts';
import { StoreError, toStoreError } from '../store-error.ts';

const READ_SIZE = 256 << 10;
const PROCESS_READ_SIZE = 1 << 20;

export interface PumpOptions {
  readonly object: number;
  readonly store: ObjectStore;
  readonly path: string;
  /** As people know it. */
  readonly name: string;
  readonly encoding: StoreEncoding;
  readonly offset: number;
  /** Its reader is another process: it cannot be given the file, and a word to it costs more. */
  readonly isForProcess: boolean;
  readonly takeRing: () => SharedArrayBuffer;
  readonly post: (message: StoreMessage) => void;
  /** There are new bytes, or an end. */
  readonly notify: () => void;
  /** Releases the ring: nobody uses it any more. */
  readonly giveRing: (ring: SharedArrayBuffer) => void;
}

export class ObjectPump {
  readonly #options: PumpOptions;
  #content: ObjectContent | undefined;
  /** Messages from the time before a reader wanted the object. */
  #held: StoreMessage[] | undefined = [];
  #stored: StoredObject | undefined;
  #storedBytesRead = 0;
  #isClosed = false;
  #onRoom: (() => void) | undefined;

  constructor(options: PumpOptions) {
    this.#options = options;
  }

  get object(): number {
    return this.#options.object;
  }

  /** Content of an object that was opened. */
  get content(): ObjectContent {
    if (this.#content === undefined) throw new StoreError('io', 'was not opened');
    return this.#content;
  }

  /** What the reader learns about a run of a followed file. */
  get run(): { readonly name: string; readonly linesBefore: number } | undefined {
    const run = this.#stored?.run;
    return run === undefined ? undefined : { name: run.name, linesBefore: run.linesBefore };
  }

  /** Opens the object and begins to read. Rejects with `StoreError`; the pump is closed then. */
  async start(): Promise<void> {
    try {
      this.#stored = await this.#options.store.open(this.#options.path);
      const { isLive } = this.#stored;
      // What a live object begins with may take any time to come.
      const decoded = isLive ? undefined : await this.#decode(this.#stored);
      const mayGiveFile = decoded?.isAsStored === true && !this.#options.isForProcess;
      const file = mayGiveFile ? fileOf(this.#stored) : undefined;
      if (file === undefined) {
        const ring = this.#options.takeRing();
        this.#content = { kind: 'ring', ring, isLive };
        void this.#run(this.#stored, new Ring(ring), decoded);
        // A look at its first bytes finds them there.
        await this.#stored.run?.whenSettled;
      } else {
        this.#content = file;
        void this.#release();
      }
    } catch (error) {
      const failure = toStoreError(error);
      this.#options.store.failed?.(this.#options.path, failure);
      this.#isClosed = true;
      await this.#release();
      throw failure;
    }
  }

  /** A reader wants the object: from now on its messages are sent. */
  adopt(): void {
    for (const message of this.#held ?? []) this.#options.post(message);
    this.#held = undefined;
  }

  hasRoom(): void {
    this.#onRoom?.();
  }

  close(): void {
    this.#isClosed = true;
    this.#onRoom?.();
    // A live object is waited for no longer.
    if (this.#stored?.isLive === true) void this.#stored.close();
  }

  async #run(stored: StoredObject, ring: Ring, early: Decoded | undefined): Promise<void> {
    ring.reset();
    let decoded = early;
    try {
      decoded ??= await this.#decode(stored);
      const { reader } = decoded;
      const sizeMax = this.#options.isForProcess ? PROCESS_READ_SIZE : READ_SIZE;
      while (!this.#isClosed) {
        const { room } = ring;
        if (room.length === 0) {
          await this.#waitForRoom(ring);
          continue;
        }
        const size = await reader.read(room.subarray(0, sizeMax));
        if (this.#isClosed) break;
        ring.storedBytesRead = this.#storedBytesRead;
        if (size === 0) ring.finish(STATE_END);
        else ring.commit(size);
        this.#options.notify();
        if (size === 0) break;
      }
    } catch (error) {
      const failure = toStoreError(error);
      this.#options.store.failed?.(this.#options.path, failure);
      const { code, message } = failure;
      this.#say({ kind: 'failed', object: this.object, code, message });
      ring.finish(STATE_FAILED);
      this.#options.notify();
    }
    decoded?.close();
    await this.#release();
  }

  #decode(stored: StoredObject): Promise<Decoded> {
    const { name, encoding, offset } = this.#options;
    const counted: StoredObject = {
      isLive: stored.isLive,
      size: stored.size,
      descriptor: stored.descriptor,
      run: stored.run,
      seek: (position) => stored.seek(position),
      close: () => stored.close(),
      read: async (room) => {
        const size = await stored.read(room);
        this.#storedBytesRead += size;
        return size;
      },
    };
    const subject = stored.run?.name ?? name;
    const warn = (message: string): void =>
      this.#say({ kind: 'oddity', severity: 'warning', subject, message });
    return decode(counted, { name, encoding, offset, warn });
  }

  #say(message: StoreMessage): void {
    if (this.#held === undefined) this.#options.post(message);
    else this.#held.push(message);
  }

  async #waitForRoom(ring: Ring): Promise<void> {
    const isThere = new Promise<void>((resolve) => {
      this.#onRoom = resolve;
    });
    ring.wantsRoom = true;
    // It may have come before it was wanted.
    if (ring.room.length === 0 && !this.#isClosed) await isThere;
    ring.wantsRoom = false;
    this.#onRoom = undefined;
  }

  /** A ring or a descriptor is free when its reader has closed the object: until then he may read. */
  async #release(): Promise<void> {
    const content = this.#content;
    if (content?.kind !== 'file') await this.#closeStored();
    if (!this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#onRoom = () => {
          if (this.#isClosed) resolve();
        };
      });
    }
    if (content?.kind === 'ring') this.#options.giveRing(content.ring);
    if (content?.kind === 'file') await this.#closeStored();
  }

  async #closeStored(): Promise<void> {
    await this.#stored?.close().catch(() => {});
  }
}

/** What the reader may read itself; small files come to him sooner when they were read ahead. */
function fileOf({ descriptor, size }: StoredObject): FileContent | undefined {
  if (descriptor === undefined || size === undefined || size <= SMALL_SIZE_MAX) return undefined;
  return { kind: 'file', descriptor, size };
}
