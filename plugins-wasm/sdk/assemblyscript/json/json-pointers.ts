// The wanted JSON pointers (RFC 6901) as a trie of small perfect hash tables in linear memory, so that a
// walk over an event looks every key up once.
//
// Node:   0 shift u32 | 4 stamp u32 (event it was walked in) | 8 multiplier u64 | 16 index list u32 |
//         20 index count u32 | 24 entries, 32 bytes each, a power of two of them
// Entry:  0 first eight key bytes u64 | 8 key size + 1 u32 (0: free) | 12 key address u32 |
//         16 child node u32 (0: none) | 20 slot i32 (-1: none)
// Index:  0 index u32 | 4 entry address u32, for keys that are decimal array indexes, ascending

export const ENTRY_SIZE: usize = 32;
const NODE_HEADER: usize = 24;

class Branch {
  child: Node | null = null;
  slot: i32 = -1;
  constructor(readonly key: string) {}
}

class Node {
  branches: Branch[] = [];

  branch(key: string): Branch {
    for (let index = 0; index < this.branches.length; index++) {
      if (this.branches[index].key == key) return this.branches[index];
    }
    const branch = new Branch(key);
    this.branches.push(branch);
    return branch;
  }
}

/** Collects pointers; equal ones share a slot. `compile` makes the tables. */
export class PointerSet {
  private root: Node = new Node();
  private wholeDocument: i32 = -1;
  slotCount: i32 = 0;

  /** Slot in which the walk leaves the value at `pointer` (with or without the leading slash). */
  add(pointer: string): i32 {
    if (pointer.length == 0) {
      if (this.wholeDocument < 0) this.wholeDocument = this.slotCount++;
      return this.wholeDocument;
    }
    const keys = (pointer.charCodeAt(0) == 0x2f ? pointer.substring(1) : pointer).split('/');
    let node = this.root;
    for (let index = 0; index < keys.length - 1; index++) {
      const branch = node.branch(unescapeKey(keys[index]));
      let child = branch.child;
      if (child === null) {
        child = new Node();
        branch.child = child;
      }
      node = child;
    }
    const last = node.branch(unescapeKey(keys[keys.length - 1]));
    if (last.slot < 0) last.slot = this.slotCount++;
    return last.slot;
  }

  /** Slot of the whole document, or -1. */
  get documentSlot(): i32 {
    return this.wholeDocument;
  }

  /** Address of the root node; the tables stay until the plugin ends or `freePointers`. */
  compile(): usize {
    return compileNode(this.root);
  }
}

/** `~1` is a slash, `~0` a tilde (RFC 6901, section 3). */
function unescapeKey(key: string): string {
  return key.includes('~') ? key.replaceAll('~1', '/').replaceAll('~0', '~') : key;
}

// @ts-ignore: decorator
@inline
export function firstBytes(address: usize, size: usize): u64 {
  const word = load<u64>(address);
  return size >= 8 ? word : word & (((<u64>1) << (<u64>size << 3)) - 1);
}

// @ts-ignore: decorator
@inline
function bucketOf(word: u64, size: usize, multiplier: u64, shift: u32): usize {
  return <usize>(((word ^ (<u64>size << 56) ^ (<u64>size << 3)) * multiplier) >> shift);
}

/** The entry of a key in a node, or 0. */
// @ts-ignore: decorator
@inline
export function findEntry(node: usize, key: usize, size: usize): usize {
  const word = firstBytes(key, size);
  const bucket = bucketOf(word, size, load<u64>(node, 8), load<u32>(node));
  const entry = node + NODE_HEADER + bucket * ENTRY_SIZE;
  if (load<u64>(entry) != word || <usize>load<u32>(entry, 8) != size + 1) return 0;
  if (size > 8 && !sameTail(key, load<u32>(entry, 12), size)) return 0;
  return entry;
}

function sameTail(a: usize, b: usize, size: usize): bool {
  for (let at: usize = 8; at < size; at += 8) {
    if (firstBytes(a + at, size - at) != firstBytes(b + at, size - at)) return false;
  }
  return true;
}

