/*
 * Results come back from evaluation workers in any order; here they leave in the order of their stream. One is worked
 * off at a time, over all streams, so that no two of them are with an output at once.
 */

export class InOrder {
  /** By stream: when the latest of its results was worked off. */
  readonly #tails: Promise<void>[] = [];
  #current: Promise<void> = Promise.resolve();

  /** Calls `take` with the result when all earlier ones of the stream were taken. Never rejects: `take` must not. */
  add<Result>(
    stream: number,
    result: Promise<Result>,
    take: (result: Result) => Promise<void> | void,
  ): void {
    const before = this.#tails[stream] ?? Promise.resolve();
    this.#tails[stream] = before
      .then(() => result)
      .then((one) => {
        this.#current = this.#current.then(() => take(one));
        return this.#current;
      });
  }

  /** Resolves when everything that was added to the stream was taken. */
  drained(stream: number): Promise<void> {
    return this.#tails[stream] ?? Promise.resolve();
  }
}
