/*
 * Main-thread side of one stream: starts its source worker, hands on its batches, and starts another worker where one
 * had to be ended.
 */

import { Waker } from '../../base/waker.ts';
import { enforcedLimits, type Manifest } from '../../plugin/file/manifest.ts';
import type { StoreConnection, WindowFile } from '../../store/protocol/store-protocol.ts';
import type { FaultLedger } from '../../worker/fault-ledger.ts';
import { type CallTimes, SupervisedWorker } from '../../worker/supervised-worker.ts';
import type { WorkerStock } from '../../worker/worker-stock.ts';
import { FIRST_EVENTS_MAX, nextEventsMax } from './batch-pace.ts';
import { createRoom, openRoom, type RoomMemory, type SlotRoom } from './slot-room.ts';
import { createSlots, Slots } from './slots.ts';
import { createSourceSide, type SourceSide } from './source-side.ts';
import type { StreamEnd, StreamFailure, StreamFeed, StreamPhase } from './stream-feed.ts';
import type {
  NumberedBatch,
  RunFault,
  SourceMessage,
  SourceNotes,
  SourceRequest,
  SourceSetup,
  StreamState,
} from './stream-protocol.ts';
import type { UnreadableRun } from './unreadable-runs.ts';

export interface StreamHostOptions {
  readonly setup: SourceSetup;
  /** Where to begin. */
  readonly state: StreamState;
  readonly times: CallTimes;
  readonly stock: WorkerStock;
  /** A connection to the roots of the source, for each worker that reads. */
  readonly connect: (window: WindowFile | undefined) => StoreConnection;
  /** The source is open, before its first batch; again whenever it was started again. */
  readonly onOpen: () => void;
  /** In the order of the stream. The batch lies in its slot until `release`. */
  readonly onBatch: (batch: NumberedBatch, behind: StreamState) => void;
  readonly onNotes: (notes: SourceNotes) => void;
  /** All events of the runs up to this one are with the outputs. */
  readonly onRunsSettled: (run: number) => void;
  /** Nothing in a run could be read; it is settled later. */
  readonly onRunUnreadable: (run: UnreadableRun) => void;
  readonly onFault: (fault: RunFault) => void;
  readonly faults: FaultLedger;
}

export class StreamHost implements StreamFeed {
  #state: StreamState;
  #phase: StreamPhase = 'starting';
  readonly room: RoomMemory;
  readonly #options: StreamHostOptions;
  readonly #slotBuffer = createSlots();
  readonly #slots = new Slots(this.#slotBuffer);
  readonly #roomView: SlotRoom;
  /** Runs that were read to their end, and the events up to there; the latest last. */
  readonly #finished: { readonly run: number; readonly events: number }[] = [];
  /** With the outputs. */
  #settledEvents: number;
  /** Those that hold batches which were handed on. */
  readonly #usedSlots = new Map<number, NumberedBatch>();
  /** The worker that reads, or has read last. */
  #side: SourceSide | undefined;
  #eventsMax = FIRST_EVENTS_MAX;
  #bytesReadBefore = 0;
  #isStopping = false;
  /** A worker of it has been reading. */
  #wasOpen = false;
  readonly #pause = new Waker();
  #abandon: () => void = () => {};
  #worker: SupervisedWorker<SourceRequest, SourceMessage> | undefined;

  constructor(options: StreamHostOptions) {
    this.#options = options;
    this.#state = options.state;
    this.#settledEvents = options.state.events;
    const { limits, source } = options.setup;
    this.room = createRoom(limits, source.isolation);
    this.#roomView = openRoom(this.room, limits);
  }

  /** Where the stream stands, of what was handed on. */
  get state(): StreamState {
    return this.#state;
  }

  get phase(): StreamPhase {
    return this.#phase;
  }

  get storedBytesRead(): number {
    return this.#bytesReadBefore + (this.#side?.handle.control.bytesRead ?? 0);
  }

  get batchesUnderWay(): number {
    return this.#usedSlots.size;
  }

  /** Asks the source to stop after its current batch. */
  stop(): void {
    this.#isStopping = true;
    this.#pause.endPause();
    this.#side?.handle.control.stop();
    this.#side?.wake();
  }

  /** The batch's slot may be filled again; when the outputs have its alerts, the source learns of it, in order. */
  release(batch: NumberedBatch, behind: StreamState | undefined): void {
    const { slot } = batch;
    this.#usedSlots.delete(slot);
    this.#roomView.drop(batch);
    this.#side?.release(slot, behind?.position);
    this.#slots.free(slot);
    if (behind === undefined) return;
    this.#settledEvents = behind.events;
    this.#tellSettled();
  }

