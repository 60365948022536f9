// The elements of a JSON array, one after the other, and the wanted members of each.

import { GrowingBuffer } from './column/growing-buffer';
import { skipBlanks, valueEnd } from './json-bytes';
import { PointerSet } from './json/json-pointers';
import { unescapeTo } from './json-text';
import { Walker } from './json/json-walk';
import { Kind } from './slots';

/** Element after element of an array: `while (cursor.next()) …` with `start` and `end` of each. */
export class ElementCursor {
  start: usize = 0;
  end: usize = 0;
  private at: usize = 0;
  private limit: usize = 0;

  over(start: usize, end: usize): ElementCursor {
    this.at = start;
    this.limit = end;
    return this;
  }

  next(): bool {
    let at = skipBlanks(this.at, this.limit);
    if (at < this.limit && load<u8>(at) == 0x2c) at = skipBlanks(at + 1, this.limit);
    if (at >= this.limit) return false;
    const after = valueEnd(at, this.limit);
    if (after == 0 || after == at) return false;
    this.start = at;
    this.end = after;
    this.at = after;
    return true;
  }
}

/** Number of members of an object, counted up to `max`. */
export function memberCount(start: usize, end: usize, max: i32): i32 {
  let count = 0;
  let at = skipBlanks(start + 1, end);
  while (count < max && at < end && load<u8>(at) == 0x22) {
    at = valueEnd(at, end);
    if (at == 0) return count;
    at = skipBlanks(skipBlanks(at, end) + 1, end);
    if (at >= end) return count;
    at = valueEnd(at, end);
    if (at == 0) return count;
    count++;
    at = skipBlanks(at, end);
    if (at < end && load<u8>(at) == 0x2c) at = skipBlanks(at + 1, end);
  }
  return count;
}

/** The wanted members of an element: declared once, walked for each element. */
export class ElementView {
  private walker: Walker;
  private plain: GrowingBuffer = new GrowingBuffer();
  private readonly cursor: ElementCursor = new ElementCursor();
  textStart: usize = 0;
  textSize: usize = 0;
  private slots: i32[];

  constructor(pointers: string[]) {
    const set = new PointerSet();
    const slots = new Array<i32>();
    for (let index = 0; index < pointers.length; index++) slots.push(set.add(pointers[index]));
    this.slots = slots;
    this.walker = new Walker(set);
  }

  walk(start: usize, end: usize): void {
    this.walker.walk(start, end);
  }

  kind(index: i32): Kind {
    return this.walker.kind(this.slots[index]);
  }

  /** Whether the member is a string; it is then in `textStart` and `textSize`. */
  text(index: i32): bool {
    const slot = this.slots[index];
    const kind = this.walker.kind(slot);
    if (kind != Kind.String && kind != Kind.EscapedString) return false;
    const start = this.walker.start(slot);
    const end = this.walker.end(slot);
    this.textStart = start;
    this.textSize = end - start;
    if (kind == Kind.EscapedString) {
      this.plain.clear();
      this.textStart = this.plain.room(end - start);
      this.textSize = unescapeTo(this.textStart, start, end);
    }
    return true;
  }

  start(index: i32): usize {
    return this.walker.start(this.slots[index]);
  }

  end(index: i32): usize {
    return this.walker.end(this.slots[index]);
  }

  /** As that of an event: one at a time. */
  elements(index: i32): ElementCursor {
    if (this.kind(index) != Kind.Array) return this.cursor.over(0, 0);
    return this.cursor.over(this.start(index) + 1, this.end(index) - 1);
  }
}
