// The events of messages that were received and not all given out yet.

import { GrowingBuffer } from './column/growing-buffer';

export class MessageEvents {
  readonly data: GrowingBuffer = new GrowingBuffer();
  readonly spans: GrowingBuffer = new GrowingBuffer();
  readonly times: GrowingBuffer = new GrowingBuffer();
  private begun: usize = 0;

  get count(): i32 {
    return <i32>(this.times.size >> 3);
  }

  /** One event: a copy of the bytes, and its time in nanoseconds since 1970, or `NO_TIME`. */
  add(start: usize, size: usize, time: u64): void {
    this.begin();
    this.push(start, size);
    this.end(time);
  }

  /** An event that is made of parts: `push`, and then `end`. */
  begin(): void {
    this.begun = this.data.size;
  }

  push(start: usize, size: usize): void {
    this.data.pushBytes(start, size);
  }

  pushText(text: string): void {
    const size = <usize>String.UTF8.byteLength(text);
    String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, this.data.room(size));
    this.data.use(size);
  }

  end(time: u64): void {
    this.spans.pushU32(<u32>this.begun);
    this.spans.pushU32(<u32>this.data.size);
    this.times.pushU64(time);
  }

  /** All behind the first `count` are forgotten. */
  cut(count: i32): void {
    this.spans.size = <usize>count << 3;
    this.times.size = <usize>count << 3;
    this.data.size = count == 0 ? 0 : this.endOf(count - 1);
  }

  /** Where an event lies in `data`. */
  startOf(index: i32): usize {
    return load<u32>(this.spans.address + (<usize>index << 3));
  }

  endOf(index: i32): usize {
    return load<u32>(this.spans.address + (<usize>index << 3), 4);
  }
}
