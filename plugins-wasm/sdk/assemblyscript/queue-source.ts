// A source of messages that come by themselves. Each is settled when all of its events are with the outputs; one that
// comes again after a restart is read again, and what was given out of it is passed over.

import { GrowingBuffer } from './column/growing-buffer';
import { Severity, lastError, lastErrorCode, report } from './host';
import { ANSWER, answerError, answerOk, ErrorCode, release, takeString } from './memory';
import { MessageEvents } from './message-events';
import { Source } from './plugin';
import { done, QueueMessage, receive, retry } from './queue';

const MESSAGES_A_CALL: i32 = 256;
/** The engine calls sooner when something comes. */
const IDLE_MS: u32 = 1000;
const STEP_EVENTS: u8 = 0;
const STEP_IDLE: u8 = 1;
const VERSION: string = '1';
/** The upper half of a handle is of one run of the engine. */
const RUN_SHIFT: u64 = 32;
/** Room beyond it is given back. */
const KEPT_SIZE: usize = 4 << 20;

/** What a source of messages says of each. */
export abstract class MessageShape {
  /** Adds the events of a message, in order; why it cannot be read, or an empty text. It comes again then. */
  abstract read(message: QueueMessage, events: MessageEvents): string;
}

/** Received, and not settled. */
class OpenMessage {
  constructor(
    readonly handle: u64,
    /** How many of its events were given out before. */
    readonly passed: i32,
    /** Number of events in `MessageEvents` up to its last one. */
    public endsAt: i32,
  ) {}
}

/** Up to an event of a message. */
class QueuePosition {
  constructor(
    public handle: u64,
    /** Events of it that were given out. */
    public events: i32,
    /** All of them. */
    public isWhole: bool,
  ) {}

  toText(): string {
    return [VERSION, this.handle.toString(), this.events.toString(), this.isWhole ? '1' : '0'].join('\n');
  }

  /** Null for a text that is not a position of this version. */
  static parse(text: string): QueuePosition | null {
    const parts = text.split('\n');
    if (parts.length != 4 || parts[0] != VERSION || !isNumber(parts[1]) || !isNumber(parts[2])) return null;
    if (parts[3] != '0' && parts[3] != '1') return null;
    return new QueuePosition(U64.parseInt(parts[1]), I32.parseInt(parts[2]), parts[3] == '1');
  }

  /** Whether a message is not behind it. A handle of another run of the engine says nothing of one of this. */
  covers(handle: u64): bool {
    if (handle >> RUN_SHIFT != this.handle >> RUN_SHIFT) return false;
    return handle < this.handle || (handle == this.handle && this.isWhole);
  }
}

function isNumber(text: string): bool {
  if (text.length == 0 || text.length > 20) return false;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return false;
  }
  return true;
}

export class QueueSource extends Source {
  private readonly events: MessageEvents = new MessageEvents();
  /** Spans of a batch, counted from its first byte. */
  private readonly spans: GrowingBuffer = new GrowingBuffer();
  /** Events of the messages in `open` that were given out, counted as in `MessageEvents`. */
  private given: i32 = 0;
  /** Received messages in the order of their handles. */
  private unsettled: OpenMessage[] = [];
  private position: QueuePosition = new QueuePosition(0, 0, true);
  private acknowledged: QueuePosition = new QueuePosition(0, 0, true);
  private positionBytes: ArrayBuffer = new ArrayBuffer(0);

  /** `root`: the manifest's name for the queue; `input` is the location of the open parameters. */
  constructor(private readonly shape: MessageShape, private readonly root: string = 'input') {
    super();
  }

  open(params: usize, size: usize): usize {
    release(params, size);
    return receive(this.root, 0, 0) === null ? answerError(lastErrorCode, lastError) : answerOk();
  }

  next(bytesMax: u32, eventsMax: u32): usize {
    if (this.given == this.events.count && !this.receiveMore()) return answerError(lastErrorCode, lastError);
    memory.fill(ANSWER, 0, 32);
    const first = this.given;
    if (first == this.events.count) {
      store<u8>(ANSWER, STEP_IDLE, 4);
      store<u32>(ANSWER, IDLE_MS, 8);
      return ANSWER;
    }
    const events = this.events;
    const start = events.startOf(first);
    let end = first + 1;
    while (end < events.count && <u32>(end - first) < eventsMax && events.endOf(end) - start <= bytesMax) end++;
    this.given = end;
    this.advance();
    store<u8>(ANSWER, STEP_EVENTS, 4);
    this.answerEvents(first, end);
    return ANSWER;
  }