/** The row of the index list for element `index` behind the row `after` (0: from the start), or 0. */
export function findIndex(node: usize, index: u32, after: usize): usize {
  const list = <usize>load<u32>(node, 16);
  const end = list + (<usize>load<u32>(node, 20) << 3);
  for (let row = after == 0 ? list : after + 8; row < end; row += 8) {
    if (load<u32>(row) == index) return row;
  }
  return 0;
}

/** The highest array index that a node wants, or -1. */
// @ts-ignore: decorator
@inline
export function lastIndex(node: usize): i64 {
  const count = load<u32>(node, 20);
  if (count == 0) return -1;
  return <i64>load<u32>(<usize>load<u32>(node, 16) + ((count - 1) << 3));
}

function compileNode(node: Node): usize {
  let bits: u32 = 1;
  while (1 << bits < node.branches.length * 2) bits++;
  let multiplier: u64 = 0x9e3779b97f4a7c15;
  for (let tries = 1; ; tries++) {
    const table = placeBranches(node, bits, multiplier);
    if (table != 0) {
      linkChildren(node, table);
      return table;
    }
    // Another multiplier (a step of Knuth's MMIX generator), sometimes a larger table.
    multiplier = (multiplier * 6364136223846793005 + 1442695040888963407) | 1;
    if ((tries & 63) == 0) bits++;
  }
  return 0;
}

/** A table in which no two keys share a bucket, or 0. */
function placeBranches(node: Node, bits: u32, multiplier: u64): usize {
  const shift: u32 = 64 - bits;
  const size = NODE_HEADER + (ENTRY_SIZE << bits);
  const table = heap.alloc(size);
  memory.fill(table, 0, size);
  store<u32>(table, shift);
  store<u64>(table, multiplier, 8);
  for (let index = 0; index < node.branches.length; index++) {
    const branch = node.branches[index];
    const keySize = String.UTF8.byteLength(branch.key);
    const key = heap.alloc(keySize + 16);
    memory.fill(key, 0, keySize + 16);
    String.UTF8.encodeUnsafe(changetype<usize>(branch.key), branch.key.length, key);
    const word = firstBytes(key, keySize);
    const entry = table + NODE_HEADER + bucketOf(word, keySize, multiplier, shift) * ENTRY_SIZE;
    if (load<u32>(entry, 8) != 0) {
      heap.free(key);
      heap.free(table);
      return 0;
    }
    store<u64>(entry, word);
    store<u32>(entry, keySize + 1, 8);
    store<u32>(entry, <u32>key, 12);
    store<i32>(entry, branch.slot, 20);
  }
  return table;
}

function linkChildren(node: Node, table: usize): void {
  const indexes = new Array<u64>();
  for (let at = 0; at < node.branches.length; at++) {
    const branch = node.branches[at];
    const keyBytes = String.UTF8.encode(branch.key);
    const padded = heap.alloc(keyBytes.byteLength + 16);
    memory.fill(padded, 0, keyBytes.byteLength + 16);
    memory.copy(padded, changetype<usize>(keyBytes), keyBytes.byteLength);
    const entry = findEntry(table, padded, keyBytes.byteLength);
    heap.free(padded);
    const child = branch.child;
    if (child !== null) store<u32>(entry, <u32>compileNode(child), 16);
    const index = arrayIndex(branch.key);
    if (index >= 0) indexes.push((<u64>index << 32) | <u64>entry);
  }
  if (indexes.length == 0) return;
  indexes.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const list = heap.alloc(indexes.length << 3);
  for (let at = 0; at < indexes.length; at++) {
    store<u32>(list + (at << 3), <u32>(indexes[at] >> 32));
    store<u32>(list + (at << 3), <u32>indexes[at], 4);
  }
  store<u32>(table, <u32>list, 16);
  store<u32>(table, indexes.length, 20);
}

/** The number of a key like `0` or `17`, or -1. */
function arrayIndex(key: string): i64 {
  if (key.length == 0 || key.length > 9) return -1;
  let value: i64 = 0;
  for (let at = 0; at < key.length; at++) {
    const digit = key.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
