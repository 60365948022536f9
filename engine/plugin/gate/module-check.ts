/*
 * One linear pass over a core module before anything compiles it. Compilers copy what they know of a function's
 * locals wherever branches meet: 49,000 locals with 3,000 blocks, 21 kB in all, take 1.8 GB, and a thread that
 * compiles cannot be ended. So numbers are capped, and only instructions that every supported Node has are let through:
 * WebAssembly 2.0 with relaxed SIMD. Exceptions, tail calls, garbage collection, threads, memory64, several memories:
 * no toolchain needs them for a plugin, and a guest must not catch what the host throws.
 * Format: WebAssembly core specification 5.4 and 5.5.
 */

import { LIMITS } from '../../base/limits.ts';
import { BinaryReader, MalformedBinary, readSections } from '../file/wasm-binary.ts';

const TAG_SECTION = 13;
const CODE_SECTION = 10;
/** Entries by section; sections that are not listed have no vector, or are capped elsewhere. */
const COUNTED_SECTIONS: Readonly<Record<number, readonly [what: string, most: number]>> = {
  1: ['types', LIMITS.moduleTypesMax.value],
  2: ['imports', LIMITS.moduleImportsMax.value],
  3: ['functions', LIMITS.moduleFunctionsMax.value],
  4: ['tables', LIMITS.moduleTablesMax.value],
  6: ['globals', LIMITS.moduleGlobalsMax.value],
  7: ['exports', LIMITS.moduleImportsMax.value],
  9: ['elements', LIMITS.moduleGlobalsMax.value],
  11: ['data segments', LIMITS.moduleGlobalsMax.value],
};

/** Throws `MalformedBinary` with the limit exceeded or rule broken. About 10 ns an instruction. */
export function checkModule(module: Uint8Array): void {
  for (const { id, body, end } of readSections(module)) {
    if (id === TAG_SECTION) throw new MalformedBinary('a core module has exceptions');
    const counted = COUNTED_SECTIONS[id];
    if (counted !== undefined) {
      const [what, most] = counted;
      atMost(new BinaryReader(module, body, end).unsigned(), most, `${what} in a core module`);
    }
    if (id === CODE_SECTION) checkCode(module, new BinaryReader(module, body, end));
  }
}

function atMost(count: number, most: number, what: string): void {
  if (count > most) throw new MalformedBinary(`${count} ${what}, the limit is ${most}`);
}

function checkCode(module: Uint8Array, section: BinaryReader): void {
  const count = section.unsigned();
  atMost(count, LIMITS.moduleFunctionsMax.value, 'function bodies in a core module');
  for (let index = 0; index < count; index++) {
    const size = section.unsigned();
    const end = section.offset + size;
    atMost(size, LIMITS.functionSizeMax.value, 'bytes in a function');
    if (end > module.length) throw new MalformedBinary('a function ends outside of its section');
    const reader = new BinaryReader(module, section.offset, end);
    const locals = readLocals(reader);
    const branches = countBranches(module, reader.offset, end);
    atMost(locals * branches, LIMITS.functionStateMax.value, 'locals × branches in a function');
    section.skipTo(end);
  }
}

function readLocals(reader: BinaryReader): number {
  let locals = 0;
  for (let groups = reader.unsigned(); groups > 0; groups--) {
    locals += reader.unsigned();
    reader.unsigned();
  }
  atMost(locals, LIMITS.functionLocalsMax.value, 'locals in a function');
  return locals;
}

/** What follows an instruction: so many LEB128 numbers, then so many bytes; below zero: see `skipImmediates`. */
const [NONE, ONE, TWO] = [0, 1, 2];
const [MEMORY, BRANCH_TABLE, TYPES, BYTES_4, BYTES_8, PREFIX_BULK, PREFIX_SIMD, REFUSED] = [
  -1, -2, -3, -4, -5, -6, -7, -8,
] as const;