  checkpoint(): usize {
    this.positionBytes = String.UTF8.encode(this.position.toText());
    store<u32>(ANSWER, <u32>changetype<usize>(this.positionBytes));
    store<u32>(ANSWER, this.positionBytes.byteLength, 4);
    return ANSWER;
  }

  resume(position: usize, size: usize): usize {
    const parsed = QueuePosition.parse(takeString(position, size));
    if (parsed === null) return answerError(ErrorCode.InvalidArgument, 'not a position of this plugin');
    this.position = parsed;
    return answerOk();
  }

  acknowledge(position: usize, size: usize): void {
    const parsed = QueuePosition.parse(takeString(position, size));
    if (parsed === null) return;
    this.acknowledged = parsed;
    const settled = new Array<u64>();
    const unsettled = this.unsettled;
    while (unsettled.length > 0 && parsed.covers(unsettled[0].handle)) settled.push(unsettled.shift().handle);
    if (settled.length > 0) done(this.root, StaticArray.fromArray(settled));
  }

  close(): void {}

  /** False: see `lastError`. */
  private receiveMore(): bool {
    this.given = 0;
    this.events.cut(0);
    this.events.data.shrink(KEPT_SIZE);
    const unsettled = this.unsettled;
    for (let index = 0; index < unsettled.length; index++) unsettled[index].endsAt = 0;
    const messages = receive(this.root, MESSAGES_A_CALL, 0);
    if (messages === null) return false;
    for (let index = 0; index < messages.length; index++) {
      this.take(messages[index]);
      messages[index].release();
    }
    this.advance();
    __collect();
    return true;
  }

  private take(message: QueueMessage): void {
    const handle = message.handle;
    const events = this.events;
    const before = events.count;
    const isGiven = this.position.covers(handle);
    if (isGiven) {
      if (this.acknowledged.covers(handle)) done(this.root, [handle]);
      else this.unsettled.push(new OpenMessage(handle, 0, before));
      return;
    }
    const refusal = this.shape.read(message, events);
    if (refusal.length > 0) {
      events.cut(before);
      const subject = 'message ' + (handle & 0xffff_ffff).toString();
      report(Severity.Warning, subject, 0, refusal + '; it is given back');
      retry(this.root, [handle]);
      return;
    }
    // Nobody waits for events that are not there.
    if (events.count == before) {
      done(this.root, [handle]);
      return;
    }
    const passed = handle == this.position.handle ? min(this.position.events, events.count - before) : 0;
    if (passed > 0) this.pass(before, passed);
    this.unsettled.push(new OpenMessage(handle, passed, events.count));
  }

  /** The first `count` events behind `first` were given out before. */
  private pass(first: i32, count: i32): void {
    const events = this.events;
    const left = events.count - first - count;
    const to = <usize>first << 3;
    const from = <usize>(first + count) << 3;
    memory.copy(events.spans.address + to, events.spans.address + from, <usize>left << 3);
    memory.copy(events.times.address + to, events.times.address + from, <usize>left << 3);
    events.spans.size = <usize>(first + left) << 3;
    events.times.size = <usize>(first + left) << 3;
  }

  /** The position behind what was given out. */
  private advance(): void {
    let begins = 0;
    for (let index = 0; index < this.unsettled.length; index++) {
      const message = this.unsettled[index];
      if (!this.position.covers(message.handle)) {
        if (message.endsAt <= this.given) this.position = new QueuePosition(message.handle, 0, true);
        else {
          const events = message.passed + this.given - begins;
          if (events > 0) this.position = new QueuePosition(message.handle, events, false);
          return;
        }
      }
      begins = message.endsAt;
    }
  }

  private answerEvents(first: i32, end: i32): void {
    const events = this.events;
    const start = events.startOf(first);
    const spans = this.spans;
    spans.clear();
    for (let index = first; index < end; index++) {
      spans.pushU32(<u32>(events.startOf(index) - start));
      spans.pushU32(<u32>(events.endOf(index) - start));
    }
    store<u32>(ANSWER, <u32>(events.data.address + start), 8);
    store<u32>(ANSWER, <u32>(events.endOf(end - 1) - start), 12);
    store<u32>(ANSWER, <u32>spans.address, 16);
    store<u32>(ANSWER, 2 * <u32>(end - first), 20);
    store<u32>(ANSWER, <u32>(events.times.address + (<usize>first << 3)), 24);
    store<u32>(ANSWER, <u32>(end - first), 28);
  }
}
