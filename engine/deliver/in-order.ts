/*
 * Results come back from evaluation workers in any order; here they are taken in the order of their stream. Taking
 * begins in that order and need not be over before the next one is taken: what must not overlap sees to it itself. What
 * is to be done when one was taken is done in that order too, so that nothing is settled before what came earlier.
 */

export class InOrder {
  /** By stream: when the latest of its results began to be taken, and when all of them were. */
  readonly #begun: Promise<void>[] = [];
  readonly #over: Promise<unknown>[] = [];

  /**
   * Calls `take` with the result once all earlier ones of the stream were given to theirs, and `settle` with what it
   * answers once all earlier ones were settled. `take` must not reject.
   */
  add<Result, Taken>(
    stream: number,
    result: Promise<Result>,
    take: (result: Result) => Promise<Taken>,
    settle: (taken: Taken) => void,
  ): void {
    const before = this.#begun[stream] ?? Promise.resolve();
    let taken: Promise<Taken>;
    const begun = before
      .then(() => result)
      .then((one) => {
        taken = take(one);
      });
    this.#begun[stream] = begun;
    const overBefore = this.#over[stream];
    this.#over[stream] = begun
      .then(() => Promise.all([taken, overBefore]))
      .then(([one]) => settle(one));
  }

  /** Resolves when everything that was added to the stream was taken to its end. */
  async drained(stream: number): Promise<void> {
    await this.#over[stream];
  }
}
