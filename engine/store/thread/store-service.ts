/*
 * The roots of one connection, in the I/O thread: answers what a plugin asks, and reads ahead: while one object
 * is read, those behind it in the listing are opened and fill their rings.
 */

import { basename } from 'node:path';
import { guarded } from '../../base/guard.ts';
import { LIMITS } from '../../base/limits.ts';
import type { QueueRoot } from '../inbox/queue-root.ts';
import type { ObjectStore, ReportOddity } from '../object-store.ts';
import type { ConnectRequest, StoreRequest } from '../protocol/store-protocol.ts';
import { StoreError, toStoreError } from '../store-error.ts';
import { ObjectPump } from './object-pump.ts';
import { RingSupply } from './ring-supply.ts';
import { ProcessReader, type StoreReader, ThreadReader } from './store-reader.ts';
import type { Stores } from './stores.ts';

/** So many objects are read ahead, where the store does not say. */
const AHEAD_MAX = 2;

type OpenRequest = Extract<StoreRequest, { kind: 'open' }>;
type ListRequest = Extract<StoreRequest, { kind: 'list' }>;
type QueueRequest = Extract<StoreRequest, { kind: 'receive' | 'settle' }>;

interface Ahead {
  readonly pump: ObjectPump;
  readonly started: Promise<void>;
  readonly index: number;
}

interface Root {
  /** For people. */
  readonly location: string;
  readonly store: ObjectStore;
  /** Paths of the latest page, and those of them that are being read ahead. */
  page: readonly string[];
  readonly ahead: Map<string, Ahead>;
}

export class StoreService {
  readonly #reader: StoreReader;
  readonly #isForProcess: boolean;
  readonly #roots = new Map<string, Root>();
  readonly #queues = new Map<string, QueueRoot>();
  readonly #pumps = new Map<number, ObjectPump>();
  readonly #rings: RingSupply;
  readonly #tellOddity: ReportOddity = (severity, subject, message) =>
    this.#reader.post({ kind: 'oddity', severity, subject, message });
  #objects = 0;
  /** Those that are asked for and not open yet. */
  #opening = 0;

  constructor({ port, signal, window, roots, reader }: ConnectRequest, stores: Stores) {
    this.#isForProcess = window !== undefined;
    this.#reader =
      window === undefined
        ? new ThreadReader(port, signal)
        : new ProcessReader(port, window, (object) => this.#pumps.get(object)?.hasRoom());
    const onNews = (): void => this.#reader.notify();
    for (const [name, root] of Object.entries(roots.stores)) {
      const location = root.location.text;
      const store = openOrRefuse(() => stores.open(root, { reader, name, onNews }));
      this.#roots.set(name, { location, store, page: [], ahead: new Map() });
    }
    const aheadMax = [...this.#roots.values()].map(({ store }) => aheadMaxOf(store));
    this.#rings = new RingSupply(Math.max(0, ...aheadMax));
    for (const [name, root] of Object.entries(roots.queues))
      this.#queues.set(name, stores.openQueue(root, { reader, name, onNews }));
    const take = (request: StoreRequest): unknown => this.#take(request);
    port.on(
      'message',
      guarded('store-request', take, (error, request) => this.#refuse(error, request)),
    );
    // The thread with the other end has ended.
    const end = (): void => {
      this.#closeAll();
      this.#reader.close();
    };
    port.on(
      'close',
      guarded('store-close', end, () => {}),
    );
  }

  #take(request: StoreRequest): Promise<void> | undefined {
    if (request.kind === 'room') this.#pumps.get(request.object)?.hasRoom();
    else if (request.kind === 'close') this.#close(request.object);
    else if (request.kind === 'read') this.#reader.read(request.object, request.pane);
    else return this.#answer(request);
    return undefined;
  }

  /** The caller waits for an answer; an object that cannot be read is at its end. */
  #refuse(error: Error, request: StoreRequest): void {
    const { message } = error;
    if ('id' in request)
      this.#reader.post({ kind: 'refused', id: request.id, code: 'io', message });
    else this.#tellOddity('lost', `object ${request.object}`, message);
  }

  async #answer(request: Extract<StoreRequest, { id: number }>): Promise<void> {
    const { id } = request;
    try {
      if (request.kind === 'receive' || request.kind === 'settle') await this.#answerQueue(request);
      else await this.#answerStore(request);
    } catch (error) {
      const { code, message } = toStoreError(error);
      this.#reader.post({ kind: 'refused', id, code, message });
    }
  }