  /** The alerts of a batch have so many characters: the next ones have more events, or fewer. */
  madeAlerts(eventCount: number, size: number): void {
    const before = this.#eventsMax;
    this.#eventsMax = nextEventsMax(before, eventCount, size);
    if (this.#eventsMax !== before && this.#side !== undefined)
      this.#side.handle.control.eventsMax = this.#eventsMax;
  }

  /** The batch could not be used: its source starts again, where the stream stands. */
  refuse(reason: string): void {
    this.#side?.refuse(reason);
  }

  /** Ends the stream where it is: what was handed on gets no results. */
  abandon(): void {
    this.stop();
    this.#abandon();
  }

  /** Resolves when no more batches will come; rejects with an error of our own. */
  async run(): Promise<StreamEnd> {
    try {
      for (;;) {
        const end = await this.#runWorker();
        if (end.kind === 'ended') return { stopped: end.reason, failure: undefined };
        this.#phase = 'pausing';
        const failure = await this.#afterFault(end);
        if (failure !== undefined) return { stopped: 'fault', failure };
      }
    } finally {
      this.#phase = 'over';
    }
  }

  async #runWorker(): Promise<WorkerEnd> {
    const { setup, stock, connect } = this.#options;
    const { room } = this;
    this.#bytesReadBefore = this.storedBytesRead;
    const side = createSourceSide({ setup, room, slots: this.#slotBuffer, stock, connect });
    this.#side = side;
    side.handle.control.eventsMax = this.#eventsMax;
    if (this.#isStopping) this.stop();
    this.#slots.freeAllBut(new Set(this.#usedSlots.keys()));
    this.#roomView.mend([...this.#usedSlots.values()]);
    let hasOpened = false;
    try {
      return await new Promise<WorkerEnd>((resolve, reject) => {
        this.#abandon = () => resolve({ kind: 'ended', reason: 'interrupted' });
        const worker = new SupervisedWorker<SourceRequest, SourceMessage>({
          worker: side.handle,
          suspect: 0,
          times: this.#options.times,
          timesOf: () => {
            const { callTimeMaxMs, startTimeMaxMs } = enforcedLimits(this.#manifest);
            return { callMaxMs: callTimeMaxMs, startMaxMs: startTimeMaxMs };
          },
          onFailure: ({ kind, message, lostMs }) => {
            const { name: plugin } = this.#manifest;
            const fault = { plugin, kind, message, eventNumber: undefined };
            resolve({ kind: 'failed', hasOpened, fault, lostMs });
          },
          onDefect: reject,
          onMessage: (sent) => {
            const message = side.admit(sent);
            if (message.kind === 'open') {
              hasOpened = true;
              worker.hasStarted();
            }
            const end = this.#take(message, side);
            if (end !== undefined) resolve(end.kind === 'failed' ? { ...end, hasOpened } : end);
          },
        });
        this.#worker = worker;
        side.start(worker, this.#state, this.#usedSlots.keys());
      });
    } finally {
      const worker = this.#worker;
      this.#worker = undefined;
      side.end();
      await worker?.end();
    }
  }

  /** How its worker ended, if that is what it reports. */
  #take(
    message: SourceMessage,
    side: SourceSide,
  ): Extract<SourceMessage, { kind: 'failed' | 'ended' }> | undefined {
    switch (message.kind) {
      case 'open':
        this.#phase = 'reading';
        this.#options.onOpen();
        return undefined;
      case 'batch':
        this.#takeBatch(message);
        return undefined;
      case 'finished':
        for (const one of message.unreadable) this.#options.onRunUnreadable(one);
        this.#takeFinished(message.run);
        return undefined;
      case 'notes':
        this.#options.onNotes(message.notes);
        return undefined;
      case 'failed':
      case 'ended':
        return message;
      default:
        side.answer(message);
        return undefined;
    }
  }

  #takeFinished(run: number): void {
    // A source that was started again says it again.
    if (run <= (this.#finished.at(-1)?.run ?? 0)) return;
    this.#finished.push({ run, events: this.#state.events });
    this.#tellSettled();
  }

  #tellSettled(): void {
    const settled = this.#finished.filter(({ events }) => events <= this.#settledEvents);
    const last = settled.at(-1);
    if (last === undefined) return;
    this.#finished.splice(0, settled.length);
    this.#options.onRunsSettled(last.run);
  }

  #takeBatch(message: Extract<SourceMessage, { kind: 'batch' }>): void {
    const { batch, state, finishedRun, notes } = message;
    const before = this.#state.events;
    if (
      this.#usedSlots.has(batch.slot) ||
      batch.firstEventNumber !== before + 1 ||
      state.events !== before + batch.eventCount
    ) {
      throw new Error('a batch that does not follow the one before');
    }
    this.#options.faults.madeProgress(this.#ledgerName);
    this.#state = state;
    this.#usedSlots.set(batch.slot, batch);
    if (notes !== undefined) this.#options.onNotes(notes);
    this.#takeFinished(finishedRun);
    this.#options.onBatch(batch, state);
  }

  /** `undefined`: start the source again, where the stream stands. */
  async #afterFault({
    fault,
    hasOpened,
    lostMs = 0,
  }: FailedWorker): Promise<StreamFailure | undefined> {
    const { plugin, kind, message } = fault;
    const phase = hasOpened ? 'call' : 'start';
    const { faults, onFault, setup } = this.#options;
    this.#wasOpen ||= hasOpened;
    const isEndless = setup.isEndless && this.#wasOpen;
    const { decision, pauseMs } = faults.judge(this.#ledgerName, {
      side: 'source',
      phase,
      kind,
      eventCount: 0,
      isEndless,
      lostMs,
    });
    // A source that reports an error of its location is not at fault.
    if (isEndless || hasOpened || kind !== 'error') onFault(fault);
    if (decision === 'give-up-stream') {
      return { stream: setup.name, plugin, reason: message, kind, atStart: !this.#wasOpen };
    }
    if (!this.#isStopping) await this.#pause.pause(pauseMs);
    return undefined;
  }

  get #manifest(): Manifest {
    return this.#options.setup.source.plugin.manifest;
  }

  /** The same component may extract as well: those faults are another instance's. */
  get #ledgerName(): string {
    return `source ${this.#options.setup.name}`;
  }
}

interface FailedWorker {
  readonly kind: 'failed';
  readonly fault: RunFault;
  /** It had begun to read. */
  readonly hasOpened: boolean;
  /** Milliseconds that were waited for it. */
  readonly lostMs?: number;
}

type WorkerEnd = Extract<SourceMessage, { kind: 'ended' }> | FailedWorker;
