// Lines that match a regular expression, its groups being the parts. A line is read once, from front to back, a table
// saying for each byte what follows: the time grows with its length and with nothing else, whatever a client writes.
//
// Table: a row for each state, of cells u32: 0 the ending of a line that ends here (0: it may not), from 1 on, by the
//        class of the byte: row of the next state, in cells, << 12 | loops << 11 | action. 0 is no way on.
// Registers: for each thread a row of u32, for each part where it begins and where it ends; 0 is nowhere.
// Action: count of threads u32 (0: all keep their registers), count of notes u32, then of each thread the offset u32
//         of the registers that it takes, then the offset u32 of each register that is noted.

import { LineFormat, notePart } from './line-format';
import { Machine, PatternAction, TOO_OPEN } from './pattern-compile';
import { parsePattern } from './pattern-parse';

const ACTION_BITS: u32 = 11;
const ACTION_MASK: u32 = (1 << ACTION_BITS) - 1;
const LOOPS: u32 = 1 << ACTION_BITS;
const ROW_SHIFT: u32 = ACTION_BITS + 1;
/** So many cells have a number in 20 bits. */
const CELLS_MAX: i32 = 1 << 20;
/** Two ranges of bytes that end a loop: first and width of each, sixteen times each. */
const LOOP_SIZE: usize = 64;

class Ending {
  constructor(readonly thread: i32, readonly notes: u64) {}
}

export class Pattern extends LineFormat {
  private readonly classes: usize = heap.alloc(256);
  private table: usize = 0;
  /** By the row, in cells: where its loop is described. */
  private loops: usize = 0;
  private first: usize = 0;
  /** By the number of the action: where it is described. */
  private actions: usize = 0;
  private readonly endings: Ending[] = [];
  /** Bytes of the registers of a thread: whole words of 16. */
  private readonly stride: usize;
  /** Those in use, and as much room again. */
  private registers: usize = 0;
  private spare: usize = 0;

  /**
   * The whole line has to match `expression`: literals, `.`, `[…]`, `\d \w \s` and their opposites, `( )`, `(?: )`,
   * `(?<name> )`, `|`, `* + ? {m,n}` as often as possible, or with a `?` behind as rarely. Throws when it is none.
   */
  constructor(expression: string) {
    super();
    const parsed = parsePattern(expression);
    for (let index = 0; index < parsed.names.length; index++) this.names.push(parsed.names[index]);
    this.stride = ((<usize>this.names.length << 3) + 15) & ~15;
    this.makeTable(new Machine(parsed.root));
  }

  split(start: usize, end: usize, slots: usize): bool {
    const table = this.table;
    const classes = this.classes;
    let row = this.first;
    let at = start;
    clearWords(this.registers, this.stride);
    while (at < end) {
      const cell = load<u32>(row + (<usize>load<u8>(classes + load<u8>(at)) << 2));
      if (cell == 0) {
        this.failedAt = at;
        return false;
      }
      const action = cell & ACTION_MASK;
      if (action != 0) this.act(load<u32>(this.actions + (<usize>action << 2)), at);
      const next = <usize>(cell >> ROW_SHIFT) << 2;
      row = table + next;
      at++;
      if ((cell & LOOPS) != 0) at = skipLoop(load<u32>(this.loops + next), at, end);
    }
    this.failedAt = end;
    const ending = load<u32>(row);
    if (ending == 0) return false;
    this.noteParts(unchecked(this.endings[ending - 1]), end, slots);
    return true;
  }

  private act(action: usize, at: usize): void {
    const threads = load<u32>(action);
    const notes = load<u32>(action, 4);
    let entry = action + 8;
    if (threads > 0) {
      const fresh = this.spare;
      const stride = this.stride;
      for (let thread: u32 = 0, to = fresh; thread < threads; thread++, to += stride) {
        copyWords(to, this.registers + load<u32>(entry), stride);
        entry += 4;
      }
      this.spare = this.registers;
      this.registers = fresh;
    }
    const registers = this.registers;
    for (const end = entry + (<usize>notes << 2); entry < end; entry += 4) {
      store<u32>(registers + load<u32>(entry), <u32>at);
    }
  }

  private noteParts(ending: Ending, end: usize, slots: usize): void {
    let at = this.registers + <usize>ending.thread * this.stride;
    const notes = ending.notes;
    for (let part = 0, n = this.names.length; part < n; part++) {
      const bits = notes >> <u64>(2 * part);
      const from = (bits & 1) != 0 ? end : <usize>load<u32>(at);
      const to = (bits & 2) != 0 ? end : <usize>load<u32>(at, 4);
      if (from != 0 && to >= from) notePart(slots, part, from, to);
      at += 8;
    }
  }

