/** A constant text as UTF-8, for comparing with and adding to values of events. */
export class Bytes {
  readonly address: usize;
  readonly size: usize;
  constructor(text: string) {
    this.size = String.UTF8.byteLength(text);
    this.address = heap.alloc(this.size + 16);
    memory.fill(this.address, 0, this.size + 16);
    String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, this.address);
  }

  equals(start: usize, size: usize): bool {
    return size == this.size && memory.compare(start, this.address, size) == 0;
  }

  /** Whether `start..start+size` ends with this text. */
  endsText(start: usize, size: usize): bool {
    return size >= this.size && memory.compare(start + size - this.size, this.address, this.size) == 0;
  }
}

export function bytes(text: string): Bytes {
  return new Bytes(text);
}
