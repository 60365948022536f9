// A source of messages that come by themselves. Each is settled when all of its events are with the outputs; one that
// comes again after a restart is read again, and what was given out of it is passed over.

import { done, type Message, receive, retry } from 'tiercel:plugin/queue@0.1.0';
import { add as report } from 'tiercel:plugin/report@0.1.0';
import { pluginError } from './errors.ts';
import { NO_TIME, type Source, type Step } from './source.ts';
import { toNumber } from './values.ts';

const MESSAGES_A_CALL = 256;
/** The engine calls sooner when something comes. */
const IDLE_MS = 1000;
const NANOSECONDS_PER_MILLISECOND = 1_000_000n;
const POSITION = /^1\n(\d{1,20})\n(\d{1,9})\n([01])$/;
/** The upper half of a handle is of one run of the engine. */
const RUN_SHIFT = 32n;

/** A message, as it is read. */
export interface QueueMessage {
  readonly body: Uint8Array;
  /** The body as UTF-8. */
  readonly text: string;
  /** Headers of a request (in small letters), attributes of a message. */
  readonly attributes: ReadonlyMap<string, string>;
  /** When it was sent, or came, in nanoseconds since 1970; `undefined`: nobody says. */
  readonly sentAt: bigint | undefined;
}

export interface MessageEvent {
  readonly data: string | Uint8Array;
  /** Absent: when the message was sent. */
  readonly time?: Date | bigint | undefined;
}

export interface QueueSourceOptions {
  /** The manifest's name for the queue; absent: `input`, the location of the open parameters. */
  readonly root?: string;
  /** The events of a message. One that this throws for comes again, and is set aside when it has come too often. */
  readonly read: (message: QueueMessage) => readonly MessageEvent[];
}

interface Pending {
  readonly handle: bigint;
  readonly data: Uint8Array;
  readonly time: bigint;
  /** Number of the event in its message, from 1. */
  readonly number: number;
  readonly isLast: boolean;
}

/** Up to an event of a message. */
interface Position {
  readonly handle: bigint;
  /** Events of it that were given out. */
  readonly events: number;
  /** All of them. */
  readonly isWhole: boolean;
}

const BEGINNING: Position = { handle: 0n, events: 0, isWhole: true };

export class QueueSource implements Source {
  private readonly options: QueueSourceOptions;
  private readonly root: string;
  private readonly decoder = new TextDecoder();
  private readonly encoder = new TextEncoder();
  private pending: Pending[] = [];
  /** Messages that were received and not settled, in order. */
  private unsettled: bigint[] = [];
  private position = BEGINNING;
  private acknowledged = BEGINNING;

  constructor(options: QueueSourceOptions) {
    this.options = options;
    this.root = options.root ?? 'input';
  }

  open(): void {
    receive(this.root, 0, 0);
  }

  next(bytesMax: number, eventsMax: number): Step {
    if (this.pending.length === 0) {
      for (const message of receive(this.root, MESSAGES_A_CALL, 0)) this.take(message);
    }
    if (this.pending.length === 0) return { tag: 'idle', val: IDLE_MS };
    let size = 0;
    const behind = this.pending.findIndex(({ data }, index) => {
      size += data.length;
      return index >= eventsMax || (index > 0 && size > bytesMax);
    });
    const given = this.pending.splice(0, behind < 0 ? this.pending.length : behind);
    const last = given.at(-1);
    if (last !== undefined)
      this.position = { handle: last.handle, events: last.number, isWhole: last.isLast };
    return { tag: 'events', val: batchOf(given) };
  }

  checkpoint(): Uint8Array {
    const { handle, events, isWhole } = this.position;
    return this.encoder.encode(`1\n${handle}\n${events}\n${isWhole ? 1 : 0}`);
  }

  resume(bytes: Uint8Array): void {
    const position = this.readPosition(bytes);
    if (position === undefined)
      throw pluginError('invalid-argument', 'not a position of this plugin');
    this.position = position;
  }

  acknowledge(bytes: Uint8Array): void {
    const position = this.readPosition(bytes);
    if (position === undefined) return;
    this.acknowledged = position;
    const first = this.unsettled.findIndex((handle) => !covers(position, handle));
    const settled = this.unsettled.splice(0, first < 0 ? this.unsettled.length : first);
    if (settled.length > 0) done(this.root, BigUint64Array.from(settled));
  }

  close(): void {}

  private take(message: Message): void {
    const { handle } = message;
    if (covers(this.position, handle)) {
      if (covers(this.acknowledged, handle)) this.done(handle);
      else this.unsettled.push(handle);
      return;
    }
    const events = this.read(message);
    // Nobody waits for events that are not there.
    if (events?.length === 0) this.done(handle);
    if (events === undefined || events.length === 0) return;
    this.unsettled.push(handle);
    const passed = handle === this.position.handle ? this.position.events : 0;
    this.pending.push(...events.slice(passed));
  }

  /** `undefined`: it is to come again. */
  private read({ handle, body, attributes }: Message): Pending[] | undefined {
    const known = new Map(attributes);
    const sent = toNumber(known.get('SentTimestamp'));
    const sentAt = sent === undefined ? undefined : sent * NANOSECONDS_PER_MILLISECOND;
    const text = this.decoder.decode(body);
    try {
      const events = this.options.read({ body, text, attributes: known, sentAt });
      return events.map(({ data, time }, index) => ({
        handle,
        data: typeof data === 'string' ? this.encoder.encode(data) : data,
        time: toNumber(time) ?? sentAt ?? NO_TIME,
        number: index + 1,
        isLast: index === events.length - 1,
      }));
    } catch (error) {
      const reason = `${(error as Error).message}; it is given back`;
      const subject = `message ${BigInt.asUintN(32, handle)}`;
      report({ severity: 'warning', subject, line: 0n, message: reason });
      retry(this.root, BigUint64Array.of(handle));
      return undefined;
    }
  }

  private done(handle: bigint): void {
    done(this.root, BigUint64Array.of(handle));
  }

  /** `undefined` for bytes that another version wrote. */
  private readPosition(bytes: Uint8Array): Position | undefined {
    const [, handle, events, isWhole] = POSITION.exec(this.decoder.decode(bytes)) ?? [];
    if (handle === undefined) return undefined;
    return { handle: BigInt(handle), events: Number(events), isWhole: isWhole === '1' };
  }
}

/** Whether a message is not behind it. A handle of another run of the engine says nothing of one of this. */
function covers({ handle: last, isWhole }: Position, handle: bigint): boolean {
  if (handle >> RUN_SHIFT !== last >> RUN_SHIFT) return false;
  return handle < last || (handle === last && isWhole);
}

function batchOf(events: readonly Pending[]) {
  const data = new Uint8Array(events.reduce((sum, event) => sum + event.data.length, 0));
  const spans = new Uint32Array(2 * events.length);
  let at = 0;
  for (const [index, event] of events.entries()) {
    data.set(event.data, at);
    spans[2 * index] = at;
    at += event.data.length;
    spans[2 * index + 1] = at;
  }
  return { data, spans, times: BigUint64Array.from(events, ({ time }) => time) };
}
