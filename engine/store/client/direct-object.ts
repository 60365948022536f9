/*
 * An object whose bytes need neither waiting for nor decoding, read by the plugin's thread itself: through a ring
 * they would be copied once more, from the cache of another core. The I/O thread has opened it, and closes it.
 */

import { readSync } from 'node:fs';
import { becameShorter } from '../local/local-file.ts';
import type { FileContent } from '../protocol/store-protocol.ts';
import { toStoreError } from '../store-error.ts';
import type { OpenObject } from './open-object.ts';

/** Stays in the second-level cache until the plugin has its copy. */
const READ_SIZE = 256 << 10;

export class DirectObject implements OpenObject {
  readonly #content: FileContent;
  readonly #close: () => void;
  readonly #room: Uint8Array;
  #position: number;
  #storedBytesRead = 0;

  /** `offset`: where to begin. */
  constructor(content: FileContent, offset: number, close: () => void) {
    this.#content = content;
    this.#close = close;
    this.#room = new Uint8Array(READ_SIZE);
    this.#position = offset;
  }

  get storedBytesRead(): number {
    return this.#storedBytesRead;
  }

  read(max: number): Uint8Array {
    const { descriptor, size } = this.#content;
    let bytesRead: number;
    try {
      bytesRead = readSync(descriptor, this.#room, 0, Math.min(max, READ_SIZE), this.#position);
    } catch (error) {
      throw toStoreError(error);
    }
    this.#position += bytesRead;
    this.#storedBytesRead += bytesRead;
    if (bytesRead === 0 && max > 0 && this.#position < size) throw becameShorter(this.#position);
    return this.#room.subarray(0, bytesRead);
  }

  /** The I/O thread does not read it. */
  fail(): void {}

  close(): void {
    this.#close();
  }
}
