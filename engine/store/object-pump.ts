/* One object on its way into a ring: opened, decoded, read ahead as far as there is room. */

import { decode } from './decoded-object.ts';
import type { ByteReader, ObjectStore, StoredObject } from './object-store.ts';
import { createRing, Ring, STATE_END, STATE_FAILED } from './ring.ts';
import { toStoreError } from './store-error.ts';
import type { StoreEncoding, StoreMessage } from './store-protocol.ts';

const READ_SIZE = 256 << 10;

export interface PumpOptions {
  readonly object: number;
  readonly store: ObjectStore;
  readonly path: string;
  /** As people know it. */
  readonly name: string;
  readonly encoding: StoreEncoding;
  readonly offset: number;
  readonly ringBuffer: SharedArrayBuffer | undefined;
  readonly post: (message: StoreMessage) => void;
  /** There are new bytes, or an end. */
  readonly notify: () => void;
  /** Nobody uses the ring any more. */
  readonly onClosed: (ringBuffer: SharedArrayBuffer) => void;
}

export class ObjectPump {
  readonly ringBuffer: SharedArrayBuffer;
  readonly #options: PumpOptions;
  readonly #ring: Ring;
  /** What was said before anybody wanted the object. */
  #held: StoreMessage[] | undefined = [];
  #stored: StoredObject | undefined;
  #storedBytesRead = 0;
  #isClosed = false;
  #onRoom: (() => void) | undefined;

  constructor(options: PumpOptions) {
    this.#options = options;
    this.ringBuffer = options.ringBuffer ?? createRing();
    this.#ring = new Ring(this.ringBuffer);
    this.#ring.reset();
  }

  get object(): number {
    return this.#options.object;
  }

  get isLive(): boolean {
    return this.#stored?.isLive ?? false;
  }

  /** Opens the object and begins to read. Rejects with `StoreError`; the pump is closed then. */
  async start(): Promise<void> {
    try {
      this.#stored = await this.#options.store.open(this.#options.path);
      // What a live object begins with may take any time to come.
      const reader = this.#stored.isLive ? undefined : await this.#decode(this.#stored);
      void this.#run(this.#stored, reader);
    } catch (error) {
      this.#isClosed = true;
      await this.#release();
      throw toStoreError(error);
    }
  }

  /** Somebody wants the object: from now on what there is to say is said. */
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
    if (this.isLive) void this.#stored?.close();
  }

  async #run(stored: StoredObject, opened: ByteReader | undefined): Promise<void> {
    try {
      const reader = opened ?? (await this.#decode(stored));
      while (!this.#isClosed) {
        const { room } = this.#ring;
        if (room.length === 0) {
          await this.#waitForRoom();
          continue;
        }
        const size = await reader.read(room.subarray(0, READ_SIZE));
        if (this.#isClosed) break;
        this.#ring.storedBytesRead = this.#storedBytesRead;
        if (size === 0) this.#ring.finish(STATE_END);
        else this.#ring.commit(size);
        this.#options.notify();
        if (size === 0) break;
      }
    } catch (error) {
      const { code, message } = toStoreError(error);
      this.#say({ kind: 'failed', object: this.object, code, message });
      this.#ring.finish(STATE_FAILED);
      this.#options.notify();
    }
    await this.#release();
  }

  #decode(stored: StoredObject): Promise<ByteReader> {
    const { name, encoding, offset } = this.#options;
    const counted: StoredObject = {
      isLive: stored.isLive,
      size: stored.size,
      seek: (position) => stored.seek(position),
      close: () => stored.close(),
      read: async (room) => {
        const size = await stored.read(room);
        this.#storedBytesRead += size;
        return size;
      },
    };
    const warn = (message: string): void =>
      this.#say({ kind: 'oddity', severity: 'warning', subject: name, message });
    return decode(counted, { name, encoding, offset, warn });
  }

  #say(message: StoreMessage): void {
    if (this.#held === undefined) this.#options.post(message);
    else this.#held.push(message);
  }

  async #waitForRoom(): Promise<void> {
    const isThere = new Promise<void>((resolve) => {
      this.#onRoom = resolve;
    });
    this.#ring.wantsRoom = true;
    // It may have come before it was wanted.
    if (this.#ring.room.length === 0 && !this.#isClosed) await isThere;
    this.#ring.wantsRoom = false;
    this.#onRoom = undefined;
  }

  /** The ring is given back when it was closed by its reader, who may still read otherwise. */
  async #release(): Promise<void> {
    await this.#stored?.close().catch(() => {});
    if (!this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#onRoom = () => {
          if (this.#isClosed) resolve();
        };
      });
    }
    this.#options.onClosed(this.ringBuffer);
  }
}
