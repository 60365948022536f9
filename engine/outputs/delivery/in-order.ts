/*
 * Results of a stream come back from evaluation workers in any order; here they are taken in the order of the stream.
 * Taking begins in that order and need not be over before the next one is taken: what must not overlap sees to it
 * itself. What is to be done when one was taken is done in that order too, so that nothing is settled before what came
 * earlier.
 */

export class InOrder {
  /** When the latest result began to be taken, and when all of them were. */
  #begun: Promise<void> = Promise.resolve();
  #over: Promise<unknown> = Promise.resolve();

  /**
   * Calls `take` with the result once all earlier ones were given to theirs, and `settle` with what it answers once all
   * earlier ones were settled. `take` must not reject.
   */
  add<Result, Taken>(
    result: Promise<Result>,
    take: (result: Result) => Promise<Taken>,
    settle: (taken: Taken) => void,
  ): void {
    let taken: Promise<Taken>;
    this.#begun = this.#begun
      .then(() => result)
      .then((one) => {
        taken = take(one);
      });
    const overBefore = this.#over;
    this.#over = this.#begun
      .then(() => Promise.all([taken, overBefore]))
      .then(([one]) => settle(one));
  }

  /** Resolves when everything that was added was taken to its end. */
  async drained(): Promise<void> {
    await this.#over;
  }
}
