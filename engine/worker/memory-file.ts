/*
 * Memory that processes share: Node cannot map it, so it is a file that lies in memory and has no name, read and
 * written at positions through its descriptors. 150 µs a MiB for both sides; through a pipe it would be 500.
 */

import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  ftruncateSync,
  openSync,
  readSync,
  statfsSync,
  unlinkSync,
  writevSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const IN_MEMORY = '/dev/shm';
/** Largest share of the free space that may be taken: containers have 64 MB there. */
const SHARE = 0.5;

/** In a form that can be sent to another worker. */
export interface FileDescriptors {
  readonly descriptor: number;
  /** For those who only read. */
  readonly readDescriptor: number;
}

const CLOSED = -1;

export class MemoryFile implements FileDescriptors {
  #descriptor: number;
  #readDescriptor: number;
  /** One more, for another thread: it writes, and closes it when it is done. */
  readonly lentDescriptor: number | undefined;

  constructor(descriptor: number, readDescriptor: number, lentDescriptor: number | undefined) {
    this.#descriptor = descriptor;
    this.#readDescriptor = readDescriptor;
    this.lentDescriptor = lentDescriptor;
  }

  get descriptor(): number {
    return this.#descriptor;
  }

  get readDescriptor(): number {
    return this.#readDescriptor;
  }

  /** A user that still has it is refused: its numbers may soon belong to another file. */
  close(): void {
    if (this.#descriptor === CLOSED) return;
    closeSync(this.#descriptor);
    closeSync(this.#readDescriptor);
    this.#descriptor = CLOSED;
    this.#readDescriptor = CLOSED;
  }
}

/** `size`: bytes that it will have; they are taken as they are written. Nobody else can open it. */
export function createMemoryFile(size: number, isLent = false): MemoryFile {
  const path = join(folderFor(size), `tiercel-${randomUUID()}`);
  const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    const readDescriptor = openSync(path, constants.O_RDONLY);
    ftruncateSync(descriptor, size);
    const lent = isLent ? openSync(path, constants.O_RDWR) : undefined;
    return new MemoryFile(descriptor, readDescriptor, lent);
  } finally {
    unlinkSync(path);
  }
}

/** One after the other; whether there was room for all of it. */
export function writeFromStart(
  descriptor: number,
  views: readonly NodeJS.ArrayBufferView[],
): boolean {
  const size = views.reduce((sum, { byteLength }) => sum + byteLength, 0);
  try {
    return writevSync(descriptor, [...views], 0) === size;
  } catch {
    return false;
  }
}

/** Fills all of `room`; throws when there is less. */
export function readFromStart(descriptor: number, room: Uint8Array): void {
  for (let done = 0; done < room.length; ) {
    const size = readSync(descriptor, room, done, room.length - done, done);
    if (size === 0) throw new Error(`only ${done} of ${room.length} bytes are there`);
    done += size;
  }
}

function folderFor(size: number): string {
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    if (size < SHARE * bavail * bsize) return IN_MEMORY;
  } catch {
    // The system has no such folder.
  }
  return tmpdir();
}
