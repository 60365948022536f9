// How lines of text are taken apart. A format has parts, counted from 0; a pattern and a list of columns are formats.

import { Kind, SLOT_SIZE, Slots } from './slots';

export abstract class LineFormat {
  /** A part that is this text is absent: `-` in logs of web servers. */
  missing: string = '';
  /** Names of the parts; '' for one without. */
  readonly names: string[] = [];
  /** Where the line that `split` refused was no longer as expected. */
  failedAt: usize = 0;

  /** Number of the part of this name, to be given to a field. */
  part(name: string): i32 {
    const number = this.names.indexOf(name);
    if (number < 0) throw new Error('the format has no part `' + name + '`');
    return number;
  }

  /**
   * Notes where each part is, in slots of SLOT_SIZE bytes from `slots` on that are all absent; false: the line is not
   * of this format. Up to SLACK bytes behind `end` are read.
   */
  abstract split(start: usize, end: usize, slots: usize): bool;

  /** The same format that notes no more than it has to: parts for which `wanted` is true. */
  narrowedTo(_wanted: bool[]): LineFormat {
    return this;
  }
}

// @ts-ignore: decorator
@inline
export function notePart(slots: usize, part: usize, start: usize, end: usize): void {
  const at = slots + part * SLOT_SIZE;
  store<u32>(at, Kind.String);
  store<u32>(at, <u32>start, 4);
  store<u32>(at, <u32>end, 8);
}

/** The parts of the line at hand. */
export class LineSlots extends Slots {
  private readonly missing: ArrayBuffer;

  constructor(readonly format: LineFormat) {
    super(format.names.length);
    this.missing = String.UTF8.encode(format.missing);
  }

  walk(start: usize, end: usize): void {
    this.split(start, end);
  }

  split(start: usize, end: usize): bool {
    this.clear();
    if (!this.format.split(start, end, this.slots)) {
      this.clear();
      return false;
    }
    const size = <usize>this.missing.byteLength;
    if (size > 0) this.dropMissing(changetype<usize>(this.missing), size);
    return true;
  }

  /** `memory.fill` leaves the module, which takes longer than the work. */
  private clear(): void {
    for (let at = this.slots, after = at + this.slotBytes; at < after; at += SLOT_SIZE) v128.store(at, i64x2.splat(0));
  }

  private dropMissing(missing: usize, size: usize): void {
    const first = load<u8>(missing);
    for (let at = this.slots, after = this.slots + this.slotBytes; at < after; at += SLOT_SIZE) {
      const start = <usize>load<u32>(at, 4);
      if (<usize>load<u32>(at, 8) - start != size || load<u8>(start) != first) continue;
      if (size == 1 || memory.compare(start, missing, size) == 0) store<u32>(at, Kind.Absent);
    }
  }
}
