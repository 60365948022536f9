// Queues that the operator granted, and the messages that come there.

import { takeError } from './host';
import { release } from './memory';
import { NO_TIME } from './record-shape';

// @ts-ignore: decorator
@external("tiercel:plugin/queue@0.1.0", "receive")
declare function queueReceive(root: usize, rootSize: usize, max: i32, waitMs: i32, answer: usize): void;

// @ts-ignore: decorator
@external("tiercel:plugin/queue@0.1.0", "done")
declare function queueDone(root: usize, rootSize: usize, handles: usize, count: usize, answer: usize): void;

// @ts-ignore: decorator
@external("tiercel:plugin/queue@0.1.0", "retry")
declare function queueRetry(root: usize, rootSize: usize, handles: usize, count: usize, answer: usize): void;

const answer: usize = memory.data(32, 16);
const MESSAGE_SIZE: usize = 24;
const ATTRIBUTE_SIZE: usize = 16;
const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;

/** A message and what came with it. Its body is there until `release`. */
export class QueueMessage {
  constructor(
    /** For `done` and `retry`. */
    readonly handle: u64,
    /** Address and size of the body. */
    readonly body: usize,
    readonly size: usize,
    private readonly attributes: Map<string, string>,
  ) {}

  /** Headers of a request (in small letters), attributes of a message; empty if none has that name. */
  attribute(name: string): string {
    return this.attributes.has(name) ? this.attributes.get(name) : '';
  }

  /** When it was sent, or came, in nanoseconds since 1970; `NO_TIME` where nobody says. */
  get sentAt(): u64 {
    const text = this.attribute('SentTimestamp');
    return text.length == 0 ? NO_TIME : U64.parseInt(text) * NANOSECONDS_PER_MILLISECOND;
  }

  release(): void {
    release(this.body, this.size);
  }
}

/** At most `max` messages, none when none came within the time; null: see `lastError`. */
export function receive(root: string, max: i32, waitMs: i32): QueueMessage[] | null {
  const rootBytes = String.UTF8.encode(root);
  queueReceive(changetype<usize>(rootBytes), rootBytes.byteLength, max, waitMs, answer);
  if (load<u8>(answer) != 0) {
    takeError(answer);
    return null;
  }
  const list = <usize>load<u32>(answer, 4);
  const count = load<u32>(answer, 8);
  const messages = new Array<QueueMessage>();
  for (let index: u32 = 0; index < count; index++) messages.push(takeMessage(list + MESSAGE_SIZE * index));
  release(list, count);
  return messages;
}

/** Their events are with the outputs. False: see `lastError`. */
export function done(root: string, handles: StaticArray<u64>): bool {
  const rootBytes = String.UTF8.encode(root);
  queueDone(changetype<usize>(rootBytes), rootBytes.byteLength, changetype<usize>(handles), handles.length, answer);
  return isSettled();
}

/** They could not be read: they are to come again, and are set aside when they have come too often. */
export function retry(root: string, handles: StaticArray<u64>): bool {
  const rootBytes = String.UTF8.encode(root);
  queueRetry(changetype<usize>(rootBytes), rootBytes.byteLength, changetype<usize>(handles), handles.length, answer);
  return isSettled();
}

function isSettled(): bool {
  if (load<u8>(answer) == 0) return true;
  takeError(answer);
  return false;
}

function takeMessage(at: usize): QueueMessage {
  const attributes = new Map<string, string>();
  const list = <usize>load<u32>(at, 16);
  const count = load<u32>(at, 20);
  for (let index: u32 = 0; index < count; index++) {
    const pair = list + ATTRIBUTE_SIZE * index;
    attributes.set(takeText(pair), takeText(pair + 8));
  }
  release(list, count);
  return new QueueMessage(load<u64>(at), load<u32>(at, 8), load<u32>(at, 12), attributes);
}

function takeText(at: usize): string {
  const address = <usize>load<u32>(at);
  const size = load<u32>(at, 4);
  const text = String.UTF8.decodeUnsafe(address, size);
  release(address, size);
  return text;
}
