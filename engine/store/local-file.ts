import { constants, type FileHandle, open } from 'node:fs/promises';
import { isOnLocalDisk } from './local-disk.ts';
import type { StoredObject } from './object-store.ts';
import { StoreError, toStoreError } from './store-error.ts';

/**
 * A regular file of this machine. Anything else would wait for somebody, or be a device; opening it without
 * waiting finds out.
 */
export async function openLocalFile(path: string): Promise<LocalFile> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw new StoreError('denied', `is ${kindOf(stat)}, not a regular file`);
      return new LocalFile(handle, stat.size, await isOnLocalDisk(path, stat.dev));
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    // A socket cannot be opened at all.
    if ((error as NodeJS.ErrnoException).code === 'ENXIO') {
      throw new StoreError('denied', 'is a socket, not a regular file');
    }
    throw toStoreError(error);
  }
}

class LocalFile implements StoredObject {
  readonly isLive = false;
  readonly run = undefined;
  readonly size: number;
  readonly descriptor: number | undefined;
  readonly #handle: FileHandle;
  #position = 0;

  constructor(handle: FileHandle, size: number, isOnDisk: boolean) {
    this.#handle = handle;
    this.size = size;
    this.descriptor = isOnDisk ? handle.fd : undefined;
  }

  async read(room: Uint8Array): Promise<number> {
    try {
      const { bytesRead } = await this.#handle.read(room, 0, room.length, this.#position);
      this.#position += bytesRead;
      if (bytesRead === 0 && this.#position < this.size) throw becameShorter(this.#position);
      return bytesRead;
    } catch (error) {
      throw toStoreError(error);
    }
  }

  seek(offset: number): number {
    this.#position = offset;
    return offset;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

export function becameShorter(size: number): StoreError {
  return new StoreError('io', `became shorter while it was read: ${size} bytes left`);
}

interface Kinds {
  isFIFO(): boolean;
  isSocket(): boolean;
  isDirectory(): boolean;
}

/** As people call it. */
export function kindOf(stat: Kinds): string {
  if (stat.isFIFO()) return 'a named pipe';
  if (stat.isSocket()) return 'a socket';
  return stat.isDirectory() ? 'a folder' : 'a device';
}
