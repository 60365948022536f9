/* What a look at a file shows: whether it is the file seen before, and what it begins with. */

import type { FileHandle } from 'node:fs/promises';
import { decode, isCompressed } from '../decode/decoded-object.ts';
import { identityOf } from '../local/folder-listing.ts';
import { openInside } from '../local/local-file.ts';
import { type FileHead, type FileTail, HEAD_SIZE, type Sight } from './file-values.ts';
import { OpenFileReader } from './open-file-reader.ts';

export type FileStatus = Pick<Sight, 'size' | 'modifiedNs'>;

/** `undefined`: it is not there any more, or another file is, or one that is not in `root` (links resolved). */
export async function openSeen(
  location: string,
  id: string,
  root: string | undefined,
): Promise<FileHandle | undefined> {
  let handle: FileHandle;
  try {
    handle = await openInside(location, root);
  } catch {
    return undefined;
  }
  const found = await handle.stat({ bigint: true }).catch(() => undefined);
  if (found !== undefined && identityOf(found) === id) return handle;
  await handle.close();
  return undefined;
}

export async function statusOf(handle: FileHandle | undefined): Promise<FileStatus | undefined> {
  const found = await handle?.stat({ bigint: true });
  return found && { size: Number(found.size), modifiedNs: found.mtimeNs };
}

/** Whether the file has the bytes of the tail where they were; so it is when nothing is known of them. */
export async function hasTail(handle: FileHandle, { end, bytes }: FileTail): Promise<boolean> {
  if (bytes.length === 0) return true;
  const room = new Uint8Array(bytes.length);
  const { bytesRead } = await handle.read(room, 0, bytes.length, end - bytes.length);
  return bytesRead === bytes.length && Buffer.compare(room, bytes) === 0;
}

export async function headOf(handle: FileHandle, size: number): Promise<FileHead> {
  const room = new Uint8Array(HEAD_SIZE);
  const { bytesRead } = await handle.read(room, 0, HEAD_SIZE, 0);
  const bytes = room.subarray(0, bytesRead);
  if (bytesRead === 0) return { isCompressed: undefined, bytes };
  if (!isCompressed(bytes)) return { isCompressed: false, bytes };
  return { isCompressed: true, bytes: await decodedHead(handle, size) };
}

/** Empty where it is not whole yet, or damaged: reading it says so. */
async function decodedHead(handle: FileHandle, size: number): Promise<Uint8Array> {
  const options = { name: '', encoding: 'automatic', offset: 0, warn: () => {} } as const;
  const room = new Uint8Array(HEAD_SIZE);
  let filled = 0;
  try {
    const { reader, close } = await decode(new OpenFileReader(handle, size), options);
    try {
      while (filled < HEAD_SIZE) {
        const more = await reader.read(room.subarray(filled));
        if (more === 0) break;
        filled += more;
      }
    } finally {
      close();
    }
  } catch {
    // What came before the damage is known.
  }
  return room.subarray(0, filled);
}
