/*
 * A queue as an inbox: the objects that its messages announce, or the events that they hold. A message is deleted when
 * all of its events are with the outputs. One whose objects cannot be read comes again, after longer and longer times;
 * when it has come often enough it is set aside, or, where nobody takes it, left in the queue and tried once an hour.
 */

import { SYSTEM_CLOCK } from '../../base/clock.ts';
import type { Arrival, ArrivalFailure, ArrivedObject, Inbox, SetAside } from '../inbox/arrival.ts';
import { createMessageObject } from '../inbox/message-object.ts';
import type { ReportOddity } from '../object-store.ts';
import type { ServiceCounts } from '../service-counts.ts';
import type { AwsAccess } from './aws-access.ts';
import { connectS3, type S3Service } from './aws-client.ts';
import { readNotification } from './notification.ts';
import { S3Body } from './s3-body.ts';
import { type QueuedMessage, SqsQueue } from './sqs-queue.ts';

/** A message whose objects could not be read so often is given up, unless it is the service that fails. */
const TRIES_MAX = 5;
const PAUSE_SECONDS = 5;
const PAUSE_SECONDS_MAX = 300;
const HOUR_SECONDS = 3_600;
/** Messages of which it was said that they are given up. */
const IDS_KEPT = 10_000;

export interface SqsInboxOptions {
  readonly name: string;
  readonly access: AwsAccess;
  readonly counts: ServiceCounts;
  readonly setAside: SetAside;
}

export class SqsInbox implements Inbox {
  readonly aheadMax: number;
  readonly #options: SqsInboxOptions;
  readonly #queue: SqsQueue;
  readonly #toldIds = new Set<string>();
  #buckets: Promise<S3Service> | undefined;
  #report: ReportOddity = () => {};

  constructor(options: SqsInboxOptions) {
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

  open(report: ReportOddity): Promise<void> {
    this.#report = report;
    return this.#queue.open();
  }

  async receive(): Promise<readonly Arrival[]> {
    const messages = await this.#queue.receive();
    return messages.flatMap((message) => this.#toArrival(message) ?? []);
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  #toArrival(message: QueuedMessage): Arrival | undefined {
    const found = readNotification(message.body);
    switch (found.kind) {
      case 'nothing':
        this.#queue.delete(message);
        return undefined;
      case 'unusable':
        void this.#giveUp(message, found.reason);
        return undefined;
      case 'events': {
        const object = createMessageObject.bind(undefined, Buffer.from(found.text));
        const name = `message ${message.id} of ${this.name}`;
        const open: ArrivedObject['open'] = () => Promise.resolve(object());
        return this.#arrival(message, [{ path: `${message.id}.json`, name, open }]);
      }
      default:
        return this.#arrival(
          message,
          found.objects.map(({ bucket, key }) => ({
            path: `${bucket}/${key}`,
            name: `s3://${bucket}/${key}`,
            open: async () => S3Body.open(await this.#connect(), { bucket, key }, SYSTEM_CLOCK),
          })),
        );
    }
  }

  #arrival(message: QueuedMessage, objects: readonly ArrivedObject[]): Arrival {
    const { isDeleting } = this.#options.access.queues;
    return {
      objects,
      done: () => (isDeleting ? this.#queue.delete(message) : this.#queue.forget(message)),
      fail: (failure) => this.#retry(message, failure),
    };
  }

  #retry(message: QueuedMessage, { reason, mayPass }: ArrivalFailure): void {
    if (message.receiveCount >= TRIES_MAX && !mayPass) {
      void this.#giveUp(message, reason);
      return;
    }
    const seconds = Math.min(PAUSE_SECONDS_MAX, PAUSE_SECONDS * 2 ** (message.receiveCount - 1));
    this.#queue.giveBack(message, seconds);
    this.#report('warning', this.name, `${reason}; it is tried again in ${seconds} s`);
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

  get name(): string {
    return `sqs://${this.#options.name}`;
  }

  #connect(): Promise<S3Service> {
    this.#buckets ??= connectS3(this.#options.access, this.#options.counts);
    return this.#buckets;
  }
}
