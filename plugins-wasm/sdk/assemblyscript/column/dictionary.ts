// Interned values of one request: bytes → identifier. Open addressing; the table grows with the values,
// up to a bound after which further values travel inline.

import { GrowingBuffer } from './growing-buffer';

/** Entries a request may have; beyond, values are inline. A share of 12 bits keeps identifiers' tables small. */
const ENTRIES_MAX: u32 = 4096;
/** Longer values hardly repeat, and comparing them costs as much as handing them over. */
export const INTERNED_SIZE_MAX: usize = 512;
/** Bytes of values over all dictionaries of a plan before all of them start again. */
const VALUES_SIZE_MAX: usize = 8 << 20;

/** Identifier 0 is "no value". */
export const NOT_INTERNED: u32 = 0;

// Slot: 0 hash u32 (0: free) | 4 identifier u32 | 8 offset in values u32 | 12 size u32
const SLOT_SIZE: usize = 16;
const FIRST_BITS: u32 = 6;
/** After so many values that a full dictionary does not have, and fewer hits, it rests for a while. */
const MISSES_MAX: u32 = 1024;
const REST: u32 = 65_536;

export class Dictionary {
  private table: usize = 0;
  private bits: u32 = 0;
  private count: u32 = 0;
  // Since it was full, or looked at last.
  private hits: u32 = 0;
  private misses: u32 = 0;
  /** So many values are not looked up: hardly any of those before was known. */
  private rest: u32 = 0;
  /** Whether the last `intern` made a new entry. */
  isNew: bool = false;

  clear(): void {
    if (this.table != 0) heap.free(this.table);
    this.bits = FIRST_BITS;
    this.table = heap.alloc(SLOT_SIZE << FIRST_BITS);
    memory.fill(this.table, 0, SLOT_SIZE << FIRST_BITS);
    this.count = 0;
    this.hits = 0;
    this.misses = 0;
    this.rest = 0;
  }

  /** Identifier of the bytes, known or new; NOT_INTERNED when they are too long or the dictionary is full. */
  intern(start: usize, size: usize, additions: Additions): u32 {
    this.isNew = false;
    if (size > INTERNED_SIZE_MAX) return NOT_INTERNED;
    if (this.rest > 0) {
      this.rest--;
      return NOT_INTERNED;
    }
    const hash = hashBytes(start, size) | 1;
    const values = additions.values.address;
    const mask: u32 = (<u32>1 << this.bits) - 1;
    let bucket = hash >> (32 - this.bits);
    for (;;) {
      const slot = this.table + (<usize>bucket << 4);
      const slotHash = load<u32>(slot);
      if (slotHash == 0) break;
      if (
        slotHash == hash &&
        <usize>load<u32>(slot, 12) == size &&
        sameBytes(start, values + load<u32>(slot, 8), size)
      ) {
        this.hits++;
        return load<u32>(slot, 4);
      }
      bucket = (bucket + 1) & mask;
    }
    if (this.count >= ENTRIES_MAX) {
      this.miss();
      return NOT_INTERNED;
    }
    return this.add(start, size, hash, additions);
  }

  private miss(): void {
    if (++this.misses < MISSES_MAX) return;
    if (this.hits < this.misses) this.rest = REST;
    this.hits = 0;
    this.misses = 0;
  }

  private add(start: usize, size: usize, hash: u32, additions: Additions): u32 {
    if ((this.count + 1) * 2 > <u32>1 << this.bits) this.grow();
    const offset = additions.values.size;
    additions.values.pushBytes(start, size);
    // Room to compare in words.
    store<u64>(additions.values.room(8), 0);
    const identifier = ++this.count;
    this.isNew = true;
    this.place(hash, identifier, offset, size);
    return identifier;
  }

  private place(hash: u32, identifier: u32, offset: usize, size: usize): void {
    const mask: u32 = (<u32>1 << this.bits) - 1;
    let bucket = hash >> (32 - this.bits);
    while (load<u32>(this.table + (<usize>bucket << 4)) != 0) bucket = (bucket + 1) & mask;
    const slot = this.table + (<usize>bucket << 4);
    store<u32>(slot, hash);
    store<u32>(slot, identifier, 4);
    store<u32>(slot, <u32>offset, 8);
    store<u32>(slot, <u32>size, 12);
  }

  private grow(): void {
    const old = this.table;
    const oldSlots: usize = (<usize>1) << this.bits;
    this.bits++;
    this.table = heap.alloc(SLOT_SIZE << this.bits);
    memory.fill(this.table, 0, SLOT_SIZE << this.bits);
    for (let index: usize = 0; index < oldSlots; index++) {
      const slot = old + (index << 4);
      const hash = load<u32>(slot);
      if (hash != 0) this.place(hash, load<u32>(slot, 4), load<u32>(slot, 8), load<u32>(slot, 12));
    }
    heap.free(old);
  }
}

/** Values of all dictionaries of a plan, and which of them the host does not know yet. */
export class Additions {
  values: GrowingBuffer = new GrowingBuffer();
  /** Where the values begin that are new with the answer being made. */
  valuesStart: usize = 0;
  requests: GrowingBuffer = new GrowingBuffer();
  ends: GrowingBuffer = new GrowingBuffer();

  startAnswer(): void {
    this.valuesStart = this.values.size;
    this.requests.clear();
    this.ends.clear();
  }

  note(request: u16): void {
    this.requests.pushU16(request);
    this.ends.pushU32(<u32>(this.values.size - this.valuesStart));
  }

  get isFull(): bool {
    return this.values.size > VALUES_SIZE_MAX;
  }

  clear(): void {
    this.values.clear();
    this.startAnswer();
  }
}

// @ts-ignore: decorator
@inline
function hashBytes(start: usize, size: usize): u32 {
  const MULTIPLIER: u64 = 0x9e3779b97f4a7c15;
  let hash: u64 = <u64>size * MULTIPLIER;
  let at: usize = 0;
  for (; at + 8 <= size; at += 8) {
    hash = (hash ^ load<u64>(start + at)) * MULTIPLIER;
    hash ^= hash >> 29;
  }
  if (at < size) {
    const rest = load<u64>(start + at) & (((<u64>1) << (<u64>(size - at) << 3)) - 1);
    hash = (hash ^ rest) * MULTIPLIER;
    hash ^= hash >> 29;
  }
  return <u32>(hash >> 32);
}

// @ts-ignore: decorator
@inline
function sameBytes(a: usize, b: usize, size: usize): bool {
  let at: usize = 0;
  for (; at + 8 <= size; at += 8) if (load<u64>(a + at) != load<u64>(b + at)) return false;
  if (at == size) return true;
  const mask = ((<u64>1) << (<u64>(size - at) << 3)) - 1;
  return ((load<u64>(a + at) ^ load<u64>(b + at)) & mask) == 0;
}