  private makeTable(machine: Machine): void {
    const width = 1 + machine.classCount;
    const states = machine.states;
    // Row 0 is nobody's: a cell 0 leads nowhere.
    const cells = (states.length + 1) * width;
    if (cells >= CELLS_MAX || machine.actions.length > <i32>ACTION_MASK) throw new Error(TOO_OPEN);
    const size = <usize>cells << 2;
    this.table = heap.alloc(size);
    this.loops = heap.alloc(size);
    memory.fill(this.table, 0, size);
    this.first = this.table + (<usize>width << 2);
    this.registers = heap.alloc(<usize>machine.threadsMax * this.stride + 16);
    this.spare = heap.alloc(<usize>machine.threadsMax * this.stride + 16);
    for (let byte = 0; byte < 256; byte++) store<u8>(this.classes + byte, <u8>(1 + machine.classOf[byte]));
    this.actions = heap.alloc(<usize>machine.actions.length << 2);
    for (let index = 0; index < machine.actions.length; index++) {
      store<u32>(this.actions + (<usize>index << 2), <u32>describeAction(machine.actions[index], <u32>this.stride));
    }
    for (let index = 0; index < states.length; index++) {
      const state = states[index];
      const row = (index + 1) * width;
      if (state.lastThread >= 0) {
        this.endings.push(new Ending(state.lastThread, state.lastNotes));
        store<u32>(this.table + (<usize>row << 2), this.endings.length);
      }
      for (let group = 0; group < machine.classCount; group++) {
        const next = state.next[group];
        if (next < 0) continue;
        const loops = states[next].loop.length > 0 ? LOOPS : 0;
        const cell = (<u32>((next + 1) * width) << ROW_SHIFT) | loops | <u32>state.actions[group];
        store<u32>(this.table + (<usize>(row + 1 + group) << 2), cell);
      }
      if (state.loop.length > 0) store<u32>(this.loops + (<usize>row << 2), <u32>describeLoop(state.loop));
    }
  }
}

function describeAction(action: PatternAction, stride: u32): usize {
  const notes = new Array<u32>();
  for (let thread = 0; thread < action.sources.length; thread++) {
    for (let bit = 0; bit < 64; bit++) {
      if (((action.notes[thread] >> <u64>bit) & 1) != 0) notes.push(<u32>thread * stride + (<u32>bit << 2));
    }
  }
  const threads = action.isInPlace ? 0 : action.sources.length;
  const at = heap.alloc(<usize>(2 + threads + notes.length) << 2);
  store<u32>(at, threads);
  store<u32>(at, notes.length, 4);
  let entry = at + 8;
  for (let thread = 0; thread < threads; thread++, entry += 4) store<u32>(entry, <u32>action.sources[thread] * stride);
  for (let index = 0; index < notes.length; index++, entry += 4) store<u32>(entry, notes[index]);
  return at;
}

// Small sizes: `memory.copy` and `memory.fill` leave the module, which takes longer than the work.

// @ts-ignore: decorator
@inline
function copyWords(to: usize, from: usize, size: usize): void {
  for (let offset: usize = 0; offset < size; offset += 16) v128.store(to + offset, v128.load(from + offset));
}

// @ts-ignore: decorator
@inline
function clearWords(at: usize, size: usize): void {
  for (let offset: usize = 0; offset < size; offset += 16) v128.store(at + offset, i64x2.splat(0));
}

function describeLoop(ranges: u8[]): usize {
  const at = heap.alloc(LOOP_SIZE);
  v128.store(at, i8x16.splat(ranges[0]));
  v128.store(at, i8x16.splat(ranges[1] - ranges[0]), 16);
  v128.store(at, i8x16.splat(ranges[2]), 32);
  v128.store(at, i8x16.splat(ranges[3] - ranges[2]), 48);
  return at;
}

// @ts-ignore: decorator
@inline
function skipLoop(loop: usize, start: usize, end: usize): usize {
  const firstA = v128.load(loop);
  const widthA = v128.load(loop, 16);
  const firstB = v128.load(loop, 32);
  const widthB = v128.load(loop, 48);
  for (let at = start; at < end; at += 16) {
    const bytes = v128.load(at);
    const isA = i8x16.le_u(i8x16.sub(bytes, firstA), widthA);
    const isB = i8x16.le_u(i8x16.sub(bytes, firstB), widthB);
    const found = i8x16.bitmask(v128.or(isA, isB));
    if (found != 0) return min(at + ctz(found), end);
  }
  return end;
}
