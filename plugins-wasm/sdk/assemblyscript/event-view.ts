// What a field's function sees: the values at its pointers in the event at hand, and where to put the field's own
// value. A field for which nothing is put is absent.

import { parseAddress } from './addresses';
import { Bytes } from './bytes';
import { ColumnWriter } from './column/column-writer';
import { findByte } from './columns';
import { ElementCursor } from './element-view';
import { GrowingBuffer } from './column/growing-buffer';
import { PointerSet } from './json/json-pointers';
import { compactTo, hasBlanks, indentTo, indentedSizeMax, unescapeTo } from './json-text';
import { digitsFound, parseDigits, parseNumber } from './json/numbers';
import { findPair, pairEnd, pairStart } from './pairs';
import { NO_TIME } from './record-shape';
import { Kind, Slots } from './slots';
import { TimeForm, parseTimeAs } from './times';

export { Kind };

/** Larger documents are not indented (`json.obj`): absent. */
const INDENTED_SIZE_MAX: usize = 4 << 20;

const NO_BYTES = new Bytes('');

const pointerTexts = new Array<string>();

/** Declares a JSON pointer that fields use; call it at the top level of a module. */
export function pointer(text: string): i32 {
  pointerTexts.push(text);
  return pointerTexts.length - 1;
}

export class EventView {
  private built: GrowingBuffer = new GrowingBuffer();
  private plain: GrowingBuffer = new GrowingBuffer();
  private readonly cursor: ElementCursor = new ElementCursor();
  /** Address of the event's bytes and of the byte after them. */
  start: usize = 0;
  end: usize = 0;
  /** Nanoseconds since 1970. */
  time: u64 = 0;
  /** The field's argument, empty if it has none; an index argument as a number, else -1. */
  argument: string = '';
  argumentBytes: Bytes = NO_BYTES;
  argumentIndex: i32 = -1;

  constructor(
    private readonly walker: Slots,
    /** Slot of each declared pointer or part, -1 when no wanted field uses it. */
    private readonly slotOf: StaticArray<i32>,
    readonly columns: ColumnWriter,
  ) {}

  /** Slots of the declared pointers that are used. */
  static slotsOf(pointers: PointerSet, used: bool[]): StaticArray<i32> {
    const slotOf = new StaticArray<i32>(pointerTexts.length);
    for (let index = 0; index < pointerTexts.length; index++) {
      slotOf[index] = used[index] ? pointers.add(pointerTexts[index]) : -1;
    }
    return slotOf;
  }

  static get pointerCount(): i32 {
    return pointerTexts.length;
  }

  walk(start: usize, end: usize, time: u64): void {
    this.start = start;
    this.end = end;
    this.time = time;
    this.walker.walk(start, end);
  }

  kind(pointer: i32): Kind {
    const slot = unchecked(this.slotOf[pointer]);
    return slot < 0 ? Kind.Absent : this.walker.kind(slot);
  }

  has(pointer: i32): bool {
    return this.kind(pointer) != Kind.Absent;
  }

  isText(pointer: i32): bool {
    const kind = this.kind(pointer);
    return kind == Kind.String || kind == Kind.EscapedString;
  }

  /** Whether the value is a string and equal to the constant. */
  textIs(pointer: i32, constant: Bytes): bool {
    if (!this.isText(pointer)) return false;
    this.plainText(pointer);
    return constant.equals(this.textStart, this.textSize);
  }

  textStart: usize = 0;
  textSize: usize = 0;

  /** Leaves the string at a pointer, escapes resolved, in `textStart` and `textSize`; other values are empty. */
  plainText(pointer: i32): void {
    this.plainTextOf(this.walker, unchecked(this.slotOf[pointer]));
  }

