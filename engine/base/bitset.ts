/*
 * Sets of row numbers of a batch, 32 to a word. DATA PLANE: callers own the arrays; nothing allocates
 * but `createBitset`. Bits beyond the batch's rows are kept zero by whoever sets or inverts.
 */

export type Bitset = Uint32Array;

export function wordCount(rowCount: number): number {
  return (rowCount + 31) >> 5;
}

export function createBitset(rowsMax: number): Bitset {
  return new Uint32Array(wordCount(rowsMax));
}

export function setAll(bits: Bitset, rowCount: number): void {
  const words = wordCount(rowCount);
  bits.fill(0xffff_ffff, 0, words);
  const rest = rowCount & 31;
  if (rest !== 0) bits[words - 1] = 0xffff_ffff >>> (32 - rest);
}

/** Answers whether anything is left. */
export function andInto(target: Bitset, other: Bitset, words: number): boolean {
  let any = 0;
  for (let word = 0; word < words; word++) any |= target[word]! &= other[word]!;
  return any !== 0;
}

export function andNotInto(target: Bitset, other: Bitset, words: number): boolean {
  let any = 0;
  for (let word = 0; word < words; word++) any |= target[word]! &= ~other[word]!;
  return any !== 0;
}

export function orInto(target: Bitset, other: Bitset, words: number): void {
  for (let word = 0; word < words; word++) target[word]! |= other[word]!;
}

/** Calls are made for few rows only: matches and candidates. */
export function forEachBit(bits: Bitset, words: number, onRow: (row: number) => void): void {
  for (let word = 0; word < words; word++) {
    let rest = bits[word]!;
    while (rest !== 0) {
      const lowest = rest & -rest;
      onRow((word << 5) + 31 - Math.clz32(lowest));
      rest ^= lowest;
    }
  }
}
