/** Runs asynchronous operations one after the other, in the order of the calls; a failure does not stop the next. */
export class OperationQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects with what the operation does. */
  run<Result>(operation: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(operation);
    this.#last = result.catch(() => {});
    return result;
  }
}
