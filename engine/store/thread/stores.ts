/* What locations are to the I/O thread: made once where a second one would begin again from the start. */

import { FollowedRoot } from '../follow/followed-root.ts';
import type { SetAside } from '../inbox/arrival.ts';
import { ArrivalRoot } from '../inbox/arrival-root.ts';
import { QueueRoot } from '../inbox/queue-root.ts';
import { LineSocket } from '../local/line-socket.ts';
import { StandardInput } from '../local/standard-input.ts';
import { supplyOf } from '../location/location.ts';
import type { ObjectStore } from '../object-store.ts';
import type { FollowedRoots, StoreRoot } from '../protocol/store-protocol.ts';
import { createCounts, type ServiceCounts } from '../service-counts.ts';
import { WebhookServers } from '../webhook/webhook-servers.ts';
import {
  type EndlessRoot,
  type OpenContext,
  openEndless,
  openMessages,
  openStore,
} from './open-root.ts';

/** One that is the same for the same reader and name. */
interface Kept<Root> {
  readonly reader: string;
  readonly name: string;
  readonly root: Root;
  /** Called for the latest reader that asked. */
  onNews: () => void;
}

/** Who asks for a root, under which name, and how to wake the reader when there may be something to list. */
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
  /** By path, with its reader. */
  readonly #sockets = new Map<string, { readonly reader: string; readonly socket: LineSocket }>();
  readonly #endless: Kept<EndlessRoot>[] = [];
  readonly #queues: Kept<QueueRoot>[] = [];
  readonly #webhooks = new WebhookServers();
  readonly #counts = new Map<string, ServiceCounts>();

  constructor(setAsideOf: SetAsideOf) {
    this.#setAsideOf = setAsideOf;
  }

  /** Throws `StoreError` for a location that cannot be opened. */
  open(root: StoreRoot, asker: StoreAsker): ObjectStore {
    const { location, isFollowed } = root;
    if (!isFollowed && supplyOf(location) !== 'inbox')
      return openStore(location, this.#contextOf(root, asker));
    return keptFor(this.#endless, asker, (onNews) =>
      openEndless(location, this.#contextOf(root, { ...asker, onNews })),
    );
  }

  /** What comes there, message by message; what another one was given and did not settle comes again. */
  openQueue(root: StoreRoot, asker: StoreAsker): QueueRoot {
    const queue = keptFor(this.#queues, asker, (onNews) => {
      const inbox = openMessages(root.location, this.#contextOf(root, asker));
      return new QueueRoot(inbox, onNews);
    });
    queue.giveAgain();
    return queue;
  }

  /** Keeps the state of the roots that a reader follows. Rejects with `StoreError` if one cannot be looked at. */
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

  /** Nothing in a run of a reader could be read. */
  refuse(reader: string, run: number, reason: string): void {
    for (const { root } of this.#of(reader))
      if (root instanceof ArrivalRoot) root.refuse(run, reason);
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

  #contextOf({ aws, webhook, state }: StoreRoot, { reader, onNews }: StoreAsker): OpenContext {
    return {
      aws,
      webhook,
      state,
      counts: this.#countsOf(reader),
      setAside: this.#setAsideOf(reader),
      onNews,
      standardInput: this.#standardInput,
      webhooks: this.#webhooks,
      socketAt: (path) => this.#socketAt(path, reader),
    };
  }

  #socketAt(path: string, reader: string): LineSocket {
    const { socket } = this.#sockets.get(path) ?? { socket: new LineSocket(path) };
    this.#sockets.set(path, { reader, socket });
    return socket;
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

/** The same one for the same reader and name; it wakes the latest caller from now on. */
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