const IMMEDIATES = new Int8Array(256).fill(REFUSED);
const put = (from: number, to: number, kind: number): void => {
  IMMEDIATES.fill(kind, from, to + 1);
};
put(0x00, 0x01, NONE);
put(0x02, 0x04, ONE); // block, loop, if
put(0x05, 0x05, NONE); // else
put(0x0b, 0x0b, NONE); // end
put(0x0c, 0x0d, ONE); // br, br_if
put(0x0e, 0x0e, BRANCH_TABLE);
put(0x0f, 0x0f, NONE); // return
put(0x10, 0x10, ONE); // call
put(0x11, 0x11, TWO); // call_indirect
put(0x1a, 0x1b, NONE); // drop, select
put(0x1c, 0x1c, TYPES); // select with types
put(0x20, 0x26, ONE); // locals, globals, tables
put(0x28, 0x3e, MEMORY);
put(0x3f, 0x40, ONE); // memory.size, memory.grow
put(0x41, 0x42, ONE); // i32.const, i64.const
put(0x43, 0x43, BYTES_4);
put(0x44, 0x44, BYTES_8);
put(0x45, 0xc4, NONE); // comparisons, arithmetic, conversions
put(0xd0, 0xd0, ONE); // ref.null
put(0xd1, 0xd1, NONE); // ref.is_null
put(0xd2, 0xd2, ONE); // ref.func
put(0xfc, 0xfc, PREFIX_BULK);
put(0xfd, 0xfd, PREFIX_SIMD);

/** LEB128 numbers behind 0xfc and the number of the instruction. */
const BULK_IMMEDIATES = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1];
const FIRST_BRANCH = 0x02;
const LAST_BLOCK = 0x05;

/** Places where the states of locals may meet. */
function countBranches(module: Uint8Array, start: number, end: number): number {
  const cursor = new InstructionCursor(module, start, end);
  let branches = 0;
  while (cursor.offset < end) {
    const code = module[cursor.offset]!;
    cursor.skipByte();
    if ((code >= FIRST_BRANCH && code <= LAST_BLOCK) || code === 0x0c || code === 0x0d)
      branches += 1;
    const kind = IMMEDIATES[code]!;
    if (kind === ONE) cursor.skipNumber();
    else if (kind !== NONE) branches += cursor.skipImmediates(code, kind);
  }
  if (cursor.offset !== end) throw new MalformedBinary('a function ends within an instruction');
  return branches;
}

class InstructionCursor {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #offset: number;

  constructor(bytes: Uint8Array, offset: number, end: number) {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#end = end;
  }

  /** Offset of the next byte. */
  get offset(): number {
    return this.#offset;
  }

  skipByte(): void {
    this.#offset += 1;
  }

  skipNumber(): void {
    while (this.#offset < this.#end && this.#bytes[this.#offset]! >= 0x80) this.#offset += 1;
    this.#offset += 1;
  }

  /** Answers the branches of a branch table. */
  skipImmediates(code: number, kind: number): number {
    switch (kind) {
      case TWO:
        this.#skipNumbers(2);
        return 0;
      case MEMORY:
        this.#skipMemoryArgument();
        return 0;
      case BRANCH_TABLE: {
        const targets = this.#number() + 1;
        this.#skipNumbers(targets);
        return targets;
      }
      case TYPES:
        this.#skipNumbers(this.#number());
        return 0;
      case BYTES_4:
      case BYTES_8:
        this.#offset += kind === BYTES_4 ? 4 : 8;
        return 0;
      case PREFIX_BULK: {
        const numbers = BULK_IMMEDIATES[this.#number()];
        if (numbers === undefined) return refuse(code);
        this.#skipNumbers(numbers);
        return 0;
      }
      case PREFIX_SIMD:
        this.#skipSimd(this.#number());
        return 0;
      default:
        return refuse(code);
    }
  }

  #skipSimd(instruction: number): void {
    const isMemory = instruction <= 11 || (instruction >= 84 && instruction <= 93);
    const isLane =
      (instruction >= 21 && instruction <= 34) || (instruction >= 84 && instruction <= 91);
    if (isMemory) this.#skipMemoryArgument();
    // v128.const, i8x16.shuffle
    if (instruction === 12 || instruction === 13) this.#offset += 16;
    if (isLane) this.#offset += 1;
    if (instruction > 0x113) refuse(0xfd);
  }

  #skipMemoryArgument(): void {
    // Bit 6 of the alignment: another memory than the first follows.
    if ((this.#number() & 0x40) !== 0)
      throw new MalformedBinary('a core module has several memories');
    this.skipNumber();
  }

  #skipNumbers(count: number): void {
    atMost(count, this.#end - this.#offset, 'numbers behind an instruction');
    for (let index = 0; index < count; index++) this.skipNumber();
  }

  #number(): number {
    const reader = new BinaryReader(this.#bytes, this.#offset, this.#end);
    const value = reader.unsigned();
    this.#offset = reader.offset;
    return value;
  }
}

function refuse(code: number): never {
  const shown = code.toString(16).padStart(2, '0');
  throw new MalformedBinary(
    `a core module has an instruction 0x${shown}, which plugins may not use`,
  );
}
