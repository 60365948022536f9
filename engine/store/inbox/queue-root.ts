/*
 * An inbox as a queue that a plugin receives messages from. What was given out and not settled comes again to whoever
 * asks after a restart, in the order in which it came first and under the same handles: one by one, so that the message
 * over which a plugin falls is found, and does not stand before all others for ever.
 */

import { randomInt } from 'node:crypto';
import { LIMITS } from '../../base/limits.ts';
import { OperationQueue } from '../../base/operation-queue.ts';
import { decode } from '../decode/decoded-object.ts';
import type { ReportOddity } from '../object-store.ts';
import type { MessageFate, QueueMessage } from '../protocol/queue-message.ts';
import { StoreError, toStoreError } from '../store-error.ts';
import type { Inbox, InboxMessage } from './arrival.ts';
import { InboxReader } from './inbox-reader.ts';
import { createMessageObject } from './message-object.ts';

/** Messages that were not settled: more are not taken, nor more bytes of them. */
const UNSETTLED_MAX = 4_096;
const UNSETTLED_SIZE_MAX = 64 << 20;
/** Largest size of the messages of one answer; a single larger one is given alone. */
const ANSWER_SIZE_MAX = 4 << 20;
const PIECE_SIZE = 256 << 10;
/** Restarts with the same message in hand. */
const STRIKES_MAX = 2;
/** The upper half of a handle. */
const RUN_SHIFT = 32n;
const RUN_MAX = 2 ** 31;

interface Held {
  readonly message: InboxMessage;
  readonly given: QueueMessage;
  /** So often somebody else came to read while it was the only one of the latest answer. */
  strikes: number;
}

export class QueueRoot {
  readonly #inbox: InboxReader<InboxMessage>;
  #report: ReportOddity = () => {};
  readonly #onNews: () => void;
  /** By handle, and so in the order in which they came. */
  readonly #unsettled = new Map<bigint, Held>();
  #size = 0;
  /** Being decoded: they take their turn. */
  readonly #decoding = new OperationQueue();
  #decodingCount = 0;
  #lastHandle = BigInt(randomInt(1, RUN_MAX)) << RUN_SHIFT;
  /** The reader has got those up to here, and some reader those up to there. */
  #givenUpTo = 0n;
  #latestGiven = 0n;
  /** Up to here messages are given one by one. */
  #carefulUpTo = 0n;
  /** The only message of the latest answer. */
  #inHand: bigint | undefined;

  /** `onNews`: there is something to receive. */
  constructor(inbox: Inbox<InboxMessage>, onNews: () => void) {
    this.#onNews = onNews;
    this.#inbox = new InboxReader({
      inbox,
      isFull: () =>
        this.#unsettled.size + this.#decodingCount >= UNSETTLED_MAX ||
        this.#size >= UNSETTLED_SIZE_MAX,
      take: (message) => this.#take(message),
    });
  }

  /** Rejects with `timed-out` if there is none yet. */
  async receive(max: number, report: ReportOddity): Promise<QueueMessage[]> {
    this.#report = report;
    await this.#inbox.open(report);
    const messages: QueueMessage[] = [];
    let size = 0;
    for (const [handle, { given }] of this.#unsettled) {
      if (handle <= this.#givenUpTo) continue;
      size += given.body.length;
      if (messages.length >= max || (messages.length > 0 && size > ANSWER_SIZE_MAX)) break;
      messages.push(given);
      this.#givenUpTo = handle;
      if (handle <= this.#carefulUpTo) break;
    }
    const [first] = messages;
    if (first === undefined) throw new StoreError('timed-out', 'nothing has come for now');
    this.#inHand = messages.length === 1 ? first.handle : undefined;
    if (this.#givenUpTo > this.#latestGiven) this.#latestGiven = this.#givenUpTo;
    return messages;
  }

  /** Handles that are not, or not any more, are passed over. */
  settle(handles: readonly bigint[], fate: MessageFate): void {
    for (const handle of handles) {
      if (handle > this.#latestGiven) continue;
      const message = this.#remove(handle);
      if (fate === 'done') message?.done();
      else message?.fail({ reason: `${message.name} could not be read`, mayPass: false });
    }
    this.#inbox.look();
  }

  /** Somebody else reads from now on: what was not settled is there again. */
  giveAgain(): void {
    this.#givenUpTo = 0n;
    this.#carefulUpTo = this.#latestGiven;
    const held = this.#unsettled.get(this.#inHand ?? 0n);
    this.#inHand = undefined;
    if (held === undefined) return;
    held.strikes += 1;
    if (held.strikes < STRIKES_MAX) return;
    const { message, given } = held;
    this.#remove(given.handle);
    message.fail({ reason: `the plugin failed over ${message.name}`, mayPass: false });
  }

  close(): Promise<void> {
    return this.#inbox.close();
  }

  #remove(handle: bigint): InboxMessage | undefined {
    const held = this.#unsettled.get(handle);
    if (held === undefined) return undefined;
    this.#unsettled.delete(handle);
    this.#size -= held.given.body.length;
    return held.message;
  }

  #take(message: InboxMessage): void {
    this.#decodingCount += 1;
    const decoding = decodeBody(message, (text) => this.#report('warning', message.name, text));
    // The reader that takes its turn gets the error.
    decoding.catch(() => {});
    void this.#decoding.run(async () => {
      try {
        this.#hold(message, await decoding);
      } catch (error) {
        const { message: reason } = toStoreError(error);
        message.fail({ reason: `${message.name}: ${reason}`, mayPass: false });
      }
      this.#decodingCount -= 1;
      this.#inbox.look();
    });
  }

  #hold(message: InboxMessage, body: Uint8Array): void {
    this.#lastHandle += 1n;
    const given = { handle: this.#lastHandle, body, attributes: message.attributes };
    this.#unsettled.set(given.handle, { message, given, strikes: 0 });
    this.#size += body.length;
    this.#onNews();
  }
}

/** Rejects with `StoreError`. */
async function decodeBody(
  { body }: InboxMessage,
  warn: (message: string) => void,
): Promise<Uint8Array> {
  const object = createMessageObject(body);
  const { reader, isAsStored, close } = await decode(object, {
    name: '',
    encoding: 'automatic',
    offset: 0,
    warn,
  });
  if (isAsStored) return body;
  const sizeMax = LIMITS.eventSizeMax.value;
  const pieces: Uint8Array[] = [];
  try {
    for (let size = 0; ; ) {
      const piece = new Uint8Array(PIECE_SIZE);
      const read = await reader.read(piece);
      if (read === 0) return Buffer.concat(pieces);
      size += read;
      if (size > sizeMax) throw new StoreError('corrupt', `is larger than ${sizeMax} bytes`);
      pieces.push(piece.subarray(0, read));
    }
  } finally {
    close();
  }
}
