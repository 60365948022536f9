/** Whether evaluation gets on: batches that it has, and when the latest one came back. */
export class EvaluationWatch<Batch> {
  readonly #nowMs: () => number;
  /** When each was handed over, the oldest first. */
  readonly #underWay = new Map<Batch, number>();
  #latestMs = 0;

  /** `nowMs`: monotonic. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** `result`: settles when the batch comes back. */
  add(batch: Batch, result: Promise<unknown>): void {
    this.#underWay.set(batch, this.#nowMs());
    const note = (): void => {
      this.#underWay.delete(batch);
      this.#latestMs = this.#nowMs();
    };
    result.then(note, note);
  }

  /** Milliseconds without progress, while there is a batch; else 0. */
  get stalledMs(): number {
    const [oldestMs] = this.#underWay.values();
    return oldestMs === undefined ? 0 : this.#nowMs() - Math.max(oldestMs, this.#latestMs);
  }
}
