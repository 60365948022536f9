/*
 * The store as a plugin's thread sees it: synchronous. It waits for the I/O thread on a word of shared memory, not
 * longer than a root may take, and not for ever when the run is being stopped.
 */

import { LIMITS } from '../../base/limits.ts';
import { numberOfRun } from '../follow/run-path.ts';
import type { ReportOddity, StoreEntry } from '../object-store.ts';
import type { MessageFate, QueueMessage } from '../protocol/queue-message.ts';
import type {
  ObjectContent,
  RingContent,
  StoreEncoding,
  StoreMessage,
  StoreRequest,
  WindowContent,
} from '../protocol/store-protocol.ts';
import { StoreError } from '../store-error.ts';
import { DirectObject } from './direct-object.ts';
import type { OpenObject } from './open-object.ts';
import { Ring } from './ring.ts';
import { RingObject } from './ring-object.ts';
import type { StoreLink } from './store-link.ts';
import { Window } from './window.ts';
import { WindowObject } from './window-object.ts';

export interface StoreClientOptions {
  readonly link: StoreLink;
  /** Copies bytes of the window from a position on; only where objects come through one. */
  readonly copyFromWindow?: (room: Uint8Array, position: number) => void;
  readonly report: ReportOddity;
  readonly isStopped: () => boolean;
  /** Number of the latest run that the reader before it knew. */
  readonly lastRun: number;
}

/** Runs that may still get messages. */
const RUNS_REMEMBERED = 64;
const WAIT_MS = 50;
/** What takes longer is given up when the run is being stopped. */
const STOP_PATIENCE_MS = 1_000;

type RunPlace = NonNullable<Extract<StoreMessage, { kind: 'opened' }>['run']>;

export class StoreClient {
  readonly #options: StoreClientOptions;
  readonly #link: StoreLink;
  readonly #objects = new Map<number, OpenObject>();
  /** By path, of followed files. */
  readonly #runs = new Map<string, RunPlace>();
  #requests = 0;
  #closedBytesRead = 0;
  #lastRun: number;
  #finishedRun = 0;
  readonly #window = new Window();
  /** The signal when a live object had nothing more: what to wait for. */
  #idleSince = 0;

  constructor(options: StoreClientOptions) {
    this.#options = options;
    this.#lastRun = options.lastRun;
    this.#link = options.link;
  }

