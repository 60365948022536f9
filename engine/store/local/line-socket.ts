/*
 * A Unix socket that programs connect to and write lines to, as a root with one live object: the lines of all
 * connections, each whole, as they come. What was given lately is kept, for a source that is started again.
 */

import { stat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { guarded } from '../../base/guard.ts';
import { LIMITS } from '../../base/limits.ts';
import { countOf } from '../../base/quantity.ts';
import type { ObjectStore, ReportOddity, StoredObject, StoreEntry } from '../object-store.ts';
import { StoreError, toStoreError } from '../store-error.ts';
import { GivenLately } from './given-lately.ts';

const NEWLINE = 0x0a;
const CONNECTIONS_MAX = 1_024;
/** With more than this on the way, no sender is read from until half of it is taken. */
const READY_SIZE_MAX = 1 << 20;
/** Largest size of unfinished lines, over all connections. */
const REST_SIZE_MAX = 64 << 20;
/** A source is not further behind what it was given: a ring, and its own buffer. */
const HISTORY_SIZE = 8 << 20;

interface Connection {
  readonly socket: Socket;
  /** Bytes of a line that has no end yet. */
  rest: Buffer[];
  restSize: number;
}

export class LineSocket implements ObjectStore {
  readonly #path: string;
  readonly #connections = new Set<Connection>();
  #server: Promise<Server> | undefined;
  #report: ReportOddity = () => {};
  #current: SocketObject | undefined;
  /** Whole lines on their way. */
  #ready: Buffer[] = [];
  #readySize = 0;
  /** Size of unfinished lines, over all connections. */
  #restSize = 0;
  #isPaused = false;
  readonly #given = new GivenLately(HISTORY_SIZE);
  #wake: () => void = () => {};

  constructor(path: string) {
    this.#path = path;
  }

  /** Bytes that arrived and were not taken yet, whole lines and unfinished ones. */
  get unreadSize(): number {
    return this.#readySize + this.#restSize;
  }

  async listEntries(after: string, _limit: number, report: ReportOddity): Promise<StoreEntry[]> {
    this.#report = report;
    await this.#open();
    return after === '' ? [{ path: '', size: 0, modifiedNs: 0n }] : [];
  }

  async open(): Promise<StoredObject> {
    await this.#open();
    // The reader before this one reads no more.
    await this.#current?.close();
    this.#current = new SocketObject(this.#path, {
      seek: (offset) => this.#goTo(offset),
      read: (room) => this.#take(room),
      whenReady: () =>
        new Promise((resolve) => {
          this.#wake = resolve;
        }),
      close: () => this.#wake(),
    });
    return this.#current;
  }

  async close(): Promise<void> {
    await this.#current?.close();
    for (const { socket } of this.#connections) socket.destroy();
    (await this.#server)?.close();
  }

  async #open(): Promise<void> {
    this.#server ??= this.#listen();
    try {
      await this.#server;
    } catch (error) {
      this.#server = undefined;
      throw toStoreError(error);
    }
  }

  async #listen(): Promise<Server> {
    const server = createServer(
      guarded(
        'socket-connection',
        (socket) => this.#accept(socket),
        (error, socket) => this.#giveUp(error, socket),
      ),
    );
    server.maxConnections = CONNECTIONS_MAX;
    const path = this.#path;
    const listen = (): Promise<void> =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(path, () => {
          server.off('error', reject);
          resolve();
        });
      });
    try {
      await listen();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      // Left by a process that was killed, or in use by one that is there.
      await removeStale(path);
      await listen();
    }
    return server;
  }

  #accept(socket: Socket): void {
    const connection: Connection = { socket, rest: [], restSize: 0 };
    this.#connections.add(connection);
    if (this.#isPaused) socket.pause();
    const giveUp = (error: Error): void => this.#giveUp(error, socket);
    const receive = (bytes: Buffer): void => this.#receive(connection, bytes);
    socket.on('data', guarded('socket-data', receive, giveUp));
    // The sender has left; its lines stay.
    socket.on('error', () => {});
    const end = (): void => {
      this.#connections.delete(connection);
      if (connection.restSize > 0) this.#push([...connection.rest, Buffer.from('\n')]);
      this.#forgetRest(connection);
    };
    socket.on('close', guarded('socket-end', end, giveUp));
  }

  #giveUp(error: Error, socket: Socket): void {
    socket.destroy();
    this.#report('lost', this.#path, `a connection was closed after an error: ${error.message}`);
  }

  #receive(connection: Connection, bytes: Buffer): void {
    const behind = bytes.lastIndexOf(NEWLINE) + 1;
    if (behind > 0) {
      this.#push([...connection.rest, bytes.subarray(0, behind)]);
      this.#forgetRest(connection);
    }
    if (behind === bytes.length) return;
    connection.rest.push(bytes.subarray(behind));
    connection.restSize += bytes.length - behind;
    this.#restSize += bytes.length - behind;
    if (connection.restSize >= LIMITS.eventSizeMax.value) {
      // Longer than an event may be: its reader says so.
      this.#push(connection.rest);
      this.#forgetRest(connection);
    } else if (this.#restSize > REST_SIZE_MAX) this.#dropLongest();
  }

  /** Unfinished lines share their room over all connections: the sender of the longest one is disconnected. */
  #dropLongest(): void {
    const all = [...this.#connections];
    const longest = all.reduce((most, one) => (one.restSize > most.restSize ? one : most));
    const size = longest.restSize;
    this.#forgetRest(longest);
    longest.socket.destroy();
    const message = `a connection was closed: ${size} bytes of a line without an end, and others like it`;
    this.#report('lost', this.#path, message);
  }

  #forgetRest(connection: Connection): void {
    this.#restSize -= connection.restSize;
    connection.rest = [];
    connection.restSize = 0;
  }

  #push(chunks: readonly Buffer[]): void {
    for (const chunk of chunks) {
      this.#ready.push(chunk);
      this.#readySize += chunk.length;
    }
    if (this.#readySize > READY_SIZE_MAX && !this.#isPaused) {
      this.#isPaused = true;
      for (const { socket } of this.#connections) socket.pause();
    }
    this.#wake();
  }

  /** 0: there is nothing for now. */
  #take(room: Uint8Array): number {
    const [chunk] = this.#ready;
    if (chunk === undefined) return 0;
    const size = Math.min(chunk.length, room.length);
    const part = chunk.subarray(0, size);
    room.set(part);
    if (size === chunk.length) this.#ready.shift();
    else this.#ready[0] = chunk.subarray(size);
    this.#readySize -= size;
    this.#given.add(part);
    if (this.#isPaused && this.#readySize < READY_SIZE_MAX / 2) {
      this.#isPaused = false;
      for (const { socket } of this.#connections) socket.resume();
    }
    return size;
  }

  /** A source that is started again resumes after the bytes it had used. */
  #goTo(offset: number): void {
    const { repeated, lost } = this.#given.takeBack(offset);
    if (lost > 0)
      this.#report('lost', this.#path, `${countOf(lost, 'byte')} given out and not used`);
    if (repeated.length === 0) return;
    this.#ready.unshift(repeated);
    this.#readySize += repeated.length;
  }
}