  private plainTextOf(walker: Slots, slot: i32): void {
    const kind = slot < 0 ? Kind.Absent : walker.kind(slot);
    if (kind == Kind.String) {
      this.textStart = walker.start(slot);
      this.textSize = walker.end(slot) - this.textStart;
    } else if (kind == Kind.EscapedString) {
      const start = walker.start(slot);
      const end = walker.end(slot);
      this.plain.clear();
      this.textStart = this.plain.room(end - start);
      this.textSize = unescapeTo(this.textStart, start, end);
    } else {
      this.textStart = this.start;
      this.textSize = 0;
    }
  }

  /** Falco's rule for string fields: a missing member is absent, one that is not a string is empty. */
  putText(pointer: i32): void {
    this.putTextOf(this.walker, unchecked(this.slotOf[pointer]));
  }

  putSlotText(slot: i32): void {
    this.putTextOf(this.walker, slot);
  }

  private putTextOf(walker: Slots, slot: i32): void {
    const kind = slot < 0 ? Kind.Absent : walker.kind(slot);
    if (kind == Kind.Absent) return;
    if (kind == Kind.String) {
      const start = walker.start(slot);
      this.columns.writeBytes(start, walker.end(slot) - start);
    } else if (kind == Kind.EscapedString) {
      const start = walker.start(slot);
      const end = walker.end(slot);
      this.columns.writeMade(unescapeTo(this.columns.room(end - start), start, end));
    } else this.columns.writeBytes(this.start, 0);
  }

  /** A string's content, or the compact JSON text of any other value; missing is absent. */
  putJson(pointer: i32): void {
    this.putSlotJson(unchecked(this.slotOf[pointer]));
  }

  putSlotJson(slot: i32): void {
    const kind = slot < 0 ? Kind.Absent : this.walker.kind(slot);
    if (kind == Kind.Absent) return;
    if (kind == Kind.String || kind == Kind.EscapedString) {
      this.putTextOf(this.walker, slot);
      return;
    }
    const start = this.walker.start(slot);
    const end = this.walker.end(slot);
    if (kind < Kind.Object || !hasBlanks(start, end)) this.columns.writeBytes(start, end - start);
    else this.columns.writeMade(compactTo(this.columns.room(end - start), start, end));
  }

  /** The value with a line for each member, indented by two blanks. */
  putSlotIndented(slot: i32): void {
    if (slot < 0 || this.walker.kind(slot) == Kind.Absent) return;
    const start = this.walker.start(slot);
    const end = this.walker.end(slot);
    const sizeMax = indentedSizeMax(start, end);
    if (sizeMax > INDENTED_SIZE_MAX) return;
    this.columns.writeMade(indentTo(this.columns.room(sizeMax), start, end));
  }

  putNumber(value: u64): void {
    this.columns.writeNumber(value);
  }

  /** A JSON number, or a text of digits up to 2^64 - 1; anything else is absent. */
  putDigits(pointer: i32): void {
    if (this.kind(pointer) == Kind.Number) this.putNumber(this.number(pointer));
    if (!this.isText(pointer)) return;
    this.plainText(pointer);
    if (parseDigits(this.textStart, this.textSize)) this.putNumber(digitsFound);
  }

  /** The bytes of an IP address; absent if it is not an IP address. */
  putAddress(pointer: i32): void {
    if (!this.isText(pointer)) return;
    this.plainText(pointer);
    const size = parseAddress(this.textStart, this.textSize, address);
    if (size > 0) this.columns.writeBytes(address, size);
  }

  /** Nanoseconds since 1970 of a time in the form; absent if it is not a time. A JSON number is a time since 1970. */
  putTime(pointer: i32, form: TimeForm): void {
    if (!this.has(pointer)) return;
    const slot = unchecked(this.slotOf[pointer]);
    if (this.isText(pointer)) this.plainText(pointer);
    else {
      this.textStart = this.walker.start(slot);
      this.textSize = this.walker.end(slot) - this.textStart;
    }
    const time = parseTimeAs(form, this.textStart, this.textSize);
    if (time != NO_TIME) this.putNumber(time);
  }

