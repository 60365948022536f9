/** Raw memory that grows by doubling and keeps its room from batch to batch. */
export class GrowingBuffer {
  address: usize = 0;
  size: usize = 0;
  private capacity: usize = 0;

  clear(): void {
    this.size = 0;
  }

  /** Address of `count` more bytes at the end (valid until the next call); they count as used only after `use`. */
  room(count: usize): usize {
    const needed = this.size + count;
    if (needed > this.capacity) {
      let capacity: usize = this.capacity == 0 ? 4096 : this.capacity;
      while (capacity < needed) capacity <<= 1;
      this.address = this.capacity == 0
        ? heap.alloc(capacity + 128)
        : heap.realloc(this.address, capacity + 128);
      this.capacity = capacity;
    }
    return this.address + this.size;
  }

  // @ts-ignore: decorator
  @inline
  use(count: usize): void {
    this.size += count;
  }

  // @ts-ignore: decorator
  @inline
  pushU32(value: u32): void {
    store<u32>(this.room(4), value);
    this.size += 4;
  }

  // @ts-ignore: decorator
  @inline
  pushU64(value: u64): void {
    store<u64>(this.room(8), value);
    this.size += 8;
  }

  pushU16(value: u16): void {
    store<u16>(this.room(2), value);
    this.size += 2;
  }

  pushBytes(source: usize, count: usize): void {
    memory.copy(this.room(count), source, count);
    this.size += count;
  }

  /** Gives back room beyond `keepMax` after an unusually large batch. */
  shrink(keepMax: usize): void {
    if (this.capacity <= keepMax) return;
    heap.free(this.address);
    this.address = 0;
    this.capacity = 0;
    this.size = 0;
  }
}
