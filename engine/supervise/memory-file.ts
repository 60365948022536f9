/*
 * Memory that processes share: Node cannot map it, so it is a file that lies in memory and has no name, read and
 * written at positions through its descriptors. 150 µs a MiB for both sides; through a pipe it would be 500.
 */

import { randomUUID } from 'node:crypto';
import { closeSync, constants, ftruncateSync, openSync, statfsSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const IN_MEMORY = '/dev/shm';
/** Of what is free there so much may be taken: containers have 64 MB of it. */
const SHARE = 0.5;

export interface MemoryFile {
  readonly descriptor: number;
  /** For those who only read. */
  readonly readDescriptor: number;
}

/** `size`: bytes that it will have; they are taken as they are written. Nobody else can open it. */
export function createMemoryFile(size: number): MemoryFile {
  const path = join(folderFor(size), `tiercel-${randomUUID()}`);
  const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    const readDescriptor = openSync(path, constants.O_RDONLY);
    ftruncateSync(descriptor, size);
    return { descriptor, readDescriptor };
  } finally {
    unlinkSync(path);
  }
}

export function closeMemoryFile({ descriptor, readDescriptor }: MemoryFile): void {
  closeSync(descriptor);
  closeSync(readDescriptor);
}

function folderFor(size: number): string {
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    if (size < SHARE * bavail * bsize) return IN_MEMORY;
  } catch {
    // There is none.
  }
  return tmpdir();
}