  /** Stored bytes read from all objects that were opened. */
  get storedBytesRead(): number {
    let sum = this.#closedBytesRead;
    for (const { storedBytesRead } of this.#objects.values()) sum += storedBytesRead;
    return sum;
  }

  /** Throws `StoreError`, as everything here does. */
  listEntries(root: string, after: string, limit: number): readonly StoreEntry[] {
    this.#finishedRun = Math.max(this.#finishedRun, numberOfRun(after));
    const answer = this.#ask((id) => ({ kind: 'list', id, root, after, limit }));
    const entries = answer.kind === 'entries' ? answer.entries : [];
    for (const { path } of entries) this.#lastRun = Math.max(this.#lastRun, numberOfRun(path));
    return entries;
  }

  /** Number of the latest known run of a followed location. */
  get lastRun(): number {
    return this.#lastRun;
  }

  /** Number of the latest run that was read to its end: something behind it was asked for. */
  get finishedRun(): number {
    return this.#finishedRun;
  }

  open(root: string, path: string, encoding: StoreEncoding, offset: number): OpenObject {
    const answer = this.#ask((id) => ({ kind: 'open', id, root, path, encoding, offset }));
    if (answer.kind !== 'opened') throw new StoreError('io', 'was not opened');
    const { object, content, run } = answer;
    if (run !== undefined) this.#remember(path, run);
    const opened = this.#createObject(object, content, offset);
    this.#objects.set(object, opened);
    return opened;
  }

  /** Messages of a queue, at most so many; none when none came within the time. */
  receive(root: string, max: number, waitMs: number): readonly QueueMessage[] {
    const messages = this.#receiveNow(root, max);
    if (messages.length > 0 || waitMs === 0) return messages;
    this.waitForInput(waitMs);
    return this.#receiveNow(root, max);
  }

  settle(root: string, handles: readonly bigint[], fate: MessageFate): void {
    this.#ask((id) => ({ kind: 'settle', id, root, handles, fate }));
  }

  /** Until a live object has something new, at most for the time, and not when the run is being stopped. */
  waitForInput(milliseconds: number): void {
    for (let left = milliseconds; left > 0; left -= WAIT_MS) {
      if (this.#options.isStopped()) return;
      const seen = this.#idleSince;
      if (this.#link.wait(seen, Math.min(left, WAIT_MS))) return;
    }
  }

  /** What people know of a path and a line of it, which may be those of a run. */
  placeOf(path: string, line: number): { readonly subject: string; readonly line: number } {
    const run = this.#runs.get(path);
    if (run === undefined) return { subject: path, line };
    return { subject: run.name, line: line === 0 ? 0 : line + run.linesBefore };
  }

  #receiveNow(root: string, max: number): readonly QueueMessage[] {
    try {
      const answer = this.#ask((id) => ({ kind: 'receive', id, root, max }));
      return answer.kind === 'messages' ? answer.messages : [];
    } catch (error) {
      if (error instanceof StoreError && error.code === 'timed-out') return [];
      throw error;
    }
  }

  #remember(path: string, run: RunPlace): void {
    this.#runs.set(path, run);
    for (const oldest of this.#runs.keys()) {
      if (this.#runs.size <= RUNS_REMEMBERED) break;
      this.#runs.delete(oldest);
    }
  }

  #createObject(object: number, content: ObjectContent, offset: number): OpenObject {
    switch (content.kind) {
      case 'file':
        return new DirectObject(content, offset, () => this.#close(object));
      case 'ring':
        return this.#createRingObject(object, content);
      default:
        return this.#createWindowObject(object, content);
    }
  }

  #createWindowObject(object: number, { isLive }: WindowContent): WindowObject {
    const { copyFromWindow: copy } = this.#options;
    if (copy === undefined) throw new Error('there is no window');
    const waitFor = (isReady: () => boolean): void =>
      this.#waitUntil(() => {
        this.#takeMessages();
        return isReady();
      });
    return new WindowObject({
      isLive,
      ask: () => {
        let pane: number | undefined;
        waitFor(() => {
          pane = this.#window.take(object, (one) => this.#windowObjectAt(one));
          return pane !== undefined;
        });
        if (pane !== undefined) this.#link.send({ kind: 'read', object, pane });
      },
      copy,
      release: (pane) => this.#window.release(pane),
      wait: waitFor,
      onIdle: () => {
        this.#idleSince = this.#link.signal;
      },
      close: () => this.#close(object),
    });
  }

  #windowObjectAt(object: number): WindowObject | undefined {
    const opened = this.#objects.get(object);
    return opened instanceof WindowObject ? opened : undefined;
  }

  #createRingObject(object: number, { ring, isLive }: RingContent): RingObject {
    return new RingObject({
      ring: new Ring(ring),
      isLive,
      wait: (isReady) => this.#waitUntil(isReady),
      giveRoom: () => this.#link.send({ kind: 'room', object }),
      onIdle: (seen) => {
        this.#idleSince = seen;
      },
      signal: () => this.#link.signal,
      takeMessages: () => this.#takeMessages(),
      close: () => this.#close(object),
    });
  }

  #close(object: number): void {
    const opened = this.#objects.get(object);
    if (opened === undefined) return;
    this.#closedBytesRead += opened.storedBytesRead;
    this.#objects.delete(object);
    this.#link.send({ kind: 'close', object });
  }

  #ask(request: (id: number) => StoreRequest): StoreMessage {
    this.#requests += 1;
    const id = this.#requests;
    this.#link.send(request(id));
    let answer: StoreMessage | undefined;
    let seen = 0;
    this.#waitUntil(() => {
      seen = this.#link.signal;
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
      const message = this.#link.take();
      if (message === undefined) return undefined;
      if (message.kind === 'bytes') {
        const object = this.#objects.get(message.object);
        this.#window.arrived(message.pane);
        if (object instanceof WindowObject) object.receive(message);
        else this.#window.release(message.pane);
      } else if (message.kind === 'news') {
        // The signal has said so.
      } else if (message.kind === 'oddity') {
        this.#options.report(message.severity, message.subject, message.message);
      } else if (message.kind === 'failed') {
        const { code, message: text } = message;
        this.#objects.get(message.object)?.fail(new StoreError(code, text));
      } else if (message.id === id) return message;
      // An answer that was given up on.
      else if (message.kind === 'opened')
        this.#link.send({ kind: 'close', object: message.object });
    }
  }

  #waitUntil(isReady: () => boolean): void {
    const timeMax = LIMITS.storeTimeMax.value;
    let sinceStopMs = 0;
    for (let waitedMs = 0; ; ) {
      const seen = this.#link.signal;
      if (isReady()) return;
      if (this.#link.wait(seen, WAIT_MS)) continue;
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
