/*
 * A queue as an inbox of messages. One is deleted when its events are with the outputs. One that cannot be read comes
 * again, after longer and longer times; when it has come often enough it is set aside, or, where nobody takes it, left
 * in the queue and tried once an hour.
 */

import type { ArrivalFailure, Inbox, InboxMessage, SetAside } from '../inbox/arrival.ts';
import type { ReportOddity } from '../object-store.ts';
import type { ServiceCounts } from '../service-counts.ts';
import type { AwsAccess } from './aws-access.ts';
import { type QueuedMessage, SqsQueue } from './sqs-queue.ts';

/** A message that could not be read so often is given up, unless it is the service that fails. */
const TRIES_MAX = 5;
const PAUSE_SECONDS = 5;
const PAUSE_SECONDS_MAX = 300;
const HOUR_SECONDS = 3_600;
/** Messages that were reported as given up. */
const IDS_KEPT = 10_000;

export interface SqsMessagesOptions {
  readonly name: string;
  readonly access: AwsAccess;
  readonly counts: ServiceCounts;
  readonly setAside: SetAside;
}

export interface SqsMessage extends InboxMessage {
  /** Whatever the operator says of those that were read: it is not worth coming again. */
  drop(): void;
  /** However often it comes, it will not be read. */
  giveUp(reason: string): void;
}

export class SqsMessages implements Inbox<SqsMessage> {
  readonly aheadMax: number;
  readonly #options: SqsMessagesOptions;
  readonly #queue: SqsQueue;
  readonly #toldIds = new Set<string>();
  #report: ReportOddity = () => {};

  constructor(options: SqsMessagesOptions) {
    this.#options = options;
    const { name, access, counts } = options;
    this.aheadMax = Math.max(1, access.concurrency);
    this.#queue = new SqsQueue({
      name,
      access,
      counts,
      onProblem: (message) => this.#report('warning', this.name, message),
    });
  }

  get name(): string {
    return `sqs://${this.#options.name}`;
  }

  open(report: ReportOddity): Promise<void> {
    this.#report = report;
    return this.#queue.open();
  }

  async receive(): Promise<readonly SqsMessage[]> {
    const messages = await this.#queue.receive();
    return messages.map((message) => this.#toMessage(message));
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  #toMessage(message: QueuedMessage): SqsMessage {
    const { isDeleting } = this.#options.access.queues;
    const { id, body, attributes } = message;
    return {
      id,
      name: `message ${id} of ${this.name}`,
      body: Buffer.from(body),
      attributes,
      done: () => (isDeleting ? this.#queue.delete(message) : this.#queue.forget(message)),
      fail: (failure) => this.#retry(message, failure),
      drop: () => this.#queue.delete(message),
      giveUp: (reason) => void this.#giveUp(message, reason),
    };
  }

  #retry(message: QueuedMessage, { reason, mayPass }: ArrivalFailure): void {
    if (message.receiveCount >= TRIES_MAX && !mayPass) {
      void this.#giveUp(message, reason);
      return;
    }
    const seconds = Math.min(PAUSE_SECONDS_MAX, PAUSE_SECONDS * 2 ** (message.receiveCount - 1));
    this.#queue.giveBack(message, seconds);
    this.#report('warning', this.name, `${reason}; retried in ${seconds} s`);
  }

  async #giveUp(message: QueuedMessage, reason: string): Promise<void> {
    const { id, body } = message;
    const isKept = await this.#options.setAside({ queue: this.name, id, reason, body });
    if (isKept) this.#queue.delete(message);
    else this.#queue.giveBack(message, HOUR_SECONDS);
    if (this.#toldIds.has(id)) return;
    for (const oldest of this.#toldIds) {
      if (this.#toldIds.size < IDS_KEPT) break;
      this.#toldIds.delete(oldest);
    }
    this.#toldIds.add(id);
    const fate = isKept ? 'was set aside' : 'is left in the queue';
    this.#report('lost', `message ${id} of ${this.name}`, `${reason}; the message ${fate}`);
  }
}
