/* How each kind of location is opened: the other table by kind, for the I/O thread alone. */

import { SYSTEM_CLOCK } from '../../base/clock.ts';
import type { AwsAccess } from '../aws/aws-access.ts';
import { FollowedBucket } from '../aws/followed-bucket.ts';
import { S3Store } from '../aws/s3-store.ts';
import { SqsInbox } from '../aws/sqs-inbox.ts';
import { SqsMessages, type SqsMessagesOptions } from '../aws/sqs-messages.ts';
import { FollowedRoot } from '../follow/followed-root.ts';
import type { Inbox, InboxMessage, SetAside } from '../inbox/arrival.ts';
import { ArrivalRoot } from '../inbox/arrival-root.ts';
import { asArrivals } from '../inbox/message-arrivals.ts';
import type { LineSocket } from '../local/line-socket.ts';
import { LocalStore } from '../local/local-store.ts';
import type { StandardInput } from '../local/standard-input.ts';
import type { KindName, Location, LocationOf } from '../location/location.ts';
import type { QueueLocation } from '../location/queue-location.ts';
import type { WebhookAccess } from '../location/webhook-access.ts';
import type { WebhookLocation } from '../location/webhook-location.ts';
import type { ObjectStore } from '../object-store.ts';
import { isOfBucket, type KeptRoot } from '../protocol/kept-root.ts';
import type { ServiceCounts } from '../service-counts.ts';
import { StoreError } from '../store-error.ts';
import { WebhookInbox } from '../webhook/webhook-inbox.ts';
import type { WebhookServers } from '../webhook/webhook-servers.ts';

export type EndlessRoot = FollowedRoot | FollowedBucket | ArrivalRoot;

/** What a location is opened with. */
export interface OpenContext {
  readonly aws: AwsAccess;
  readonly webhook: WebhookAccess;
  /** Where another process stood in a location that is followed. */
  readonly state: KeptRoot | undefined;
  /** Counts of the reader. */
  readonly counts: ServiceCounts;
  readonly setAside: SetAside;
  /** There may be something to list. */
  readonly onNews: () => void;
  /** One for the process. */
  readonly standardInput: StandardInput;
  readonly webhooks: WebhookServers;
  /** The same one for the same path. */
  socketAt(path: string): LineSocket;
}

/** A way that a kind does not have is left out. */
interface Opener<L extends Location> {
  /** Its objects, up to its end where it has one. */
  open?(location: L, context: OpenContext): ObjectStore;
  /** Its objects without an end: how far they were read is kept, or their senders get answers. */
  follow?(location: L, context: OpenContext): EndlessRoot;
  /** Its messages, one by one. */
  receive?(location: L, context: OpenContext): Inbox<InboxMessage>;
}

const OPENERS: { readonly [Kind in KindName]: Opener<LocationOf<Kind>> } = {
  'standard-input': { open: (_, { standardInput }) => standardInput },
  socket: { open: ({ path }, context) => context.socketAt(path) },
  path: {
    open: ({ text }) => new LocalStore(text),
    follow: ({ text }, { onNews, state }) =>
      new FollowedRoot({
        location: text,
        onNews,
        clock: SYSTEM_CLOCK,
        state: state === undefined || isOfBucket(state) ? undefined : state,
      }),
  },
  bucket: {
    open: (location, { aws, counts }) => new S3Store(location, aws, counts),
    follow: (location, { aws, counts, onNews, state }) =>
      new FollowedBucket({
        location,
        access: aws,
        counts,
        clock: SYSTEM_CLOCK,
        onNews,
        state: state !== undefined && isOfBucket(state) ? state : undefined,
      }),
  },
  queue: {
    follow: (location, context) =>
      new ArrivalRoot(new SqsInbox(toQueueOptions(location, context)), context.onNews),
    receive: (location, context) => new SqsMessages(toQueueOptions(location, context)),
  },
  webhook: {
    follow: (location, context) =>
      new ArrivalRoot(asArrivals(receiveWebhook(location, context)), context.onNews),
    receive: receiveWebhook,
  },
};

/** Throws `StoreError` for a location that has no such way. */
export function openStore(location: Location, context: OpenContext): ObjectStore {
  return openerOf(location).open?.(location, context) ?? refuse('cannot be read to an end');
}

export function openEndless(location: Location, context: OpenContext): EndlessRoot {
  return openerOf(location).follow?.(location, context) ?? refuse('cannot be followed');
}

export function openMessages(location: Location, context: OpenContext): Inbox<InboxMessage> {
  return openerOf(location).receive?.(location, context) ?? refuse('has no messages');
}

function refuse(what: string): never {
  throw new StoreError('invalid-argument', what);
}

/** The table's row is of the location's own kind: the type check cannot follow that through the union. */
function openerOf<L extends Location>({ kind }: L): Opener<L> {
  return OPENERS[kind] as unknown as Opener<L>;
}

function toQueueOptions({ name }: QueueLocation, context: OpenContext): SqsMessagesOptions {
  const { aws, counts, setAside } = context;
  return { name, access: aws, counts, setAside };
}

function receiveWebhook(
  location: WebhookLocation,
  { webhook, counts, webhooks }: OpenContext,
): WebhookInbox {
  return new WebhookInbox({
    name: location.text,
    location,
    access: webhook,
    counts,
    servers: webhooks,
  });
}
