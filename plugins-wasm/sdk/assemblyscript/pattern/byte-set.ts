// A set of byte values.

/** 256 bits. */
export class ByteSet {
  readonly bits: StaticArray<bool> = new StaticArray<bool>(256);

  add(first: i32, last: i32): void {
    for (let byte = first; byte <= last; byte++) this.bits[byte] = true;
  }

  addAll(other: ByteSet, isOpposite: bool): void {
    for (let byte = 0; byte < 256; byte++) if (other.bits[byte] != isOpposite) this.bits[byte] = true;
  }
}
