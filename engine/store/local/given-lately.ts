/** The latest bytes that a source was given: one that is started again had not used all of them. */
export class GivenLately {
  readonly #sizeMax: number;
  #parts: Buffer[] = [];
  #size = 0;
  /** Behind the last one, since the beginning. */
  #position = 0;

  /** `sizeMax`: bytes that are kept, but for a part that is larger. */
  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  add(part: Buffer): void {
    this.#position += part.length;
    this.#parts.push(part);
    this.#size += part.length;
    for (let [oldest] = this.#parts; oldest !== undefined; [oldest] = this.#parts) {
      if (this.#size - oldest.length <= this.#sizeMax) return;
      this.#size -= oldest.length;
      this.#parts.shift();
    }
  }

  /** Those behind a position, to be given again; `lost`: so many of them are not here any more. */
  takeBack(position: number): { readonly repeated: Buffer; readonly lost: number } {
    const again = Math.max(0, this.#position - position);
    const kept = Buffer.concat(this.#parts);
    const from = Math.max(0, kept.length - again);
    const repeated = kept.subarray(from);
    this.#position -= repeated.length;
    this.#parts = [kept.subarray(0, from)];
    this.#size = from;
    return { repeated, lost: Math.max(0, again - kept.length) };
  }
}
