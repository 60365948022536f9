import { constants, type FileHandle, lstat, open, readlink, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import type { StoredObject } from '../object-store.ts';
import { StoreError, toStoreError } from '../store-error.ts';
import { isOnLocalDisk } from './local-disk.ts';

/**
 * A regular file of this machine. Anything else would wait for somebody, or be a device; opening it without
 * waiting finds out. `root`: the folder, with links resolved, that it must be in; `undefined`: somebody named the file.
 */
export async function openLocalFile(path: string, root: string | undefined): Promise<LocalFile> {
  try {
    const handle = await openInside(path, root);
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

const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Opens a file and looks where it is then: between a look at a name and its opening, whoever may write in the folder
 * can put a link in its place. Rejects with `StoreError` for one that is not in `root`.
 */
export async function openInside(path: string, root: string | undefined): Promise<FileHandle> {
  const handle = await open(path, FLAGS);
  if (root === undefined) return handle;
  try {
    const real = await pathOf(handle, path);
    if (real.startsWith(root + sep)) return handle;
    throw new StoreError('denied', 'is a link out of its root');
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Where an open file lies, with links resolved. */
async function pathOf(handle: FileHandle, path: string): Promise<string> {
  try {
    return await readlink(`/proc/self/fd/${handle.fd}`);
  } catch {
    // Only Linux tells. Elsewhere the file behind the name must be this one.
    const real = await realpath(path);
    const [opened, named] = await Promise.all([handle.stat(), lstat(real)]);
    if (opened.dev === named.dev && opened.ino === named.ino) return real;
    throw new StoreError('denied', 'was replaced while it was opened');
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
