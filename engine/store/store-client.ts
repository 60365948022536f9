/*
 * The store as a plugin's thread sees it: synchronous. It waits for the I/O thread on a word of shared memory, not
 * longer than a root may take, and not for ever when the run is being stopped.
 */

import { receiveMessageOnPort } from 'node:worker_threads';
import { LIMITS } from '../base/limits.ts';
import type { ReportOddity, StoreEntry } from './object-store.ts';
import { Ring, STATE_FAILED, STATE_OPEN } from './ring.ts';
import { StoreError } from './store-error.ts';
import type {
  StoreConnection,
  StoreEncoding,
  StoreMessage,
  StoreRequest,
} from './store-protocol.ts';

export interface StoreClientOptions extends StoreConnection {
  readonly report: ReportOddity;
  readonly isStopped: () => boolean;
}

const WAIT_MS = 50;
/** What takes longer is given up when the run is being stopped. */
const STOP_PATIENCE_MS = 1_000;

export class StoreClient {
  readonly #options: StoreClientOptions;
  readonly #signal: Int32Array;
  readonly #objects = new Map<number, RemoteObject>();
  #requests = 0;
  #closedBytesRead = 0;
  /** The signal when a live object had nothing more: what to wait for. */
  #idleSince = 0;

  constructor(options: StoreClientOptions) {
    this.#options = options;
    this.#signal = new Int32Array(options.signal);
  }

  /** Of all objects that were opened. */
  get storedBytesRead(): number {
    let sum = this.#closedBytesRead;
    for (const { storedBytesRead } of this.#objects.values()) sum += storedBytesRead;
    return sum;
  }

  /** Throws `StoreError`, as everything here does. */
  listEntries(root: string, after: string, limit: number): readonly StoreEntry[] {
    const answer = this.#ask((id) => ({ kind: 'list', id, root, after, limit }));
    return answer.kind === 'entries' ? answer.entries : [];
  }

  open(root: string, path: string, encoding: StoreEncoding, offset: number): RemoteObject {
    const answer = this.#ask((id) => ({ kind: 'open', id, root, path, encoding, offset }));
    if (answer.kind !== 'opened') throw new StoreError('io', 'was not opened');
    const { object, ring, isLive } = answer;
    const remote = new RemoteObject({
      ring: new Ring(ring),
      isLive,
      wait: (isReady) => this.#waitUntil(isReady),
      giveRoom: () => this.#send({ kind: 'room', object }),
      onIdle: (seen) => {
        this.#idleSince = seen;
      },
      signal: () => Atomics.load(this.#signal, 0),
      takeMessages: () => this.#takeMessages(),
      close: () => {
        this.#closedBytesRead += remote.storedBytesRead;
        this.#objects.delete(object);
        this.#send({ kind: 'close', object });
      },
    });
    this.#objects.set(object, remote);
    return remote;
  }

  /** Until a live object has something new, at most for the time, and not when the run is being stopped. */
  waitForInput(milliseconds: number): void {
    for (let left = milliseconds; left > 0; left -= WAIT_MS) {
      if (this.#options.isStopped()) return;
      const seen = this.#idleSince;
      if (Atomics.wait(this.#signal, 0, seen, Math.min(left, WAIT_MS)) !== 'timed-out') return;
    }
  }

  #send(request: StoreRequest): void {
    this.#options.port.postMessage(request);
  }

  #ask(request: (id: number) => StoreRequest): StoreMessage {
    this.#requests += 1;
    const id = this.#requests;
    this.#send(request(id));
    let answer: StoreMessage | undefined;
    this.#waitUntil(() => {
      answer = this.#takeMessages(id);
      return answer !== undefined;
    });
    if (answer?.kind === 'refused') throw new StoreError(answer.code, answer.message);
    if (answer === undefined) throw new StoreError('io', 'no answer');
    return answer;
  }

  /** Works off what the I/O thread has said; answers the answer to request `id`, when it is there. */
  #takeMessages(id = 0): StoreMessage | undefined {
    for (;;) {
      const received = receiveMessageOnPort(this.#options.port);
      if (received === undefined) return undefined;
      const message = received.message as StoreMessage;
      if (message.kind === 'oddity') {
        this.#options.report(message.severity, message.subject, message.message);
      } else if (message.kind === 'failed') {
        const { code, message: text } = message;
        this.#objects.get(message.object)?.fail(new StoreError(code, text));
      } else if (message.id === id) return message;
      // An answer that was given up on.
      else if (message.kind === 'opened') this.#send({ kind: 'close', object: message.object });
    }
  }

  #waitUntil(isReady: () => boolean): void {
    const timeMax = LIMITS.storeTimeMax.value;
    let sinceStopMs = 0;
    for (let waitedMs = 0; ; ) {
      const seen = Atomics.load(this.#signal, 0);
      if (isReady()) return;
      if (Atomics.wait(this.#signal, 0, seen, WAIT_MS) !== 'timed-out') continue;
      waitedMs += WAIT_MS;
      if (this.#options.isStopped()) sinceStopMs += WAIT_MS;
      if (sinceStopMs >= STOP_PATIENCE_MS)
        throw new StoreError('interrupted', 'the run was stopped');
      if (waitedMs >= timeMax) {
        throw new StoreError('io', `no answer within ${timeMax / 1000} s`);
      }
    }
  }
}

interface RemoteObjectOptions {
  readonly ring: Ring;
  readonly isLive: boolean;
  readonly wait: (isReady: () => boolean) => void;
  readonly giveRoom: () => void;
  readonly signal: () => number;
  readonly onIdle: (signal: number) => void;
  readonly takeMessages: () => void;
  readonly close: () => void;
}

export class RemoteObject {
  readonly #options: RemoteObjectOptions;
  /** Given out by the last read: the plugin has it until the next one. */
  #given = 0;
  #error: StoreError | undefined;
  #isClosed = false;

  constructor(options: RemoteObjectOptions) {
    this.#options = options;
  }

  get storedBytesRead(): number {
    return this.#options.ring.storedBytesRead;
  }

  /**
   * Up to `max` decoded bytes, empty at the end; valid until the next call. Throws `StoreError`: with `timed-out` where
   * nothing has come for now, and with what went wrong when all that could be decoded was given out.
   */
  read(max: number): Uint8Array {
    const { ring, isLive, wait, giveRoom, onIdle, signal } = this.#options;
    if (ring.giveBack(this.#given)) giveRoom();
    this.#given = 0;
    const seen = signal();
    let state = ring.state;
    let bytes = ring.bytes(max);
    const isReady = (): boolean => {
      state = ring.state;
      bytes = ring.bytes(max);
      return bytes.length > 0 || state !== STATE_OPEN;
    };
    if (bytes.length === 0 && state === STATE_OPEN) {
      if (!isLive) wait(isReady);
      else if (!isReady()) {
        onIdle(seen);
        throw new StoreError('timed-out', 'nothing has come for now');
      }
    }
    if (bytes.length === 0 && state === STATE_FAILED) throw this.#whatWentWrong();
    // Said before the end of an object, and about it.
    if (bytes.length === 0) this.#options.takeMessages();
    this.#given = bytes.length;
    return bytes;
  }

  fail(error: StoreError): void {
    this.#error = error;
  }

  close(): void {
    if (!this.#isClosed) this.#options.close();
    this.#isClosed = true;
  }

  #whatWentWrong(): StoreError {
    if (this.#error === undefined) this.#options.takeMessages();
    return this.#error ?? new StoreError('io', 'cannot be read');
  }
}
