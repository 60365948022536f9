/* The segments of a spool, oldest first, and the one that is written to: append-only, and synced before it counts. */

import type { FileHandle } from 'node:fs/promises';
import { assert } from '../../../base/assert.ts';
import {
  createSegment,
  findSegments,
  newSegment,
  removeSegment,
  type Segment,
} from './segments.ts';

export class SegmentLog {
  readonly #folder: string;
  /** Bytes; a segment that has more gets no further records. */
  readonly #segmentSize: number;
  #segments: readonly Segment[] = [];
  #writer: FileHandle | undefined;

  constructor(folder: string, segmentSize: number) {
    this.#folder = folder;
    this.#segmentSize = segmentSize;
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /** Bytes on disk. */
  get size(): number {
    return this.#segments.reduce((sum, { size }) => sum + size, 0);
  }

  /** Finds what an earlier process left; nothing is written to that. */
  async open(): Promise<void> {
    assert(this.#writer === undefined, 'a spool is opened before it is written to');
    this.#segments = await findSegments(this.#folder);
  }

  /** Writes records, the first of which has that number. Where it rejects, none of them counts. */
  async append(records: Buffer, firstNumber: number): Promise<Segment> {
    const { segment, writer } = await this.#segmentToWrite(firstNumber);
    try {
      await writeAt(writer, records, segment.size);
      // A position of the source may be kept behind these alerts from now on.
      await writer.datasync();
    } catch (error) {
      // Bytes left there are overwritten, or have numbers that no reader expects.
      await writer.truncate(segment.size).catch(() => {});
      if (segment.size === 0) await this.remove([segment]);
      throw error;
    }
    segment.size += records.length;
    return segment;
  }

  async remove(over: readonly Segment[]): Promise<void> {
    const latest = this.#segments.at(-1);
    this.#segments = this.#segments.filter((one) => !over.includes(one));
    if (latest !== undefined && over.includes(latest)) await this.close();
    for (const segment of over) await removeSegment(segment);
  }

  /** Further records go to a segment of their own. */
  async close(): Promise<void> {
    const writer = this.#writer;
    this.#writer = undefined;
    await writer?.close();
  }

  async #segmentToWrite(
    firstNumber: number,
  ): Promise<{ readonly segment: Segment; readonly writer: FileHandle }> {
    const latest = this.#segments.at(-1);
    if (latest !== undefined && this.#writer !== undefined && latest.size < this.#segmentSize)
      return { segment: latest, writer: this.#writer };
    await this.close();
    const segment = newSegment(this.#folder, firstNumber);
    const writer = await createSegment(segment, this.#folder);
    this.#writer = writer;
    // One that a crash left empty has the same name.
    this.#segments = [...this.#segments.filter(({ first }) => first !== segment.first), segment];
    return { segment, writer };
  }
}

async function writeAt(file: FileHandle, bytes: Buffer, offset: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const left = bytes.length - written;
    const { bytesWritten } = await file.write(bytes, written, left, offset + written);
    written += bytesWritten;
  }
}
