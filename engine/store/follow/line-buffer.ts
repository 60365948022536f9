/** Bytes out of a file on their way to its reader: whole lines are given out, what follows the last is kept back. */

const NEWLINE = 0x0a;
const FIRST_SIZE = 64 << 10;

export class LineBuffer {
  readonly #sizeMax: number;
  #bytes: Uint8Array = new Uint8Array(FIRST_SIZE);
  #start = 0;
  /** Behind the last line that is whole. */
  #whole = 0;
  #end = 0;
  #linesGiven = 0;

  /** A line that is longer than `sizeMax` is given out in pieces. */
  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  /** Line ends among what was given out. */
  get linesGiven(): number {
    return this.#linesGiven;
  }

  /** Bytes that are not a whole line yet. */
  get restSize(): number {
    return this.#end - this.#whole;
  }

  get hasLines(): boolean {
    return this.#whole > this.#start;
  }

  /** Where further bytes go: never empty. Call only when there are no whole lines. */
  room(): Uint8Array {
    if (this.#start > 0) {
      this.#bytes.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#whole -= this.#start;
      this.#start = 0;
    }
    if (this.#end === this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#bytes.length);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    return this.#bytes.subarray(this.#end);
  }

  /** So many bytes of the room are filled. */
  commit(size: number): void {
    const lastNewline = this.#bytes.subarray(this.#end, this.#end + size).lastIndexOf(NEWLINE);
    if (lastNewline >= 0) this.#whole = this.#end + lastNewline + 1;
    this.#end += size;
    if (this.restSize >= this.#sizeMax) this.giveRest();
  }

  /** The last line is given out as it is. */
  giveRest(): void {
    this.#whole = this.#end;
  }

  /** The last line is not given out, nor known here any more. */
  dropRest(): void {
    this.#end = this.#whole;
  }

  /** Gives out as much as there is room for: how many bytes. */
  take(room: Uint8Array): number {
    const size = Math.min(this.#whole - this.#start, room.length);
    const given = this.#bytes.subarray(this.#start, this.#start + size);
    room.set(given);
    this.#start += size;
    for (let at = given.indexOf(NEWLINE); at >= 0; at = given.indexOf(NEWLINE, at + 1)) {
      this.#linesGiven += 1;
    }
    return size;
  }
}
