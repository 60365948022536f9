// Bytes read and not used yet. What is used is overwritten later: garbage is dear where memory never shrinks.

const FIRST_SIZE = 512 << 10;

export class ReadBuffer {
  private room = new Uint8Array(FIRST_SIZE);
  private start = 0;
  private end = 0;

  get size(): number {
    return this.end - this.start;
  }

  /** Those that are there, until the next `add`. */
  bytes(): Uint8Array {
    return this.room.subarray(this.start, this.end);
  }

  add(bytes: Uint8Array): void {
    if (this.end + bytes.length > this.room.length) this.makeRoom(bytes.length);
    this.room.set(bytes, this.end);
    this.end += bytes.length;
  }

  use(size: number): void {
    this.start += size;
  }

  clear(): void {
    this.start = 0;
    this.end = 0;
  }

  private makeRoom(size: number): void {
    const { room, start, end } = this;
    if (end - start + size <= room.length) room.copyWithin(0, start, end);
    else {
      this.room = new Uint8Array(Math.max(2 * room.length, end - start + size));
      this.room.set(room.subarray(start, end));
    }
    this.start = 0;
    this.end -= start;
  }
}
