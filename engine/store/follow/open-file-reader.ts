import type { FileHandle } from 'node:fs/promises';
import type { StoredObject } from '../object-store.ts';
import { toStoreError } from '../store-error.ts';

/** The bytes of a file that somebody else has opened, and closes. */
export class OpenFileReader implements StoredObject {
  readonly isLive = false;
  readonly run = undefined;
  readonly descriptor = undefined;
  readonly size: number;
  readonly #handle: FileHandle;
  #position = 0;

  constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.size = size;
  }

  async read(room: Uint8Array): Promise<number> {
    try {
      const { bytesRead } = await this.#handle.read(room, 0, room.length, this.#position);
      this.#position += bytesRead;
      return bytesRead;
    } catch (error) {
      throw toStoreError(error);
    }
  }

  seek(offset: number): number {
    this.#position = offset;
    return offset;
  }

  async close(): Promise<void> {}
}
