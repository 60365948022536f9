/* A queue as an inbox of objects: those that its messages announce, or the events that they hold. */

import { SYSTEM_CLOCK } from '../../base/clock.ts';
import type { Arrival, Inbox } from '../inbox/arrival.ts';
import { createMessageObject } from '../inbox/message-object.ts';
import type { ReportOddity } from '../object-store.ts';
import { connectS3, type S3Service } from './aws-client.ts';
import { readNotification } from './notification.ts';
import { S3Body } from './s3-body.ts';
import { type SqsMessage, SqsMessages, type SqsMessagesOptions } from './sqs-messages.ts';

export class SqsInbox implements Inbox<Arrival> {
  readonly #options: SqsMessagesOptions;
  readonly #messages: SqsMessages;
  #buckets: Promise<S3Service> | undefined;

  constructor(options: SqsMessagesOptions) {
    this.#options = options;
    this.#messages = new SqsMessages(options);
  }

  get name(): string {
    return this.#messages.name;
  }

  get aheadMax(): number {
    return this.#messages.aheadMax;
  }

  open(report: ReportOddity): Promise<void> {
    return this.#messages.open(report);
  }

  async receive(): Promise<readonly Arrival[]> {
    const messages = await this.#messages.receive();
    return messages.flatMap((message) => this.#toArrival(message) ?? []);
  }

  close(): Promise<void> {
    return this.#messages.close();
  }

  #toArrival(message: SqsMessage): Arrival | undefined {
    const { id, name, done, fail } = message;
    const found = readNotification(message.body.toString());
    switch (found.kind) {
      case 'nothing':
        message.drop();
        return undefined;
      case 'unusable':
        message.giveUp(found.reason);
        return undefined;
      case 'events': {
        const bytes = Buffer.from(found.text);
        const open = () => Promise.resolve(createMessageObject(bytes));
        return { objects: [{ path: `${id}.json`, name, open }], done, fail };
      }
      default: {
        const objects = found.objects.map(({ bucket, key }) => ({
          path: `${bucket}/${key}`,
          name: `s3://${bucket}/${key}`,
          open: async () => S3Body.open(await this.#connect(), { bucket, key }, SYSTEM_CLOCK),
        }));
        return { objects, done, fail };
      }
    }
  }

  #connect(): Promise<S3Service> {
    this.#buckets ??= connectS3(this.#options.access, this.#options.counts);
    return this.#buckets;
  }
}
