/** A loop that sleeps until something has happened; what happens while it is awake is not missed. */
export class Waker {
  #isWoken = false;
  #wakeUp: () => void = () => {};
  #endPause: () => void = () => {};

  /** Something has happened. */
  wake(): void {
    this.#isWoken = true;
    this.#wakeUp();
  }

  /** Until something happens, or has happened since it was waited for last. */
  async wait(): Promise<void> {
    if (!this.#isWoken) {
      await new Promise<void>((resolve) => {
        this.#wakeUp = resolve;
      });
    }
    this.#isWoken = false;
  }

  /** For so long, whatever happens, unless it is ended. */
  async pause(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endPause = () => {};
  }

  /** A pause is over now. */
  endPause(): void {
    this.#endPause();
  }
}
