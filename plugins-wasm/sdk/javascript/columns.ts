// The answer of `extract`: cells, inline values, and what is new in the dictionaries (layout: `columns` in the WIT
// file).

const INLINE = 0x8000_0000;
const IN_SCRATCH = 0x8000_0000;
/** Values a request may have in its dictionary; further ones are inline. */
const ENTRIES_MAX = 4096;
/** Longer values hardly repeat. */
const INTERNED_LENGTH_MAX = 256;
/** Over all dictionaries of a plan, before all of them start again. */
const INTERNED_SIZE_MAX = 4 << 20;

export interface Columns {
  readonly cells: Uint32Array;
  readonly texts: Uint32Array;
  readonly numbers: BigUint64Array;
  readonly lists: Uint32Array;
  readonly scratch: Uint8Array;
  readonly dictRequests: Uint16Array;
  readonly dictEnds: Uint32Array;
  readonly dictData: Uint8Array;
  readonly dictEpoch: number;
}

export class ColumnWriter {
  private readonly requestCount: number;
  private readonly dictionaries: Map<string, number>[];
  private epoch = 0;
  private internedSize = 0;
  private cells = new Uint32Array();
  private texts: number[] = [];
  private numbers: bigint[] = [];
  private lists: number[] = [];
  private readonly scratch = new ByteBuffer();
  private dictRequests: number[] = [];
  private dictEnds: number[] = [];
  private readonly dictData = new ByteBuffer();

  constructor(requestCount: number) {
    this.requestCount = requestCount;
    this.dictionaries = Array.from({ length: requestCount }, () => new Map<string, number>());
  }

  startBatch(eventCount: number): void {
    this.cells = new Uint32Array(this.requestCount * eventCount);
    this.texts = [];
    this.numbers = [];
    this.lists = [];
    this.dictRequests = [];
    this.dictEnds = [];
    this.scratch.clear();
    this.dictData.clear();
    if (this.internedSize <= INTERNED_SIZE_MAX) return;
    for (const dictionary of this.dictionaries) dictionary.clear();
    this.internedSize = 0;
    this.epoch++;
  }

  set(index: number, cell: number): void {
    this.cells[index] = cell;
  }

  /** A value that is seen again is handed over once. `bytes`: of it, if it is not the text itself. */
  interned(request: number, key: string, bytes: Uint8Array | string): number {
    const dictionary = this.dictionaries[request];
    const known = dictionary?.get(key);
    if (known !== undefined) return known;
    const isFull = dictionary === undefined || dictionary.size >= ENTRIES_MAX;
    if (isFull || key.length > INTERNED_LENGTH_MAX) return this.inline(bytes);
    const identifier = dictionary.size + 1;
    dictionary.set(key, identifier);
    const start = this.dictData.size;
    this.dictData.add(bytes);
    this.internedSize += this.dictData.size - start;
    this.dictRequests.push(request);
    this.dictEnds.push(this.dictData.size);
    return identifier;
  }

  inline(bytes: Uint8Array | string): number {
    const start = this.scratch.size;
    this.scratch.add(bytes);
    this.texts.push(start + IN_SCRATCH, this.scratch.size - start);
    return INLINE + this.texts.length / 2 - 1;
  }

  number(value: bigint): number {
    this.numbers.push(value);
    return INLINE + this.numbers.length - 1;
  }

  list(elements: readonly number[]): number {
    const start = this.lists.length;
    this.lists.push(elements.length);
    for (const element of elements) this.lists.push(element);
    return INLINE + start;
  }

  answer(): Columns {
    return {
      cells: this.cells,
      texts: Uint32Array.from(this.texts),
      numbers: BigUint64Array.from(this.numbers),
      lists: Uint32Array.from(this.lists),
      scratch: this.scratch.bytes(),
      dictRequests: Uint16Array.from(this.dictRequests),
      dictEnds: Uint32Array.from(this.dictEnds),
      dictData: this.dictData.bytes(),
      dictEpoch: this.epoch,
    };
  }
}

const encoder = new TextEncoder();
/** UTF-8 has at most so many bytes for a unit of UTF-16. */
const UTF8_UNIT_SIZE_MAX = 3;

/** Bytes that grow. */
class ByteBuffer {
  private room = new Uint8Array(4096);
  size = 0;

  clear(): void {
    this.size = 0;
  }

  add(value: Uint8Array | string): void {
    const isText = typeof value === 'string';
    const sizeMax = isText ? value.length * UTF8_UNIT_SIZE_MAX : value.length;
    if (this.size + sizeMax > this.room.length) this.grow(this.size + sizeMax);
    if (isText) this.size += encoder.encodeInto(value, this.room.subarray(this.size)).written;
    else {
      this.room.set(value, this.size);
      this.size += value.length;
    }
  }

  bytes(): Uint8Array {
    return this.room.subarray(0, this.size);
  }

  private grow(size: number): void {
    const grown = new Uint8Array(Math.max(size, 2 * this.room.length));
    grown.set(this.bytes());
    this.room = grown;
  }
}
