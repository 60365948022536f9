/* Standard input as a root with one object. A pipe or a terminal is live: it may stand still, and go on. */

import { fstat, read } from 'node:fs';
import { Socket } from 'node:net';
import { isatty, ReadStream } from 'node:tty';
import { promisify } from 'node:util';
import type { ObjectStore, ReportOddity, StoredObject, StoreEntry } from '../object-store.ts';
import { StoreError, toStoreError } from '../store-error.ts';

const DESCRIPTOR = 0;
const readDescriptor = promisify(read);

/** One for the process: a reader that connects again must not resume in the middle as if nothing had been read. */
export class StandardInput implements ObjectStore {
  #isOpen = false;

  async listEntries(after: string, _limit: number, _report: ReportOddity): Promise<StoreEntry[]> {
    return after === '' ? [{ path: '', size: 0, modifiedNs: 0n }] : [];
  }

  async open(): Promise<StoredObject> {
    // Bytes read from a pipe cannot be read a second time.
    if (this.#isOpen) throw new StoreError('io', 'standard input cannot be read a second time');
    this.#isOpen = true;
    try {
      const stat = await promisify(fstat)(DESCRIPTOR);
      if (stat.isFIFO() || stat.isSocket()) {
        return new LiveInput(new Socket({ fd: DESCRIPTOR, readable: true, writable: false }));
      }
      if (isatty(DESCRIPTOR)) return new LiveInput(new ReadStream(DESCRIPTOR));
      return FILE_INPUT;
    } catch (error) {
      throw toStoreError(error);
    }
  }
}

/** A file, or a device that never waits (`/dev/null`). */
const FILE_INPUT: StoredObject = {
  isLive: false,
  size: undefined,
  descriptor: undefined,
  run: undefined,
  read: async (room) => {
    try {
      return (await readDescriptor(DESCRIPTOR, room, 0, room.length, null)).bytesRead;
    } catch (error) {
      throw toStoreError(error);
    }
  },
  seek: () => 0,
  close: async () => {},
};

class LiveInput implements StoredObject {
  readonly isLive = true;
  readonly size = undefined;
  readonly descriptor = undefined;
  readonly run = undefined;
  readonly #stream: Socket;
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(stream: Socket) {
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async read(room: Uint8Array): Promise<number> {
    if (this.#rest.length === 0) {
      try {
        const { value, done } = await this.#chunks.next();
        if (done === true) return 0;
        this.#rest = value;
      } catch (error) {
        throw toStoreError(error);
      }
    }
    const size = Math.min(this.#rest.length, room.length);
    room.set(this.#rest.subarray(0, size));
    this.#rest = this.#rest.subarray(size);
    return size;
  }

  seek(): number {
    return 0;
  }

  async close(): Promise<void> {
    this.#stream.destroy();
  }
}
