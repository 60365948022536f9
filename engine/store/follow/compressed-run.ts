/* New bytes of a compressed file, decoded. The file is complete when it is read, so nothing has to be waited for. */

import { createDeferred } from '../../base/deferred.ts';
import { type Decoded, decode } from '../decode/decoded-object.ts';
import type { FollowedRun, StoredObject } from '../object-store.ts';
import { StoreError } from '../store-error.ts';
import type { RunSpan } from './file-run.ts';
import { OpenFileReader } from './open-file-reader.ts';

const NEWLINE = 0x0a;

export class CompressedRun implements StoredObject {
  readonly isLive = true;
  readonly size = undefined;
  readonly descriptor = undefined;
  readonly isRestGiven = false;
  readonly run: FollowedRun;
  readonly #span: RunSpan;
  readonly #decoded: Decoded;
  readonly #settled = createDeferred<void>();
  #given = 0;
  #lines = 0;

  private constructor(span: RunSpan, name: string, decoded: Decoded) {
    this.#span = span;
    this.#decoded = decoded;
    const whenSettled = this.#settled.promise;
    this.run = { name, isDecoded: true, linesBefore: span.startLines, whenSettled };
  }

  /** Rejects with `StoreError`. */
  static async open(
    span: RunSpan,
    name: string,
    warn: (message: string) => void,
  ): Promise<CompressedRun> {
    const { file, start: offset } = span;
    if (file.handle === undefined) throw new StoreError('not-found', 'no longer exists');
    const stored = new OpenFileReader(file.handle, file.size);
    const decoded = await decode(stored, { name, encoding: 'automatic', offset, warn });
    return new CompressedRun(span, name, decoded);
  }

  settle(): void {
    const { file, start, startLines, end } = this.#span;
    if (end !== undefined) return;
    file.settle({
      offset: start + this.#given,
      lines: startLines + this.#lines,
      seenEnd: file.size,
      isRestGiven: file.progress.isRestGiven,
    });
  }

  async read(room: Uint8Array): Promise<number> {
    try {
      const left = (this.#span.end ?? Number.POSITIVE_INFINITY) - this.#span.start - this.#given;
      if (left <= 0) return 0;
      const size = await this.#decoded.reader.read(room.subarray(0, Math.min(left, room.length)));
      this.#given += size;
      const given = room.subarray(0, size);
      for (let at = given.indexOf(NEWLINE); at >= 0; at = given.indexOf(NEWLINE, at + 1)) {
        this.#lines += 1;
      }
      return size;
    } finally {
      this.#settled.resolve();
    }
  }

  seek(): number {
    return 0;
  }

  async close(): Promise<void> {
    this.#decoded.close();
    this.#settled.resolve();
  }
}
