// The wanted values of the event at hand: of each, what it is and which bytes. Whoever takes events apart fills them.

export enum Kind {
  Absent,
  String,
  /** A JSON string with escapes in it. */
  EscapedString,
  Number,
  True,
  False,
  Null,
  Object,
  Array,
}

/** Bytes of a slot: kind u32, start u32, end u32 (strings without their quotes), unused u32. */
export const SLOT_SIZE: usize = 16;

export abstract class Slots {
  protected readonly slots: usize;
  protected readonly slotBytes: usize;

  constructor(protected readonly slotCount: i32) {
    this.slotBytes = <usize>slotCount * SLOT_SIZE;
    this.slots = heap.alloc(this.slotBytes + SLOT_SIZE);
    memory.fill(this.slots, 0, this.slotBytes + SLOT_SIZE);
  }

  /** Fills the slots from the event. What is not of the format leaves all of them absent. */
  abstract walk(start: usize, end: usize): void;

  // @ts-ignore: decorator
  @inline
  kind(slot: i32): Kind {
    return <Kind>load<u32>(this.slots + (<usize>slot << 4));
  }

  // @ts-ignore: decorator
  @inline
  start(slot: i32): usize {
    return load<u32>(this.slots + (<usize>slot << 4), 4);
  }

  // @ts-ignore: decorator
  @inline
  end(slot: i32): usize {
    return load<u32>(this.slots + (<usize>slot << 4), 8);
  }
}
