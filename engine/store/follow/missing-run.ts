/*
 * What is left of a run of another process whose file is not there any more: nothing. A copy of the file that turns up
 * goes on where the reader stands.
 */

import type { FollowedRun, StoredObject } from '../object-store.ts';
import type { RunSpan } from './file-run.ts';

export class MissingRun implements StoredObject {
  readonly isLive = true;
  readonly isRestGiven = false;
  readonly size = undefined;
  readonly descriptor = undefined;
  readonly run: FollowedRun;
  readonly #span: RunSpan;

  constructor(span: RunSpan, name: string) {
    this.#span = span;
    this.run = {
      name,
      isDecoded: true,
      linesBefore: span.startLines,
      whenSettled: Promise.resolve(),
    };
    this.seek(0);
    span.file.endRun();
  }

  settle(): void {}

  async read(): Promise<number> {
    return 0;
  }

  seek(offset: number): number {
    const { file, start, startLines, waypoints } = this.#span;
    const lines = startLines + waypoints.before(offset).lines;
    file.settle({ ...file.progress, offset: start + offset, lines });
    return offset;
  }

  async close(): Promise<void> {}
}
