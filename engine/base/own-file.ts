/*
 * Files of our own in folders that others may be able to write in (a data directory on a shared volume): what lies
 * there under the name of one of ours may be a link to a file elsewhere, a pipe that nobody writes to, or terabytes.
 * Nothing is opened through a link; only regular files are opened, and no more than a size is read.
 */

import { randomUUID } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';

/** Absent on systems that have no such thing. */
const NO_LINK = constants.O_NOFOLLOW ?? 0;
const NO_WAIT = constants.O_NONBLOCK ?? 0;
const PIECE_SIZE = 1 << 20;

export type OwnFileUse = 'read' | 'change' | 'append' | 'replace';

const FLAGS: Readonly<Record<OwnFileUse, number>> = {
  read: constants.O_RDONLY,
  /** What is there, at any place. */
  change: constants.O_RDWR | constants.O_CREAT,
  append: constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND,
  replace: constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC,
};

/** A file that is there but must not be used. */
export class NotOwnFile extends Error {
  override readonly name = 'NotOwnFile';
  readonly code = 'ELOOP';
}

/** Rejects with the system's error, and with `NotOwnFile`. */
export async function openOwnFile(
  path: string,
  use: OwnFileUse,
  mode: number,
): Promise<FileHandle> {
  // A file is cut only when it is known to be one.
  const flags = (FLAGS[use] & ~constants.O_TRUNC) | NO_LINK | NO_WAIT;
  let handle: FileHandle;
  try {
    handle = await open(path, flags, mode);
  } catch (error) {
    throw toOwnError(error, path);
  }
  try {
    refuseOthers(await handle.stat(), path);
    if (use === 'replace') await handle.truncate(0);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** `undefined` if there is none. Throws the system's error, and `NotOwnFile`. */
export function readOwnFile(path: string, sizeMax: number): Buffer | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | NO_LINK | NO_WAIT);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw toOwnError(error, path);
  }
  try {
    const found = fstatSync(file);
    refuseOthers(found, path);
    if (found.size > sizeMax)
      throw new NotOwnFile(`${path} has ${found.size} bytes, of at most ${sizeMax}`);
    const bytes = Buffer.alloc(found.size);
    let filled = 0;
    for (let size = -1; size !== 0 && filled < bytes.length; filled += size)
      size = readSync(file, bytes, filled, Math.min(PIECE_SIZE, bytes.length - filled), filled);
    return bytes.subarray(0, filled);
  } finally {
    closeSync(file);
  }
}

/** The file has this text, whole and on the disk, or is as it was. Rejects with the system's error. */
export async function replaceOwnFile(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_LINK;
  try {
    const file = await open(temporary, flags, mode);
    try {
      await file.writeFile(text);
      // A name must never lead to a file whose bytes did not reach the disk.
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

function refuseOthers(found: Stats, path: string): void {
  if (!found.isFile()) throw new NotOwnFile(`${path} is no regular file`);
}

function toOwnError(error: unknown, path: string): Error {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ELOOP' || code === 'EMLINK') return new NotOwnFile(`${path} is a symbolic link`);
  // A pipe or a socket with nobody at the other end.
  return code === 'ENXIO' ? new NotOwnFile(`${path} is no regular file`) : (error as Error);
}
