// Lines that match a regular expression, its groups being the parts. A line is read once, from front to back, a table
// saying for each byte what follows: the time grows with its length and with nothing else, whatever a client writes.
//
// Table: a row for each state, of cells u32: 0 the ending of a line that ends here (0: it may not), from 1 on, by the
//        class of the byte: row of the next state, in cells, << 12 | loops << 11 | action. 0 is no way on.
// Registers: for each thread a row of u32, for each part where it begins and where it ends; 0 is nowhere.
// Action: offset of the only register that it notes << 1 | 1, or the address of: count of copies u32, count of notes
//         u32, then of each copy the offset u32 from which and to which a row goes, then of each note that of the
//         register. Copies follow each other.

import { LineFormat, notePart } from './line-format';
import { Machine, PatternAction, TOO_OPEN } from './pattern/pattern-compile';
import { parsePattern } from './pattern/pattern-parse';

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
  /** Those in use, and a row for each of them on the way to another. */
  private registers: usize = 0;

  /**
   * The whole line has to match `expression`: literals, `.`, `[…]`, `\d \w \s` and their opposites, `( )`, `(?: )`,
   * `(?<name> )`, `|`, `* + ? {m,n}` as often as possible, or with a `?` behind as rarely. Throws if it is
   * not valid. Without `wanted` all parts are noted.
   */
  constructor(private readonly expression: string, wanted: bool[] | null = null) {
    super();
    const parsed = parsePattern(expression);
    for (let index = 0; index < parsed.names.length; index++) this.names.push(parsed.names[index]);
    this.stride = ((<usize>this.names.length << 3) + 15) & ~15;
    this.makeTable(new Machine(parsed.root, wanted));
  }

  /** A pattern of its own: what it does not note costs nothing. */
  narrowedTo(wanted: bool[]): LineFormat {
    const narrow = new Pattern(this.expression, wanted);
    narrow.missing = this.missing;
    return narrow;
  }

  split(start: usize, end: usize, slots: usize): bool {
    const table = this.table;
    const classes = this.classes;
    const actions = this.actions;
    const loops = this.loops;
    const registers = this.registers;
    let row = this.first;
    let at = start;
    clearWords(registers, this.stride);
    while (at < end) {
      const cell = load<u32>(row + (<usize>load<u8>(classes + load<u8>(at)) << 2));
      const action = cell & ACTION_MASK;
      if (action != 0) {
        const described = load<u32>(actions + (<usize>action << 2));
        if ((described & 1) != 0) store<u32>(registers + (described >> 1), <u32>at);
        else this.act(described, at);
      }
      const next = <usize>(cell >> ROW_SHIFT) << 2;
      if ((cell & LOOPS) != 0) {
        at = skipLoop(load<u32>(loops + next), at + 1, end);
        row = table + next;
        continue;
      }
      if (next == 0) {
        this.failedAt = at;
        return false;
      }
      row = table + next;
      at++;
    }
    this.failedAt = end;
    const ending = load<u32>(row);
    if (ending == 0) return false;
    this.noteParts(unchecked(this.endings[ending - 1]), end, slots);
    return true;
  }

  private act(action: usize, at: usize): void {
    const registers = this.registers;
    const stride = this.stride;
    let entry = action + 8;
    for (const end = entry + (<usize>load<u32>(action) << 3); entry < end; entry += 8) {
      copyWords(registers + load<u32>(entry, 4), registers + load<u32>(entry), stride);
    }
    for (const end = entry + (<usize>load<u32>(action, 4) << 2); entry < end; entry += 4) {
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
    this.registers = heap.alloc(2 * <usize>machine.threadsMax * this.stride + 16);
    for (let byte = 0; byte < 256; byte++) store<u8>(this.classes + byte, <u8>(1 + machine.classOf[byte]));
    this.actions = heap.alloc(<usize>machine.actions.length << 2);
    for (let index = 0; index < machine.actions.length; index++) {
      const described = describeAction(machine.actions[index], machine.threadsMax, <u32>this.stride);
      store<u32>(this.actions + (<usize>index << 2), <u32>described);
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

function describeAction(action: PatternAction, threadsMax: i32, stride: u32): usize {
  const notes = new Array<u32>();
  for (let thread = 0; thread < action.sources.length; thread++) {
    for (let bit = 0; bit < 64; bit++) {
      if (((action.notes[thread] >> <u64>bit) & 1) != 0) notes.push(<u32>thread * stride + (<u32>bit << 2));
    }
  }
  const copies = copiesOf(action.sources, threadsMax);
  if (copies.length == 0 && notes.length == 1) return (<usize>notes[0] << 1) | 1;
  const at = heap.alloc(<usize>(2 + copies.length + notes.length) << 2);
  store<u32>(at, copies.length >> 1);
  store<u32>(at, notes.length, 4);
  let entry = at + 8;
  for (let index = 0; index < copies.length; index++, entry += 4) store<u32>(entry, <u32>copies[index] * stride);
  for (let index = 0; index < notes.length; index++, entry += 4) store<u32>(entry, notes[index]);
  return at;
}

/** Pairs of rows, from and to, in an order in which none is written that is still to be read. */
function copiesOf(sources: i32[], threadsMax: i32): i32[] {
  let isUp = true;
  let isDown = true;
  for (let thread = 0; thread < sources.length; thread++) {
    if (sources[thread] > thread) isUp = false;
    if (sources[thread] < thread) isDown = false;
  }
  const copies = new Array<i32>();
  for (let index = 0; index < sources.length; index++) {
    const thread = isUp ? sources.length - 1 - index : index;
    if (sources[thread] == thread) continue;
    copies.push(sources[thread]);
    copies.push(isUp || isDown ? thread : threadsMax + thread);
  }
  if (isUp || isDown) return copies;
  // By a row that is nobody's.
  for (let thread = 0; thread < sources.length; thread++) {
    if (sources[thread] == thread) continue;
    copies.push(threadsMax + thread);
    copies.push(thread);
  }
  return copies;
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