interface SocketObjectOptions {
  readonly seek: (offset: number) => void;
  readonly read: (room: Uint8Array) => number;
  readonly whenReady: () => Promise<void>;
  readonly close: () => void;
}

class SocketObject implements StoredObject {
  readonly isLive = true;
  readonly size = undefined;
  readonly descriptor = undefined;
  readonly run: StoredObject['run'];
  readonly #options: SocketObjectOptions;
  #hasBegun = false;
  #isClosed = false;

  constructor(name: string, options: SocketObjectOptions) {
    this.#options = options;
    this.run = { name, isDecoded: true, linesBefore: 0, whenSettled: Promise.resolve() };
  }

  async read(room: Uint8Array): Promise<number> {
    if (!this.#hasBegun) this.seek(0);
    while (!this.#isClosed) {
      const size = this.#options.read(room);
      if (size > 0) return size;
      await this.#options.whenReady();
    }
    return 0;
  }

  seek(offset: number): number {
    this.#hasBegun = true;
    this.#options.seek(offset);
    return offset;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#options.close();
  }
}

async function removeStale(path: string): Promise<void> {
  if (!(await stat(path)).isSocket()) throw new StoreError('io', 'exists and is not a socket');
  const isInUse = await new Promise<boolean>((resolve) => {
    const socket = connect(path);
    const tell = (isThere: boolean): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => tell(true));
    socket.once('error', () => tell(false));
  });
  if (isInUse) throw new StoreError('io', 'another process listens there');
  await unlink(path);
}