  async #answerQueue(request: QueueRequest): Promise<void> {
    const { id, root: name } = request;
    const queue = this.#queues.get(name);
    if (queue === undefined) throw new StoreError('denied', this.#describeNoQueue(name));
    if (request.kind === 'settle') {
      queue.settle(request.handles, request.fate);
      this.#reader.post({ kind: 'settled', id });
      return;
    }
    const messages = await queue.receive(request.max, this.#tellOddity);
    this.#reader.post({ kind: 'messages', id, messages });
  }

  #describeNoQueue(name: string): string {
    const location = this.#roots.get(name)?.location;
    return location === undefined
      ? `queue root \`${name}\` was not granted`
      : `${location} is not a queue`;
  }

  async #answerStore(request: ListRequest | OpenRequest): Promise<void> {
    const { id, root: name } = request;
    const root = this.#roots.get(name);
    if (root === undefined)
      throw new StoreError('denied', `store root \`${name}\` was not granted`);
    if (request.kind === 'open') {
      await this.#open(root, request);
      return;
    }
    const entries = await root.store.listEntries(request.after, request.limit, this.#tellOddity);
    root.page = entries.map(({ path }) => path);
    this.#reader.post({ kind: 'entries', id, entries });
  }

  async #open(root: Root, request: OpenRequest): Promise<void> {
    const { id, path, encoding, offset } = request;
    if (this.#pumps.size + this.#opening >= LIMITS.openObjectsMax.value)
      throw new StoreError('denied', 'too many objects are open');
    const index = root.page.indexOf(path);
    const isPlain = encoding === 'automatic' && offset === 0;
    const known = isPlain ? root.ahead.get(path) : undefined;
    if (known !== undefined) root.ahead.delete(path);
    const pump = known?.pump ?? this.#createPump(root, { path, encoding, offset });
    this.#opening += 1;
    try {
      await (known?.started ?? pump.start());
    } finally {
      this.#opening -= 1;
    }
    this.#pumps.set(pump.object, pump);
    pump.adopt();
    const { object, content, run } = pump;
    this.#reader.post({ kind: 'opened', id, object, content, run });
    this.#readAhead(root, index);
  }

  #readAhead(root: Root, current: number): void {
    for (const [path, { pump, index }] of root.ahead) {
      // It was passed over.
      if (index > current) continue;
      pump.close();
      root.ahead.delete(path);
    }
    if (current < 0) return;
    const last = current + aheadMaxOf(root.store);
    for (let index = current + 1; index <= last; index++) {
      const path = root.page[index];
      if (path === undefined || root.ahead.has(path)) continue;
      const pump = this.#createPump(root, { path, encoding: 'automatic', offset: 0 });
      const started = pump.start();
      // Its reader gets the error.
      started.catch(() => {});
      root.ahead.set(path, { pump, started, index });
    }
  }

  #createPump(root: Root, request: Pick<OpenRequest, 'path' | 'encoding' | 'offset'>): ObjectPump {
    this.#objects += 1;
    const object = this.#objects;
    return new ObjectPump({
      ...request,
      object,
      store: root.store,
      name: request.path || basename(root.location),
      isForProcess: this.#isForProcess,
      takeRing: () => this.#rings.take(),
      post: (message) => this.#reader.post(message),
      notify: () => this.#reader.notify(),
      giveRing: (ring) => this.#rings.give(ring),
    });
  }

  #close(object: number): void {
    this.#pumps.get(object)?.close();
    this.#pumps.delete(object);
    this.#reader.forget(object);
  }

  #closeAll(): void {
    for (const object of [...this.#pumps.keys()]) this.#close(object);
    for (const { ahead } of this.#roots.values()) {
      for (const { pump } of ahead.values()) pump.close();
      ahead.clear();
    }
  }
}

function aheadMaxOf({ aheadMax }: ObjectStore): number {
  return aheadMax ?? AHEAD_MAX;
}

/** A location that cannot be opened is refused to every caller. */
function openOrRefuse(open: () => ObjectStore): ObjectStore {
  try {
    return open();
  } catch (error) {
    const refuse = (): Promise<never> => Promise.reject(toStoreError(error));
    return { listEntries: refuse, open: refuse };
  }
}
