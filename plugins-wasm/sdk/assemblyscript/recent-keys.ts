// Whether a key was seen among the latest ones: two generations of hashes, of which the older one is forgotten when
// the younger one is full. Memory is bounded, and allocated with the first key.

/** Size of a generation: so many of the latest keys are surely remembered, and at most twice as many. */
const KEYS_MAX: u32 = 1 << 16;
const SLOTS: u32 = KEYS_MAX << 1;
const TABLE_SIZE: usize = (<usize>SLOTS) << 3;
const FREE: u64 = 0;

export class RecentKeys {
  private young: usize = 0;
  private old: usize = 0;
  private count: u32 = 0;

  /** Whether it is new; it is remembered. */
  add(start: usize, size: usize): bool {
    if (this.young == 0) {
      this.young = heap.alloc(TABLE_SIZE);
      this.old = heap.alloc(TABLE_SIZE);
      memory.fill(this.young, 0, TABLE_SIZE);
      memory.fill(this.old, 0, TABLE_SIZE);
    }
    const hash = hashOf(start, size);
    if (load<u64>(slotOf(this.old, hash)) == hash) return false;
    const slot = slotOf(this.young, hash);
    if (load<u64>(slot) == hash) return false;
    store<u64>(slot, hash);
    this.count++;
    if (this.count == KEYS_MAX) this.forgetOld();
    return true;
  }

  private forgetOld(): void {
    const forgotten = this.old;
    this.old = this.young;
    this.young = forgotten;
    memory.fill(forgotten, 0, TABLE_SIZE);
    this.count = 0;
  }
}

/** Address of the slot that has the hash, or of the free one where it belongs. */
function slotOf(table: usize, hash: u64): usize {
  let index = <u32>(hash >> 32) & (SLOTS - 1);
  let slot = table + ((<usize>index) << 3);
  while (load<u64>(slot) != hash && load<u64>(slot) != FREE) {
    index = (index + 1) & (SLOTS - 1);
    slot = table + ((<usize>index) << 3);
  }
  return slot;
}

/** FNV-1a with 64 bits, and its bits mixed once more; never 0. */
function hashOf(start: usize, size: usize): u64 {
  let hash: u64 = 0xcbf29ce484222325;
  for (let at = start; at < start + size; at++) hash = (hash ^ load<u8>(at)) * 0x100000001b3;
  hash ^= hash >> 32;
  hash *= 0x9e3779b97f4a7c15;
  hash ^= hash >> 29;
  return hash == FREE ? 1 : hash;
}
