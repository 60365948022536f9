/*
 * Reads one stream from its source to its end: next → number → slot → hand over. It runs in a worker of its own
 * and waits for nothing but shared memory; it is the only one who numbers events, so that `evt.num`, `evt.reltime` and
 * inherited times do not depend on who evaluates. The main thread ends the worker when a call of the source takes
 * too long, and starts another one where this one stood (see stream-host.ts).
 */

import { LIMITS } from '../../base/limits.ts';
import { type EventBatch, PluginFault } from '../../plugin/abi/plugin-instance.ts';
import type { WorkerControl } from '../../worker/worker-control.ts';
import { FIRST_EVENTS_MAX } from './batch-pace.ts';
import { resolveTimes } from './event-times.ts';
import { NoRoom, type SlotRoom } from './slot-room.ts';
import type { Slots } from './slots.ts';
import type { NotesCollector } from './source-notes.ts';
import type { SourceMessage, StreamState } from './stream-protocol.ts';
import type { StreamSource } from './stream-source.ts';
import type { UnreadableRuns } from './unreadable-runs.ts';

export interface StreamReaderParts {
  readonly source: StreamSource;
  readonly slots: Slots;
  readonly notes: NotesCollector;
  readonly room: SlotRoom;
  readonly control: WorkerControl;
  readonly batchEventsMax: number;
  readonly batchSizeMax: number;
  /** Where to begin. */
  readonly state: StreamState;
  /** Stored bytes that the source has read so far. */
  readonly bytesRead: () => number;
  /** See `StreamState`. */
  readonly lastRun: () => number;
  /** Number of the latest run that the source has read to its end. */
  readonly finishedRun: () => number;
  readonly unreadable: UnreadableRuns;
  /** Until there is something new, at most for so long. */
  readonly waitForInput: (milliseconds: number) => void;
  /** Positions up to which the outputs have everything, in order; `undefined`: nothing more for now. */
  readonly takeAcknowledged: () => Uint8Array | undefined;
  readonly post: (message: SourceMessage) => void;
}

export class StreamReader {
  readonly #parts: StreamReaderParts;
  #state: StreamState;
  /** Batches without an event since the last byte that was read. */
  #emptyCount = 0;
  #bytesSeen = 0;
  /** The main thread knows that so many runs are finished. */
  #finishedRun = 0;

  constructor(parts: StreamReaderParts) {
    this.#parts = parts;
    this.#state = parts.state;
  }

  /** Returns when the stream ends, when it is stopped, or when the source fails. */
  async run(): Promise<void> {
    const { source, slots, post } = this.#parts;
    try {
      source.start(this.#state.position);
      post({ kind: 'open' });
      const reason = await this.#readStream();
      // Everything is with the outputs before the source is closed: it learns of that.
      slots.waitForOthers(undefined, () => true);
      this.#acknowledge();
      source.close();
      this.#postNotes();
      post({ kind: 'ended', reason });
    } catch (error) {
      const fault = error instanceof NoRoom ? this.#withoutRoom(error) : error;
      if (!(fault instanceof PluginFault)) throw error;
      this.#postNotes();
      const { pluginName: plugin, kind, message } = fault;
      post({ kind: 'failed', fault: { plugin, kind, message, eventNumber: undefined } });
    }
  }

  /** No plugin's fault: reads the stream again from where it stands, when there may be room. */
  #withoutRoom({ message }: NoRoom): PluginFault {
    return new PluginFault('crash', this.#parts.source.name, message);
  }

  async #readStream(): Promise<'end' | 'interrupted'> {
    const { source, slots, room, control, batchSizeMax, batchEventsMax, waitForInput } =
      this.#parts;
    for (;;) {
      const slot = slots.take(() => !this.#isStopped);
      if (slot === undefined || this.#isStopped) {
        if (slot !== undefined) slots.free(slot);
        return 'interrupted';
      }
      this.#acknowledge();
      // The bindings keep something of every call until promises get their turn.
      await undefined;
      const eventsMax = Math.min(batchEventsMax, control.eventsMax || FIRST_EVENTS_MAX);
      const step = source.next(batchSizeMax, eventsMax, room.dataOf(slot));
      if (step.kind === 'events' && step.batch.times.length > 0) {
        this.#parts.unreadable.gaveEvents(this.#parts.lastRun());
        this.#handOver(slot, step.batch);
        this.#emptyCount = 0;
        continue;
      }
      slots.free(slot);
      this.#postFinished();
      if (step.kind === 'end') return 'end';
      this.#postNotes();
      if (step.kind === 'idle') waitForInput(Math.max(1, step.milliseconds));
      else this.#countEmpty();
    }
  }

  /** A source may pass over much that is no event, but not go on for ever without reading anything. */
  #countEmpty(): void {
    const { source, bytesRead } = this.#parts;
    const bytes = bytesRead();
    this.#emptyCount = bytes === this.#bytesSeen ? this.#emptyCount + 1 : 0;
    this.#bytesSeen = bytes;
    const most = LIMITS.emptyBatchesMax.value;
    if (this.#emptyCount < most) return;
    const message = `${most} batches in a row without an event, and without a byte read`;
    throw new PluginFault('answer', source.name, message);
  }

  get #isStopped(): boolean {
    return this.#parts.control.isStopped;
  }

