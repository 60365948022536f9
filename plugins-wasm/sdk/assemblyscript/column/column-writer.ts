// The answer of `extract`: cells, inline values, and what is new in the dictionaries (layout: `columns` in
// the WIT file).

import { ANSWER } from '../memory';
import { Additions, Dictionary, NOT_INTERNED } from './dictionary';
import { GrowingBuffer } from './growing-buffer';

const INLINE: u32 = 0x8000_0000;
const IN_SCRATCH: u32 = 0x8000_0000;
/** Buffers larger than this are given back after an unusual batch. */
const KEEP_MAX: usize = 4 << 20;

export class ColumnWriter {
  private cells: GrowingBuffer = new GrowingBuffer();
  private texts: GrowingBuffer = new GrowingBuffer();
  private numbers: GrowingBuffer = new GrowingBuffer();
  private lists: GrowingBuffer = new GrowingBuffer();
  /** Values that are made rather than found; `make` and `keepMade` write here. */
  private scratch: GrowingBuffer = new GrowingBuffer();
  private additions: Additions = new Additions();
  private dictionaries: Dictionary[] = [];
  private isUnique: bool[] = [];
  private epoch: u32 = 0;
  private eventCount: u32 = 0;
  private data: usize = 0;
  private dataEnd: usize = 0;
  private listStart: usize = 0;

  /** Where the value being written goes. */
  private request: i32 = 0;
  private cell: usize = 0;

  /** `isUnique[r]`: values of request r hardly repeat and are not interned. */
  configure(isUnique: bool[]): void {
    this.isUnique = isUnique;
    this.dictionaries = new Array<Dictionary>(isUnique.length);
    for (let index = 0; index < isUnique.length; index++) this.dictionaries[index] = new Dictionary();
    this.clearDictionaries();
  }

  startBatch(data: usize, dataSize: usize, eventCount: u32): void {
    this.texts.shrink(KEEP_MAX);
    this.scratch.shrink(KEEP_MAX);
    this.lists.shrink(KEEP_MAX);
    this.texts.clear();
    this.numbers.clear();
    this.lists.clear();
    this.scratch.clear();
    this.cells.clear();
    if (this.additions.isFull) this.clearDictionaries();
    this.additions.startAnswer();
    this.data = data;
    this.dataEnd = data + dataSize;
    this.eventCount = eventCount;
    const size: usize = <usize>this.isUnique.length * <usize>eventCount * 4;
    memory.fill(this.cells.room(size), 0, size);
    this.cells.use(size);
  }

  // @ts-ignore: decorator
  @inline
  startValue(request: i32, event: u32): void {
    this.request = request;
    this.cell = ((<usize>request * this.eventCount + event) << 2);
  }

  /** Bytes that lie in the batch, or anywhere else until the batch is answered (then they are copied). */
  writeBytes(start: usize, size: usize): void {
    store<u32>(this.cells.address + this.cell, this.bytesCell(start, size));
  }

  writeNumber(value: u64): void {
    store<u32>(this.cells.address + this.cell, this.numberCell(value));
  }

  startList(): void {
    this.listStart = this.lists.size;
    this.lists.pushU32(0);
  }

  addToList(start: usize, size: usize): void {
    const cell = this.bytesCell(start, size);
    this.lists.pushU32(cell);
    const count = this.lists.address + this.listStart;
    store<u32>(count, load<u32>(count) + 1);
  }

  /** A list without elements is absent. */
  endList(): void {
    const count = load<u32>(this.lists.address + this.listStart);
    if (count == 0) {
      this.lists.size = this.listStart;
      return;
    }
    store<u32>(this.cells.address + this.cell, INLINE | <u32>(this.listStart >> 2));
  }

  /** Room for a value of at most `size` bytes that is being made; `finish` it with what was used. */
  room(size: usize): usize {
    return this.scratch.room(size);
  }

  /** The made value of `size` bytes becomes the cell. */
  writeMade(size: usize): void {
    const start = this.scratch.address + this.scratch.size;
    store<u32>(this.cells.address + this.cell, this.madeCell(start, size));
  }

  addMadeToList(size: usize): void {
    const start = this.scratch.address + this.scratch.size;
    const cell = this.madeCell(start, size);
    this.lists.pushU32(cell);
    const count = this.lists.address + this.listStart;
    store<u32>(count, load<u32>(count) + 1);
  }

  /** The address of the answer, laid out as the canonical ABI wants it. */
  answer(): usize {
    memory.fill(ANSWER, 0, 72);
    put(0, this.cells, 2);
    put(8, this.texts, 2);
    put(16, this.numbers, 3);
    put(24, this.lists, 2);
    put(32, this.scratch, 0);
    put(40, this.additions.requests, 1);
    put(48, this.additions.ends, 2);
    const start = this.additions.valuesStart;
    const size = this.additions.values.size - start;
    store<u32>(ANSWER + 56, size == 0 ? 1 : <u32>(this.additions.values.address + start));
    store<u32>(ANSWER + 60, <u32>size);
    store<u32>(ANSWER + 64, this.epoch);
    return ANSWER;
  }

  private madeCell(start: usize, size: usize): u32 {
    const interned = this.intern(start, size);
    if (interned != NOT_INTERNED) return interned;
    const offset = this.scratch.size;
    this.scratch.use(size);
    return this.textCell(<u32>offset | IN_SCRATCH, size);
  }

  private bytesCell(start: usize, size: usize): u32 {
    const interned = this.intern(start, size);
    if (interned != NOT_INTERNED) return interned;
    if (start >= this.data && start + size <= this.dataEnd) {
      return this.textCell(<u32>(start - this.data), size);
    }
    const offset = this.scratch.size;
    this.scratch.pushBytes(start, size);
    return this.textCell(<u32>offset | IN_SCRATCH, size);
  }

  private intern(start: usize, size: usize): u32 {
    if (unchecked(this.isUnique[this.request])) return NOT_INTERNED;
    const dictionary = unchecked(this.dictionaries[this.request]);
    const identifier = dictionary.intern(start, size, this.additions);
    if (dictionary.isNew) this.additions.note(<u16>this.request);
    return identifier;
  }

  private textCell(start: u32, size: usize): u32 {
    const index = <u32>(this.texts.size >> 3);
    this.texts.pushU32(start);
    this.texts.pushU32(<u32>size);
    return INLINE | index;
  }

  private numberCell(value: u64): u32 {
    const index = <u32>(this.numbers.size >> 3);
    this.numbers.pushU64(value);
    return INLINE | index;
  }

  private clearDictionaries(): void {
    this.epoch++;
    this.additions.clear();
    for (let index = 0; index < this.dictionaries.length; index++) this.dictionaries[index].clear();
  }
}

/** One list of the answer; the address of an empty one only has to be aligned. */
function put(offset: usize, buffer: GrowingBuffer, sizeShift: usize): void {
  store<u32>(ANSWER + offset, buffer.size == 0 ? 8 : <u32>buffer.address);
  store<u32>(ANSWER + offset + 4, <u32>(buffer.size >> sizeShift));
}
