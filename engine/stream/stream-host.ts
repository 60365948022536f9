/*
 * Main-thread side of one stream: starts its source worker, hands on its batches, and starts another worker where one
 * had to be ended.
 */

import type { StoreConnection } from '../store/store-protocol.ts';
import { SupervisedWorker, type WorkerFailure } from '../supervise/supervised-worker.ts';
import { createSlots, Slots } from './slots.ts';
import {
  type NumberedBatch,
  type RunFault,
  SOURCE_CONTROL_SIZE,
  SOURCE_STOP,
  type SourceControl,
  type SourceMessage,
  type SourceNotes,
  type SourceSetup,
  type SourceStart,
  START_OF_STREAM,
  type StreamState,
  viewSourceControl,
} from './stream-protocol.ts';

export interface StreamFailure {
  readonly plugin: string;
  readonly reason: string;
  /** Nothing was read: wrong open parameters, a missing file, a plugin that does not come up. */
  readonly atStart: boolean;
}

export interface StreamEnd {
  readonly stopped: 'end' | 'interrupted' | 'fault';
  readonly failure: StreamFailure | undefined;
}

export interface StreamHostOptions {
  readonly setup: SourceSetup;
  /** A connection to the roots of the source, for each worker that reads. */
  readonly connect: () => StoreConnection;
  /** In the order of the stream. The batch lies in its slot until `release`. */
  readonly onBatch: (batch: NumberedBatch, behind: StreamState) => void;
  readonly onNotes: (notes: SourceNotes) => void;
  readonly onFault: (fault: RunFault) => void;
}

/** A source that did not answer so often without an event between is given up. */
const DEADLINES_MAX = 1;

export class StreamHost {
  /** Where the stream stands, of what was handed on. */
  state: StreamState = START_OF_STREAM;
  readonly slotBuffer: SharedArrayBuffer;
  readonly #options: StreamHostOptions;
  readonly #slots: Slots;
  /** Those that hold batches which were handed on. */
  readonly #usedSlots = new Set<number>();
  #control: SourceControl = viewSourceControl(new SharedArrayBuffer(SOURCE_CONTROL_SIZE));
  #isStopping = false;
  /** Since the source last made progress. */
  #deadlines = 0;

  constructor(options: StreamHostOptions) {
    this.#options = options;
    this.slotBuffer = createSlots(options.setup.limits);
    this.#slots = new Slots(this.slotBuffer, options.setup.limits);
  }

  get storedBytesRead(): number {
    return this.#control.progress[0] ?? 0;
  }

  /** Asks the source to stop after its current batch. */
  stop(): void {
    this.#isStopping = true;
    Atomics.store(this.#control.words, SOURCE_STOP, 1);
    Atomics.notify(this.#control.words, SOURCE_STOP);
  }

  /** The batch was worked off: its slot may be filled again. */
  release({ slot }: NumberedBatch): void {
    this.#usedSlots.delete(slot);
    this.#slots.free(slot);
  }

  /** Resolves when no more batches will come; rejects with an error of our own. */
  async run(): Promise<StreamEnd> {
    for (;;) {
      const end = await this.#runWorker();
      if (end.kind === 'ended') return { stopped: end.reason, failure: undefined };
      if (end.kind === 'failed') {
        const { plugin, reason, atStart } = end;
        return { stopped: 'fault', failure: { plugin, reason, atStart } };
      }
      const failure = this.#afterFailure(end);
      if (failure !== undefined) return { stopped: 'fault', failure };
    }
  }

  async #runWorker(): Promise<WorkerEnd> {
    const buffer = new SharedArrayBuffer(SOURCE_CONTROL_SIZE);
    const control = viewSourceControl(buffer);
    control.progress[0] = this.storedBytesRead;
    this.#control = control;
    if (this.#isStopping) this.stop();
    this.#slots.freeAllBut(this.#usedSlots);
    let hasOpened = false;
    let worker: SupervisedWorker<SourceStart, SourceMessage> | undefined;
    try {
      return await new Promise<WorkerEnd>((resolve, reject) => {
        worker = new SupervisedWorker<SourceStart, SourceMessage>({
          entry: 'stream/source-worker.js',
          callWords: control.words,
          onFailure: (failure) => resolve({ kind: 'lost', hasOpened, ...failure }),
          onDefect: reject,
          onMessage: (message) => {
            switch (message.kind) {
              case 'open':
                hasOpened = true;
                worker?.hasStarted();
                break;
              case 'batch':
                this.#takeBatch(message);
                break;
              case 'notes':
                this.#options.onNotes(message.notes);
                break;
              default:
                resolve(message);
            }
          },
        });
        const { setup, connect } = this.#options;
        const store = connect();
        const { state, slotBuffer: slots } = this;
        worker.post({ setup, state, slots, store, control: buffer }, [store.port]);
      });
    } finally {
      await worker?.end();
    }
  }

  #takeBatch({ batch, state, notes }: Extract<SourceMessage, { kind: 'batch' }>): void {
    this.#deadlines = 0;
    this.state = state;
    this.#usedSlots.add(batch.slot);
    this.#options.onNotes(notes);
    this.#options.onBatch(batch, state);
  }

  /** What is left to do when a call of the source did not come back; `undefined`: to try again. */
  #afterFailure({ message, hasOpened }: LostWorker): StreamFailure | undefined {
    const plugin = this.#options.setup.source.plugin.manifest.name;
    this.#options.onFault({ plugin, kind: 'deadline', message, eventNumber: undefined });
    this.#deadlines += 1;
    const isGivenUp = !hasOpened || this.#deadlines > DEADLINES_MAX;
    return isGivenUp ? { plugin, reason: message, atStart: !hasOpened } : undefined;
  }
}

type LostWorker = WorkerFailure & { readonly kind: 'lost'; readonly hasOpened: boolean };

type WorkerEnd = Extract<SourceMessage, { kind: 'ended' } | { kind: 'failed' }> | LostWorker;
