/*
 * A queue of SQS: messages are received with a long poll, hidden from others as long as they are worked on, and deleted
 * or given back in groups of ten.
 */

import type { Message } from '@aws-sdk/client-sqs';
import type { ServiceCounts } from '../service-counts.ts';
import { StoreError } from '../store-error.ts';
import type { AwsAccess } from './aws-access.ts';
import { connectSqs, type SqsService } from './aws-client.ts';
import { toQueueError } from './aws-error.ts';

/** The service takes no more at once, and waits no longer. */
const GROUP_MAX = 10;
const WAIT_SECONDS = 20;
/** So many times within the time for which a message is hidden, that time is renewed. */
const RENEWALS = 3;
/** Answers not sent before that time go with the next group. */
const GROUP_TIME_MS = 100;

export interface QueuedMessage {
  readonly id: string;
  readonly handle: string;
  readonly body: string;
  /** Those of the sender, and those of the queue that tell something of the message. */
  readonly attributes: readonly (readonly [name: string, value: string])[];
  /** It was received so many times, this one included. */
  readonly receiveCount: number;
}

type Fate = { readonly kind: 'delete' } | { readonly kind: 'hide'; readonly seconds: number };

interface Settled {
  readonly message: QueuedMessage;
  readonly fate: Fate;
}

export interface SqsQueueOptions {
  readonly name: string;
  readonly access: AwsAccess;
  readonly counts: ServiceCounts;
  /** Something could not be done that makes messages come again. */
  readonly onProblem: (message: string) => void;
}

