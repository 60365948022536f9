/*
 * Finds the runs of a source in which nothing could be read, so that their senders get an error. Which run an event
 * comes from is not known, only in which call of the source. If a call gave events, all runs that it may have read
 * count as readable.
 */

import { numberOfRun } from '../../store/follow/run-path.ts';

/** As many as a source is given before they are with the outputs; a plugin may report any number. */
export const UNREADABLE_RUNS_MAX = 4_096;

export interface UnreadableRun {
  readonly run: number;
  /** The first finding in it. */
  readonly reason: string;
}

export class UnreadableRuns {
  /** The first finding in each run that has given no event. */
  readonly #reasons = new Map<number, string>();
  /** Events may have come from the runs up to this one. */
  #readableRun = 0;

  /** Something in an object could not be read. */
  add(path: string, reason: string): void {
    const run = numberOfRun(path);
    if (run <= this.#readableRun || this.#reasons.has(run)) return;
    if (this.#reasons.size < UNREADABLE_RUNS_MAX) this.#reasons.set(run, reason);
  }

  /** A call gave events; `lastRun` is the latest run that it knew. */
  gaveEvents(lastRun: number): void {
    this.#readableRun = lastRun;
    this.#reasons.clear();
  }

  /** Takes those that the source has read to their end. */
  take(finishedRun: number): UnreadableRun[] {
    const taken = [...this.#reasons]
      .filter(([run]) => run <= finishedRun)
      .map(([run, reason]) => ({ run, reason }));
    for (const { run } of taken) this.#reasons.delete(run);
    return taken;
  }
}
