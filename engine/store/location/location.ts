/*
 * Locations: what a source opens, and what a plugin is granted. A text is parsed once, where the
 * configuration is read; from there on a location is a value of one kind, and all that depends on the kind stands in
 * the table below and in the one that opens them (`store/thread/open-root.ts`).
 */

import { BUCKET, type BucketLocation } from './bucket-location.ts';
import {
  type CheckContext,
  type InvalidLocation,
  invalid,
  type LocationFinding,
  type LocationKind,
  type Supply,
  unreadable,
} from './location-kind.ts';
import { PATH, type PathLocation } from './path-location.ts';
import { QUEUE, type QueueLocation } from './queue-location.ts';
import { SOCKET, type SocketLocation } from './socket-location.ts';
import { STANDARD_INPUT, type StandardInputLocation } from './standard-input-location.ts';
import { WEBHOOK, type WebhookLocation } from './webhook-location.ts';

export type Location =
  | StandardInputLocation
  | PathLocation
  | SocketLocation
  | BucketLocation
  | QueueLocation
  | WebhookLocation;

export type KindName = Location['kind'];

/** The location of a kind. */
export type LocationOf<Kind extends KindName> = Extract<Location, { kind: Kind }>;

/** The first one whose pattern fits a text counts. */
const KINDS: { readonly [Kind in KindName]: LocationKind<LocationOf<Kind>> } = {
  'standard-input': STANDARD_INPUT,
  socket: SOCKET,
  bucket: BUCKET,
  queue: QUEUE,
  webhook: WEBHOOK,
  path: PATH,
};

/** `folder`: the base of relative paths, absolute. */
export function parseLocation(text: string, folder: string): Location | InvalidLocation {
  if (text === '') return invalid(text, 'no location was given');
  const kind = Object.values(KINDS).find(({ pattern }) => pattern.test(text));
  const hint = 'name a file or a folder of this machine';
  return kind?.parse(text, folder) ?? invalid(text, 'such a location is not supported', hint);
}

export function supplyOf({ kind }: Location): Supply {
  return KINDS[kind].supply;
}

/** What is wrong with it; nothing: it can be opened. */
export function checkLocation(
  location: Location | InvalidLocation,
  context: CheckContext,
): LocationFinding[] {
  if (location.kind === 'invalid') return [unreadable(location.what, location.hint)];
  return kindOf(location).check(location, context);
}

/** Stored bytes below a location that has an end; `undefined` when unknown (or not known soon enough). */
export function measureLocation(location: Location): Promise<number | undefined> {
  return kindOf(location).measure(location);
}

/** The table's row is of the location's own kind: the type check cannot follow that through the union. */
function kindOf<L extends Location>({ kind }: L): LocationKind<L> {
  return KINDS[kind] as unknown as LocationKind<L>;
}