  /** Acknowledges the last of several messages that arrived, which stands for all of them. */
  #acknowledge(): void {
    const { source, takeAcknowledged } = this.#parts;
    let latest: Uint8Array | undefined;
    for (let one = takeAcknowledged(); one !== undefined; one = takeAcknowledged()) latest = one;
    if (latest !== undefined) source.acknowledge(latest);
  }

  #handOver(slot: number, batch: EventBatch): void {
    const { slots, room, notes, control, bytesRead, lastRun, finishedRun, post } = this.#parts;
    const state = this.#state;
    const { times, withoutTimeCount } = resolveTimes(batch.times, state.latestTime);
    const eventCount = times.length;
    const firstTime = state.firstTime ?? times[0] ?? 0n;
    // Alone in memory: waits for what is on its way.
    if (batch.data.length > room.dataSizeMax) slots.waitForOthers(slot, () => !this.#isStopped);
    const range = room.fill(slot, { data: batch.data, spans: batch.spans, times });
    const behind = {
      events: state.events + eventCount,
      bytes: state.bytes + eventBytes(batch.spans),
      eventsWithoutTime: state.eventsWithoutTime + withoutTimeCount,
      firstTime,
      latestTime: times[eventCount - 1],
    };
    const numbered = { ...range, firstEventNumber: state.events + 1, firstTime };
    const handOver = (place: Pick<StreamState, 'position' | 'run'>): void => {
      this.#state = { ...behind, ...place };
      control.bytesRead = bytesRead();
      const common = { state: this.#state, notes: notes.take() };
      this.#finishedRun = finishedRun();
      post({ kind: 'batch', batch: numbered, finishedRun: this.#finishedRun, ...common });
    };
    let position: Uint8Array;
    try {
      position = this.#parts.source.checkpoint();
    } catch (error) {
      // When a source fails to say where it stands, what it delivered is not lost.
      handOver({ position: state.position, run: state.run });
      throw error;
    }
    handOver({ position, run: lastRun() });
  }

  /** Reports runs that ended without an event, or with an event that was handed over before. */
  #postFinished(): void {
    const { finishedRun, unreadable, post } = this.#parts;
    const run = finishedRun();
    if (run === this.#finishedRun) return;
    this.#finishedRun = run;
    post({ kind: 'finished', run, unreadable: unreadable.take(run) });
  }

  #postNotes(): void {
    const notes = this.#parts.notes.take();
    if (notes !== undefined) this.#parts.post({ kind: 'notes', notes });
  }
}

function eventBytes(spans: Uint32Array): number {
  let bytes = 0;
  for (let index = 0; index < spans.length; index += 2) bytes += spans[index + 1]! - spans[index]!;
  return bytes;
}
