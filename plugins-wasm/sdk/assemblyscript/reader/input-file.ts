// The file being read, and the buffer that it is read into. The buffer holds [head, tail): bytes read but not used.
// Events of the batch being made lie between `batchStart` and `head`, and stay where they are until the next batch.

import { Severity, closeObject, lastError, lastErrorCode, openObject, readObject, report } from '../host';
import { countNewlines } from './lines';
import { ROOT } from './file-list';
import { ErrorCode, SLACK } from '../memory';

export const READ_SIZE: usize = 256 << 10;
/** A single event may be so long; longer ones are reported as lost. */
export const EVENT_SIZE_MAX: usize = 16 << 20;
export const TOO_LONG: string = 'longer than an event may be (' + (EVENT_SIZE_MAX >> 20).toString() + ' MiB)';
export const REST_NOT_READ: string = '; the rest of the file is not read';
const FIRST_CAPACITY: usize = 2 << 20;
const CAPACITY_MAX: usize = EVENT_SIZE_MAX + 2 * READ_SIZE;

export enum Fill {
  /** There is more, or the end of the file. */
  Done,
  /** There is no room until the batch has been given out. */
  BatchFirst,
  /** What is at `head` is longer than an event may be. */
  TooLong,
  /** Nothing has come for now; more may. */
  Later,
}

export class InputFile {
  head: usize = 0;
  tail: usize = 0;
  batchStart: usize = 0;
  path: string = '';
  atEnd: bool = false;
  /** Number of the line that lines were counted to. */
  line: u64 = 1;
  /** Why reading stopped before the end of the file, if it did. */
  endError: string = '';
  /** Strings were made: the next call may collect them. */
  hasGarbage: bool = false;
  private name: string = '';
  private object: i32 = -1;
  private buffer: usize = 0;
  private capacity: usize = 0;
  /** Decoded bytes of the file up to `tail`. */
  private bytesRead: u64 = 0;
  private lineCountedTo: usize = 0;

  constructor() {
    this.grow(FIRST_CAPACITY);
  }

  get isOpen(): bool {
    return this.object >= 0;
  }

  /** Bytes that the batch being made takes. */
  get batchSize(): usize {
    return this.head - this.batchStart;
  }

  /** Decoded bytes of the file up to `head`. */
  get offset(): u64 {
    return this.bytesRead - <u64>(this.tail - this.head);
  }

  /** False when it cannot be opened, which is reported; but not that it is gone, where it may be. */
  open(path: string, name: string, offset: u64, mayBeGone: bool = false): bool {
    this.path = path;
    this.name = name;
    this.hasGarbage = true;
    this.object = openObject(ROOT, path, offset);
    if (this.object < 0) {
      const isGone = lastErrorCode == ErrorCode.NotFound;
      if (!mayBeGone || !isGone) report(Severity.Lost, name, 0, lastError);
      return false;
    }
    this.atEnd = false;
    this.endError = '';
    this.bytesRead = offset;
    this.line = 1;
    this.lineCountedTo = this.head;
    return true;
  }

  /** What was not used is dropped. */
  close(): void {
    this.head = this.tail;
    if (this.object >= 0) closeObject(this.object);
    this.object = -1;
  }

  /** Something of the file could not be read; `line` 0: the message says where. */
  lose(line: u64, message: string): void {
    this.problem(Severity.Lost, line, message);
  }

  problem(severity: Severity, line: u64, message: string): void {
    report(severity, this.name, line, message);
    this.hasGarbage = true;
  }

  /** A batch begins here: what was used before is given up. */
  startBatch(): void {
    this.compact();
    this.batchStart = this.head;
  }

  /** Reads more; `hasEvents`: the batch being made has some, which must stay where they are. */
  fill(hasEvents: bool): Fill {
    if (this.room < READ_SIZE) {
      if (hasEvents) return Fill.BatchFirst;
      this.startBatch();
    }
    if (this.room < READ_SIZE) {
      if (this.capacity >= CAPACITY_MAX) return Fill.TooLong;
      this.grow(min(this.capacity * 2, CAPACITY_MAX));
    }
    const size = readObject(this.object, this.tail, <i32>READ_SIZE);
    if (size < 0) {
      if (lastErrorCode == ErrorCode.TimedOut) {
        this.hasGarbage = true;
        return Fill.Later;
      }
      // What is complete in the buffer is still used; the file is closed with this error.
      this.hasGarbage = true;
      this.endError = lastError;
      this.atEnd = true;
      return Fill.Done;
    }
    if (size == 0) this.atEnd = true;
    this.tail += size;
    this.bytesRead += size;
    return Fill.Done;
  }

  /** Goes on at `at`; the lines between are not counted. */
  dropTo(at: usize): void {
    this.lineCountedTo = at;
    this.head = at;
  }

  /** The lines of what is dropped up to the end of the buffer are counted from its start. */
  dropBuffer(): void {
    this.lineCountedTo = this.head;
    this.head = this.tail;
  }

  /** Number of the line that `at` is in; counts what lies between. */
  lineAt(at: usize): u64 {
    if (at > this.lineCountedTo) {
      this.line += countNewlines(this.lineCountedTo, at);
      this.lineCountedTo = at;
    }
    return this.line;
  }

  private get room(): usize {
    return this.buffer + this.capacity - this.tail;
  }

  private grow(capacity: usize): void {
    const grown = heap.alloc(capacity + SLACK);
    const used = this.tail - this.buffer;
    if (this.buffer != 0) {
      memory.copy(grown, this.buffer, used);
      heap.free(this.buffer);
    }
    const moved = grown - this.buffer;
    this.head += moved;
    this.tail += moved;
    this.batchStart += moved;
    this.lineCountedTo += moved;
    this.buffer = grown;
    this.capacity = capacity;
    if (used == 0) {
      this.head = grown;
      this.tail = grown;
      this.batchStart = grown;
      this.lineCountedTo = grown;
    }
  }

  /** Moves what was not used to the start. */
  private compact(): void {
    if (this.head == this.buffer) return;
    this.lineAt(this.head);
    const moved = this.head - this.buffer;
    memory.copy(this.buffer, this.head, this.tail - this.head);
    this.head -= moved;
    this.tail -= moved;
    this.lineCountedTo -= moved;
  }
}
