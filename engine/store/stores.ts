/* What locations are to the I/O thread: made once where a second one would begin again from the start. */

import { SYSTEM_CLOCK } from '../base/clock.ts';
import { FollowedBucket } from './aws/followed-bucket.ts';
import { S3_SCHEME } from './aws/s3-location.ts';
import { S3Store } from './aws/s3-store.ts';
import { SqsInbox } from './aws/sqs-inbox.ts';
import { parseSqsLocation } from './aws/sqs-location.ts';
import { SqsMessages, type SqsMessagesOptions } from './aws/sqs-messages.ts';
import { FollowedRoot } from './follow/followed-root.ts';
import type { Arrival, Inbox, InboxMessage, SetAside } from './inbox/arrival.ts';
import { ArrivalRoot } from './inbox/arrival-root.ts';
import { isInbox } from './inbox/inbox-location.ts';
import { asArrivals } from './inbox/message-arrivals.ts';
import { QueueRoot } from './inbox/queue-root.ts';
import { isOfBucket } from './kept-root.ts';
import { LineSocket, SOCKET_SCHEME } from './line-socket.ts';
import { LocalStore } from './local-store.ts';
import type { ObjectStore } from './object-store.ts';
import { createCounts, type ServiceCounts } from './service-counts.ts';
import { STANDARD_INPUT, StandardInput } from './standard-input.ts';
import { StoreError } from './store-error.ts';
import type { FollowedRoots, StoreRoot } from './store-protocol.ts';
import { WebhookInbox } from './webhook/webhook-inbox.ts';
import { isWebhookLocation, parseWebhookLocation } from './webhook/webhook-location.ts';
import { WebhookServers } from './webhook/webhook-servers.ts';

type EndlessRoot = FollowedRoot | FollowedBucket | ArrivalRoot;

/** One that is the same for the same reader and name. */
interface Kept<Root> {
  readonly reader: string;
  readonly name: string;
  readonly root: Root;
  /** Of whoever asked last. */
  onNews: () => void;
}

/** Who asks for a root, under which name, and how it is told that there may be something to list. */
export interface StoreAsker {
  readonly reader: string;
  readonly name: string;
  readonly onNews: () => void;
}

/** `reader`: whose message it is. */
export type SetAsideOf = (reader: string) => SetAside;

export class Stores {
  readonly #setAsideOf: SetAsideOf;
  readonly #standardInput = new StandardInput();
  /** By location, with whoever reads there. */
  readonly #sockets = new Map<string, { readonly reader: string; readonly socket: LineSocket }>();
  readonly #endless: Kept<EndlessRoot>[] = [];
  readonly #queues: Kept<QueueRoot>[] = [];
  readonly #webhooks = new WebhookServers();
  readonly #counts = new Map<string, ServiceCounts>();

  constructor(setAsideOf: SetAsideOf) {
    this.#setAsideOf = setAsideOf;
  }