export class SqsQueue {
  readonly #options: SqsQueueOptions;
  readonly #held = new Map<string, QueuedMessage>();
  readonly #stop = new AbortController();
  #service: SqsService | undefined;
  #url = '';
  #settled: Settled[] = [];
  #timer: NodeJS.Timeout | undefined;
  #renewal: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: SqsQueueOptions) {
    this.#options = options;
  }

  /** Rejects with `StoreError`, as everything here does. */
  async open(): Promise<void> {
    const { name, access, counts } = this.#options;
    const { ownerAccount, visibilitySeconds } = access.queues;
    this.#service = await connectSqs(access, counts);
    const { module } = this.#service;
    const answer = await this.#send('sqs:GetQueueUrl', (client) =>
      client.send(
        new module.GetQueueUrlCommand({
          QueueName: name,
          ...(ownerAccount === undefined ? {} : { QueueOwnerAWSAccountId: ownerAccount }),
        }),
      ),
    );
    this.#url = answer.QueueUrl ?? '';
    this.#renewal = setInterval(() => this.#renew(), (visibilitySeconds * 1000) / RENEWALS);
  }

  /** Up to ten messages; none when none came in time, or the queue was closed. */
  async receive(): Promise<readonly QueuedMessage[]> {
    if (this.#stop.signal.aborted) return [];
    const { module } = this.#connected;
    const answer = await this.#send('sqs:ReceiveMessage', (client) =>
      client.send(
        new module.ReceiveMessageCommand({
          QueueUrl: this.#url,
          MaxNumberOfMessages: GROUP_MAX,
          WaitTimeSeconds: WAIT_SECONDS,
          VisibilityTimeout: this.#options.access.queues.visibilitySeconds,
          MessageSystemAttributeNames: [
            'ApproximateReceiveCount',
            'SentTimestamp',
            'MessageGroupId',
          ],
          MessageAttributeNames: ['All'],
        }),
        { abortSignal: this.#stop.signal },
      ),
    ).catch((error: unknown) => {
      if (this.#stop.signal.aborted) return undefined;
      throw error;
    });
    const messages = (answer?.Messages ?? []).map(toMessage);
    this.#options.counts.messages += messages.length;
    for (const message of messages) this.#held.set(message.id, message);
    return messages;
  }

  /** It is not to come again. */
  delete(message: QueuedMessage): void {
    this.#settle(message, { kind: 'delete' });
  }

  /** It is to come again after that time, at most twelve hours. */
  giveBack(message: QueuedMessage, seconds: number): void {
    this.#settle(message, { kind: 'hide', seconds });
  }

  /** It comes again when its time is over. */
  forget(message: QueuedMessage): void {
    this.#held.delete(message.id);
  }

  /** Returns unsettled messages to the queue; resolves when all of that is sent. */
  async close(): Promise<void> {
    this.#stop.abort();
    clearInterval(this.#renewal);
    for (const message of [...this.#held.values()]) this.giveBack(message, 0);
    this.#write();
    await this.#writing;
    this.#service?.client.destroy();
  }

  #settle(message: QueuedMessage, fate: Fate): void {
    this.#held.delete(message.id);
    this.#options.counts[fate.kind === 'delete' ? 'deleted' : 'returned'] += 1;
    this.#settled.push({ message, fate });
    if (this.#settled.length >= GROUP_MAX) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), GROUP_TIME_MS);
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const settled = this.#settled;
    this.#settled = [];
    if (settled.length === 0) return;
    const deleted = settled.filter(({ fate }) => fate.kind === 'delete');
    const hidden = settled.flatMap(({ message, fate }) =>
      fate.kind === 'hide' ? [{ message, seconds: fate.seconds }] : [],
    );
    this.#writing = this.#writing
      .then(() => this.#delete(deleted.map(({ message }) => message)))
      .then(() => this.#hide(hidden))
      .catch((error: unknown) => this.#options.onProblem((error as Error).message));
  }

  #renew(): void {
    const seconds = this.#options.access.queues.visibilitySeconds;
    const held = [...this.#held.values()];
    this.#hide(held.map((message) => ({ message, seconds }))).catch((error: unknown) =>
      this.#options.onProblem((error as Error).message),
    );
  }

  async #delete(messages: readonly QueuedMessage[]): Promise<void> {
    const { module } = this.#connected;
    for (const group of groupsOf(messages)) {
      const answer = await this.#send('sqs:DeleteMessage', (client) =>
        client.send(
          new module.DeleteMessageBatchCommand({
            QueueUrl: this.#url,
            Entries: group.map(({ handle }, index) => ({ Id: `${index}`, ReceiptHandle: handle })),
          }),
        ),
      );
      this.#tellFailed(answer.Failed, 'deleted');
    }
  }

  async #hide(
    messages: readonly { readonly message: QueuedMessage; readonly seconds: number }[],
  ): Promise<void> {
    const { module } = this.#connected;
    for (const group of groupsOf(messages)) {
      const answer = await this.#send('sqs:ChangeMessageVisibility', (client) =>
        client.send(
          new module.ChangeMessageVisibilityBatchCommand({
            QueueUrl: this.#url,
            Entries: group.map(({ message, seconds }, index) => ({
              Id: `${index}`,
              ReceiptHandle: message.handle,
              VisibilityTimeout: Math.round(seconds),
            })),
          }),
        ),
      );
      // One that was settled meanwhile has no time any more.
      const isOurs = (id: string | undefined): boolean =>
        this.#held.has(group[Number(id)]?.message.id ?? '');
      this.#tellFailed(
        answer.Failed?.filter(({ Id }) => isOurs(Id)),
        'kept',
      );
    }
  }

  #tellFailed(
    failed: readonly { readonly Message?: string | undefined }[] | undefined,
    what: string,
  ): void {
    const [first] = failed ?? [];
    if (first === undefined) return;
    const messages = failed?.length === 1 ? 'a message' : `${failed?.length} messages`;
    this.#options.onProblem(
      `${messages} could not be ${what} and will come again: ${first.Message}`,
    );
  }

  async #send<Answer>(
    action: string,
    request: (client: SqsService['client']) => Promise<Answer>,
  ): Promise<Answer> {
    try {
      return await request(this.#connected.client);
    } catch (error) {
      throw toQueueError(error, this.#options.name, action);
    }
  }

  get #connected(): SqsService {
    if (this.#service === undefined) throw new StoreError('io', 'the queue was not opened');
    return this.#service;
  }
}

function toMessage(message: Message): QueuedMessage {
  const { MessageId, ReceiptHandle, Body, Attributes } = message;
  const own = Object.entries({ MessageId, ...Attributes });
  const given = Object.entries(message.MessageAttributes ?? {}).map(
    ([name, { StringValue, BinaryValue }]) =>
      [name, StringValue ?? Buffer.from(BinaryValue ?? []).toString('base64')] as const,
  );
  return {
    id: MessageId ?? '',
    handle: ReceiptHandle ?? '',
    body: Body ?? '',
    // The text of the queue's error may reveal more than its sender may know.
    attributes: [
      ...given,
      ...own.flatMap(([name, value]) => (value ? [[name, value] as const] : [])),
    ],
    receiveCount: Number(Attributes?.ApproximateReceiveCount ?? 1),
  };
}

function groupsOf<One>(all: readonly One[]): One[][] {
  return Array.from({ length: Math.ceil(all.length / GROUP_MAX) }, (_, index) =>
    all.slice(GROUP_MAX * index, GROUP_MAX * (index + 1)),
  );
}