  /** The elements of a JSON array, strings without their quotes; of a text what stands between separators. */
  putList(pointer: i32, separator: u8): void {
    const columns = this.columns;
    if (this.kind(pointer) == Kind.Array) {
      columns.startList();
      const cursor = this.elements(pointer);
      while (cursor.next()) this.addElement(cursor.start, cursor.end);
      columns.endList();
    }
    if (!this.isText(pointer)) return;
    this.plainText(pointer);
    columns.startList();
    const end = this.textStart + this.textSize;
    for (let at = this.textStart; at <= end; ) {
      const close = findByte(separator, at, end);
      let first = at;
      let last = close;
      while (first < last && load<u8>(first) == 0x20) first++;
      while (last > first && load<u8>(last - 1) == 0x20) last--;
      if (last > first) columns.addToList(first, last - first);
      at = close + 1;
    }
    columns.endList();
  }

  private addElement(start: usize, end: usize): void {
    if (load<u8>(start) != 0x22) {
      this.columns.addToList(start, end - start);
      return;
    }
    const size = end - start - 2;
    this.columns.addMadeToList(unescapeTo(this.columns.room(size), start + 1, end - 1));
  }

  /** Puts the value of the name that is the field's argument, out of `name=value` pairs between separators. */
  putPair(pointer: i32, separator: u8): void {
    if (!this.isText(pointer)) return;
    this.plainText(pointer);
    if (!findPair(this.textStart, this.textSize, this.argumentBytes, separator)) return;
    this.columns.writeBytes(pairStart, pairEnd - pairStart);
  }

  putConstant(constant: Bytes): void {
    this.columns.writeBytes(constant.address, constant.size);
  }

  /** Starts a text that is put together from parts. */
  startBuilding(): void {
    this.built.clear();
  }

  add(constant: Bytes): void {
    this.built.pushBytes(constant.address, constant.size);
  }

  addBytes(start: usize, size: usize): void {
    this.built.pushBytes(start, size);
  }

  addText(pointer: i32): void {
    this.plainText(pointer);
    this.built.pushBytes(this.textStart, this.textSize);
  }

  addNumber(value: u64): void {
    let at = digitsRoom + DIGITS_MAX;
    let rest = value;
    do {
      store<u8>(--at, <u8>(0x30 + rest % 10));
      rest /= 10;
    } while (rest > 0);
    this.built.pushBytes(at, digitsRoom + DIGITS_MAX - at);
  }

  get builtSize(): usize {
    return this.built.size;
  }

  /** Whether the built text from `offset` on is equal to the bytes. */
  builtEndIs(offset: usize, start: usize, size: usize): bool {
    if (this.built.size - offset != size) return false;
    return memory.compare(this.built.address + offset, start, size) == 0;
  }

  /** Takes back what was added beyond `size` bytes. */
  cutBuilt(size: usize): void {
    this.built.size = size;
  }

  get builtStart(): usize {
    return this.built.address;
  }

  putBuilt(): void {
    this.columns.writeBytes(this.built.address, this.built.size);
  }

  /** The cursor over the elements of the array at a pointer, until the next call; other values have none. */
  elements(pointer: i32): ElementCursor {
    const slot = unchecked(this.slotOf[pointer]);
    if (slot < 0 || this.walker.kind(slot) != Kind.Array) return this.cursor.over(0, 0);
    return this.cursor.over(this.walker.start(slot) + 1, this.walker.end(slot) - 1);
  }

  /** A number as an unsigned integer: fractions are cut, what is no number or negative is 0. */
  number(pointer: i32): u64 {
    const slot = unchecked(this.slotOf[pointer]);
    if (slot < 0 || this.walker.kind(slot) != Kind.Number) return 0;
    return parseNumber(this.walker.start(slot), this.walker.end(slot));
  }
}

/** Digits of the largest u64. */
const DIGITS_MAX: usize = 20;
const digitsRoom: usize = memory.data(20, 4);
/** An address that is being put. */
const address: usize = memory.data(16, 16);
