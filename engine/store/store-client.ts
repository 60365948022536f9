/*
 * The store as a plugin's thread sees it: synchronous. It waits for the I/O thread on a word of shared memory, not
 * longer than a root may take, and not for ever when the run is being stopped.
 */

import { receiveMessageOnPort } from 'node:worker_threads';
import { LIMITS } from '../base/limits.ts';
import { DirectObject } from './direct-object.ts';
import { numberOfRun } from './follow/run-path.ts';
import type { ReportOddity, StoreEntry } from './object-store.ts';
import type { OpenObject } from './open-object.ts';
import { Ring } from './ring.ts';
import { RingObject } from './ring-object.ts';
import { StoreError } from './store-error.ts';
import type {
  RingContent,
  StoreConnection,
  StoreEncoding,
  StoreMessage,
  StoreRequest,
} from './store-protocol.ts';

export interface StoreClientOptions extends StoreConnection {
  readonly report: ReportOddity;
  readonly isStopped: () => boolean;
  /** Number of the latest run that whoever read before was told of. */
  readonly lastRun: number;
}

/** Runs of which something may still be said. */
const RUNS_REMEMBERED = 64;
const WAIT_MS = 50;
/** What takes longer is given up when the run is being stopped. */
const STOP_PATIENCE_MS = 1_000;

type RunPlace = NonNullable<Extract<StoreMessage, { kind: 'opened' }>['run']>;

export class StoreClient {
  readonly #options: StoreClientOptions;
  readonly #signal: Int32Array;
  readonly #objects = new Map<number, OpenObject>();
  /** By path, of followed files. */
  readonly #runs = new Map<string, RunPlace>();
  #requests = 0;
  #closedBytesRead = 0;
  #lastRun: number;
  /** The signal when a live object had nothing more: what to wait for. */
  #idleSince = 0;

  constructor(options: StoreClientOptions) {
    this.#options = options;
    this.#lastRun = options.lastRun;
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
    const entries = answer.kind === 'entries' ? answer.entries : [];
    for (const { path } of entries) this.#lastRun = Math.max(this.#lastRun, numberOfRun(path));
    return entries;
  }

  /** Number of the latest run of a followed location that was told of. */
  get lastRun(): number {
    return this.#lastRun;
  }

  open(root: string, path: string, encoding: StoreEncoding, offset: number): OpenObject {
    const answer = this.#ask((id) => ({ kind: 'open', id, root, path, encoding, offset }));
    if (answer.kind !== 'opened') throw new StoreError('io', 'was not opened');
    const { object, content, run } = answer;
    if (run !== undefined) this.#remember(path, run);
    const opened =
      content.kind === 'file'
        ? new DirectObject(content, offset, () => this.#close(object))
        : this.#createRingObject(object, content);
    this.#objects.set(object, opened);
    return opened;
  }

  /** Until a live object has something new, at most for the time, and not when the run is being stopped. */
  waitForInput(milliseconds: number): void {
    for (let left = milliseconds; left > 0; left -= WAIT_MS) {
      if (this.#options.isStopped()) return;
      const seen = this.#idleSince;
      if (Atomics.wait(this.#signal, 0, seen, Math.min(left, WAIT_MS)) !== 'timed-out') return;
    }
  }

  /** What people know of a path and a line of it, which may be those of a run. */
  placeOf(path: string, line: number): { readonly subject: string; readonly line: number } {
    const run = this.#runs.get(path);
    if (run === undefined) return { subject: path, line };
    return { subject: run.name, line: line === 0 ? 0 : line + run.linesBefore };
  }

  #remember(path: string, run: RunPlace): void {
    this.#runs.set(path, run);
    for (const oldest of this.#runs.keys()) {
      if (this.#runs.size <= RUNS_REMEMBERED) break;
      this.#runs.delete(oldest);
    }
  }

  #createRingObject(object: number, { ring, isLive }: RingContent): RingObject {
    return new RingObject({
      ring: new Ring(ring),
      isLive,
      wait: (isReady) => this.#waitUntil(isReady),
      giveRoom: () => this.#send({ kind: 'room', object }),
      onIdle: (seen) => {
        this.#idleSince = seen;
      },
      signal: () => Atomics.load(this.#signal, 0),
      takeMessages: () => this.#takeMessages(),
      close: () => this.#close(object),
    });
  }

  #close(object: number): void {
    const opened = this.#objects.get(object);
    if (opened === undefined) return;
    this.#closedBytesRead += opened.storedBytesRead;
    this.#objects.delete(object);
    this.#send({ kind: 'close', object });
  }

  #send(request: StoreRequest): void {
    this.#options.port.postMessage(request);
  }

  #ask(request: (id: number) => StoreRequest): StoreMessage {
    this.#requests += 1;
    const id = this.#requests;
    this.#send(request(id));
    let answer: StoreMessage | undefined;
    let seen = 0;
    this.#waitUntil(() => {
      seen = Atomics.load(this.#signal, 0);
      answer = this.#takeMessages(id);
      return answer !== undefined;
    });
    if (answer?.kind === 'refused') {
      if (answer.code === 'timed-out') this.#idleSince = seen;
      throw new StoreError(answer.code, answer.message);
    }
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
