// The events of the batch being made, and what is counted of those of a file.

import { GrowingBuffer } from '../column/growing-buffer';
import { Severity } from '../host';
import { InputFile } from './input-file';
import { NO_TIME } from '../record-shape';

export class EventList {
  private spans: GrowingBuffer = new GrowingBuffer();
  private times: GrowingBuffer = new GrowingBuffer();
  // Number in the file that is being read.
  inFile: u64 = 0;
  private withoutTime: u64 = 0;
  private skipped: u64 = 0;
  private skippedReason: string = '';

  get count(): u32 {
    return <u32>(this.times.size >> 3);
  }

  get spansStart(): usize {
    return this.spans.address;
  }

  get timesStart(): usize {
    return this.times.address;
  }

  startBatch(): void {
    this.spans.clear();
    this.times.clear();
  }

  startFile(): void {
    this.inFile = 0;
    this.withoutTime = 0;
    this.skipped = 0;
  }

  /** `start` and `end` count from the start of the batch. */
  add(start: usize, end: usize, time: u64): void {
    this.spans.pushU32(<u32>start);
    this.spans.pushU32(<u32>end);
    this.times.pushU64(time);
    this.inFile++;
    if (time == NO_TIME) this.withoutTime++;
  }

  /** A value that is known not to be an event; without a reason it is not worth a word. */
  passOver(reason: string): void {
    if (reason.length == 0) return;
    this.skipped++;
    this.skippedReason = reason;
  }

  /** What is worth knowing of the file that ends here. */
  report(input: InputFile): void {
    if (this.withoutTime > 0) {
      const count = this.withoutTime.toString();
      const message = count + ' events without a usable time: they take the time of the event before';
      input.problem(Severity.Warning, 0, message);
    }
    if (this.skipped > 0) {
      input.problem(Severity.Warning, 0, this.skipped.toString() + ' ' + this.skippedReason);
    }
  }
}