  /** Throws `StoreError` for a location that nobody can open. */
  open(root: StoreRoot, asker: StoreAsker): ObjectStore {
    const { location, isFollowed, aws } = root;
    if (isFollowed || isInbox(location))
      return keptFor(this.#endless, asker, (onNews) => this.#create(root, asker.reader, onNews));
    if (location === STANDARD_INPUT) return this.#standardInput;
    if (location.startsWith(S3_SCHEME) && aws !== undefined)
      return new S3Store(location, aws, this.#countsOf(asker.reader));
    if (!location.startsWith(SOCKET_SCHEME)) return new LocalStore(location);
    const { socket } = this.#sockets.get(location) ?? { socket: new LineSocket(location) };
    this.#sockets.set(location, { reader: asker.reader, socket });
    return socket;
  }

  /** What comes there, message by message; what another one was given and did not settle comes again. */
  openQueue(root: StoreRoot, asker: StoreAsker): QueueRoot {
    const queue = keptFor(
      this.#queues,
      asker,
      (onNews) => new QueueRoot(this.#openMessages(root, asker.reader), onNews),
    );
    queue.giveAgain();
    return queue;
  }

  /** Of the roots that a reader follows. Rejects with `StoreError` where one cannot be looked at. */
  async keep(reader: string, run: number): Promise<FollowedRoots> {
    const kept = await Promise.all(
      this.#of(reader).map(async ({ name, root }) =>
        root instanceof ArrivalRoot ? undefined : ([name, await root.keep(run)] as const),
      ),
    );
    return Object.fromEntries(kept.flatMap((one) => (one === undefined ? [] : [one])));
  }

  /** All events of the runs of a reader up to this one are with the outputs. */
  acknowledge(reader: string, run: number): void {
    for (const { root } of this.#of(reader))
      if (!(root instanceof FollowedRoot)) root.acknowledge(run);
  }

  /** A reader reads no more: what came by itself and was not settled is given back. What it asked for in all. */
  async close(reader: string): Promise<ServiceCounts> {
    const queues = this.#queues.filter((one) => one.reader === reader);
    await Promise.allSettled(
      [...this.#of(reader), ...queues].map(({ root }) =>
        root instanceof FollowedRoot ? Promise.resolve() : root.close(),
      ),
    );
    const counts = this.#countsOf(reader);
    for (const one of this.#sockets.values()) {
      if (one.reader !== reader) continue;
      counts.droppedBytes += one.socket.unreadSize;
      await one.socket.close();
    }
    return counts;
  }

  #create(root: StoreRoot, reader: string, onNews: () => void): EndlessRoot {
    const { location, state, aws } = root;
    const clock = SYSTEM_CLOCK;
    const counts = this.#countsOf(reader);
    const isKeptByBucket = state !== undefined && isOfBucket(state);
    if (location.startsWith(S3_SCHEME) && aws !== undefined) {
      const kept = isKeptByBucket ? state : undefined;
      return new FollowedBucket({ location, access: aws, counts, clock, onNews, state: kept });
    }
    if (!isInbox(location)) {
      const kept = isKeptByBucket ? undefined : state;
      return new FollowedRoot({ location, onNews, clock, state: kept });
    }
    return new ArrivalRoot(this.#createInbox(root, reader), onNews);
  }

  #createInbox(root: StoreRoot, reader: string): Inbox<Arrival> {
    return isWebhookLocation(root.location)
      ? asArrivals(this.#openMessages(root, reader))
      : new SqsInbox(this.#queueOptions(root, reader));
  }

  #openMessages(root: StoreRoot, reader: string): Inbox<InboxMessage> {
    const { location, webhook } = root;
    const address = parseWebhookLocation(location);
    if (address === undefined || webhook === undefined)
      return new SqsMessages(this.#queueOptions(root, reader));
    return new WebhookInbox({
      name: location,
      location: address,
      access: webhook,
      counts: this.#countsOf(reader),
      servers: this.#webhooks,
    });
  }

  #queueOptions({ location, aws }: StoreRoot, reader: string): SqsMessagesOptions {
    const name = parseSqsLocation(location);
    if (name === undefined || aws === undefined)
      throw new StoreError('invalid-argument', 'nothing can be received there');
    const counts = this.#countsOf(reader);
    return { name, access: aws, counts, setAside: this.#setAsideOf(reader) };
  }

  #countsOf(reader: string): ServiceCounts {
    const known = this.#counts.get(reader);
    if (known !== undefined) return known;
    const counts = createCounts();
    this.#counts.set(reader, counts);
    return counts;
  }

  #of(reader: string): Kept<EndlessRoot>[] {
    return this.#endless.filter((one) => one.reader === reader);
  }
}

/** The same one for the same reader and name, which tells from now on whoever asked last. */
function keptFor<Root>(
  all: Kept<Root>[],
  { reader, name, onNews }: StoreAsker,
  create: (onNews: () => void) => Root,
): Root {
  const known = all.find((one) => one.reader === reader && one.name === name);
  if (known !== undefined) {
    known.onNews = onNews;
    return known.root;
  }
  const kept: Kept<Root> = { reader, name, onNews, root: create(() => kept.onNews()) };
  all.push(kept);
  return kept.root;
}
