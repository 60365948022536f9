/*
 * A file of dead letters as a stream: those of one source, each with its own number and time, for the rules that were
 * not evaluated for it. Letters that follow each other as their events did, and for the same rules, go together.
 */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { countOf } from '../../base/quantity.ts';
import type { Problem } from '../../plugin/host/host-services.ts';
import {
  createRoom,
  openRoom,
  type RoomMemory,
  type SlotLimits,
  type SlotRoom,
} from '../stream/slot-room.ts';
import { createSlots, Slots } from '../stream/slots.ts';
import type { StreamEnd, StreamFeed, StreamPhase } from '../stream/stream-feed.ts';
import {
  type NumberedBatch,
  START_OF_STREAM,
  type StreamState,
} from '../stream/stream-protocol.ts';
import { type DeadLetter, isMessageLetter, parseDeadLetter } from './dead-letter.ts';

/** Where events that are evaluated again come from. */
export interface LetterOrigin {
  /** Name of the stream that they were read from. */
  readonly stream: string;
  /** Those that were not evaluated: all others have given their alerts. */
  readonly rules: ReadonlySet<string>;
}

export interface DeadLetterFeedOptions {
  readonly path: string;
  readonly source: string;
  /** Reports letters of other streams; `undefined`: somebody else does that. */
  readonly knownSources: readonly string[] | undefined;
  readonly limits: SlotLimits;
  readonly onBatch: (batch: NumberedBatch, behind: StreamState, origin: LetterOrigin) => void;
  readonly onProblem: (problem: Problem) => void;
}

export class DeadLetterFeed implements StreamFeed {
  #state: StreamState = START_OF_STREAM;
  readonly room: RoomMemory;
  #storedBytesRead = 0;
  #phase: StreamPhase = 'starting';
  readonly #options: DeadLetterFeedOptions;
  readonly #roomView: SlotRoom;
  readonly #slots = new Slots(createSlots());
  readonly #unknown = new Map<string, number>();
  #group: DeadLetter[] = [];
  #groupSize = 0;
  #isStopped = false;
  #underWay = 0;
  #onSlot: () => void = () => {};

  constructor(options: DeadLetterFeedOptions) {
    this.#options = options;
    this.room = createRoom(options.limits, 'thread');
    this.#roomView = openRoom(this.room, options.limits);
  }

  get state(): StreamState {
    return this.#state;
  }

  get storedBytesRead(): number {
    return this.#storedBytesRead;
  }

  get phase(): StreamPhase {
    return this.#phase;
  }

  get batchesUnderWay(): number {
    return this.#underWay;
  }

  async run(): Promise<StreamEnd> {
    const { path } = this.#options;
    this.#phase = 'reading';
    // Lines added while the file is read are not read.
    const { size } = await stat(path);
    if (size > 0) {
      const input = createReadStream(path, { end: size - 1 });
      const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
      let number = 0;
      for await (const line of lines) {
        if (this.#isStopped) break;
        number += 1;
        this.#storedBytesRead = input.bytesRead;
        if (line !== '') await this.#take(line, number);
      }
      input.destroy();
    }
    await this.#handOver();
    this.#tellUnknown();
    this.#phase = 'over';
    return { stopped: this.#isStopped ? 'interrupted' : 'end', failure: undefined };
  }

  stop(): void {
    this.#isStopped = true;
    this.#onSlot();
  }

  abandon(): void {
    this.stop();
  }

  // Its batches are ours, and few.
  refuse(): void {}
  madeAlerts(): void {}

  release(batch: NumberedBatch): void {
    this.#underWay -= 1;
    this.#roomView.drop(batch);
    this.#slots.free(batch.slot);
    this.#onSlot();
  }

  async #take(line: string, number: number): Promise<void> {
    const letter = parseDeadLetter(line);
    const { source, knownSources } = this.#options;
    if (letter === undefined) {
      if (knownSources === undefined) return;
      const isMessage = isMessageLetter(line);
      this.#report(
        number,
        isMessage ? 'is a message of a queue: send it there again' : 'is not a dead letter',
      );
      return;
    }
    if (letter.source !== source) {
      if (knownSources?.includes(letter.source) === false)
        this.#unknown.set(letter.source, (this.#unknown.get(letter.source) ?? 0) + 1);
      return;
    }
    if (!this.#goesWith(letter)) await this.#handOver();
    this.#group.push(letter);
    this.#groupSize += letter.bytes.length;
  }

  #goesWith(letter: DeadLetter): boolean {
    const last = this.#group.at(-1);
    if (last === undefined) return true;
    const { batchEventsMax, batchSizeMax } = this.#options.limits;
    return (
      last.stream === letter.stream &&
      last.event + 1 === letter.event &&
      last.firstTime === letter.firstTime &&
      this.#group.length < batchEventsMax &&
      this.#groupSize + letter.bytes.length <= batchSizeMax &&
      last.rules.join('\n') === letter.rules.join('\n')
    );
  }

  async #handOver(): Promise<void> {
    const group = this.#group;
    const [first] = group;
    if (first === undefined) return;
    const slot = await this.#takeSlot();
    if (slot === undefined) return;
    const range = this.#roomView.fill(slot, toBatch(group, this.#groupSize));
    const { state } = this;
    this.#state = {
      ...state,
      events: state.events + group.length,
      bytes: state.bytes + this.#groupSize,
    };
    this.#group = [];
    this.#groupSize = 0;
    const numbered = { ...range, firstEventNumber: first.event, firstTime: first.firstTime };
    const origin = { stream: first.stream, rules: new Set(first.rules) };
    this.#underWay += 1;
    this.#options.onBatch(numbered, this.#state, origin);
  }

  /** `undefined`: the run is being stopped. */
  async #takeSlot(): Promise<number | undefined> {
    while (!this.#isStopped) {
      const slot = this.#slots.takeFree();
      if (slot !== undefined) return slot;
      await new Promise<void>((resolve) => {
        this.#onSlot = resolve;
      });
    }
    return undefined;
  }

  #tellUnknown(): void {
    for (const [source, count] of this.#unknown) {
      const letters = countOf(count, 'event');
      this.#report(0, `${letters} of source \`${source}\`, which no loaded plugin has`);
    }
  }

  #report(line: number, message: string): void {
    this.#options.onProblem({ severity: 'lost', subject: this.#options.path, line, message });
  }
}

function toBatch(
  letters: readonly DeadLetter[],
  size: number,
): { data: Uint8Array; spans: Uint32Array; times: BigUint64Array } {
  const data = new Uint8Array(size);
  const spans = new Uint32Array(2 * letters.length);
  const times = new BigUint64Array(letters.length);
  let at = 0;
  for (const [index, { bytes, time }] of letters.entries()) {
    data.set(bytes, at);
    spans[2 * index] = at;
    at += bytes.length;
    spans[2 * index + 1] = at;
    times[index] = time;
  }
  return { data, spans, times };
}
