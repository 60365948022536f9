/*
 * What is different between a source worker that is a thread and one that is a process: a thread shares memory with the
 * main thread and a port with the I/O thread; a process gets everything by messages.
 */

import type { MessagePort } from 'node:worker_threads';
import { guarded } from '../../base/guard.ts';
import { PANE_COUNT, PANE_SIZE } from '../../store/client/window-object.ts';
import type {
  StoreConnection,
  StoreMessage,
  WindowFile,
} from '../../store/protocol/store-protocol.ts';
import { WINDOW_OFFSET } from '../../worker/process-port.ts';
import type { ProcessWorker } from '../../worker/process-worker.ts';
import { readerOf } from '../../worker/shape.ts';
import type { SupervisedWorker } from '../../worker/supervised-worker.ts';
import type { WorkerHandle } from '../../worker/worker-handle.ts';
import type { WorkerStock } from '../../worker/worker-stock.ts';
import { isSourceMessage } from './message-shape.ts';
import {
  descriptorsOf,
  inheritedRoom,
  type RoomMemory,
  roomSizeMax,
  sentRoom,
} from './slot-room.ts';
import { SourceAdmission } from './source-admission.ts';
import {
  type SourceMessage,
  type SourceRequest,
  type SourceSetup,
  type StreamState,
  toProcessRole,
} from './stream-protocol.ts';

export const SOURCE_ENTRY = 'run/stream/source-worker.js';

type SourceWorker = SupervisedWorker<SourceRequest, SourceMessage>;

export interface SourceSideOptions {
  readonly setup: SourceSetup;
  readonly room: RoomMemory;
  readonly slots: SharedArrayBuffer;
  readonly stock: WorkerStock;
  /** `window`: of a process. */
  readonly connect: (window: WindowFile | undefined) => StoreConnection;
}

/** One worker that reads. */
export interface SourceSide {
  readonly handle: WorkerHandle;
  /** What it sent, as it may be used; throws what ends the worker. */
  admit(message: SourceMessage): SourceMessage;
  /** What it has handed over cannot be used. */
  refuse(reason: string): void;
  /** `usedSlots`: those whose batches are on their way. */
  start(worker: SourceWorker, state: StreamState, usedSlots: Iterable<number>): void;
  /** Answers a message that is not about the stream. */
  answer(message: SideMessage): void;
  /** The outputs have a batch: its slot is free, and the source may learn where it ended. */
  release(slot: number, position: Uint8Array | undefined): void;
  /** It is to look whether it has to stop. */
  wake(): void;
  end(): void;
}

export type SideMessage = Extract<SourceMessage, { kind: 'store' | 'wake' }>;

export function createSourceSide(options: SourceSideOptions): SourceSide {
  return options.setup.source.isolation === 'process'
    ? new ProcessSide(options)
    : new ThreadSide(options);
}

class ThreadSide implements SourceSide {
  readonly handle: WorkerHandle;
  readonly #options: SourceSideOptions;
  #worker: SourceWorker | undefined;

  constructor(options: SourceSideOptions) {
    this.#options = options;
    this.handle = options.stock.takeThread(SOURCE_ENTRY);
  }

  start(worker: SourceWorker, state: StreamState): void {
    const { setup, room, slots, connect } = this.#options;
    const store = connect(undefined);
    this.#worker = worker;
    const shared = { slots, store };
    const start = {
      kind: 'start',
      setup,
      state,
      room: sentRoom(room),
      shared,
      usedSlots: [],
    } as const;
    worker.post(start, [store.port]);
  }

  release(_slot: number, position: Uint8Array | undefined): void {
    if (position !== undefined) this.#worker?.post({ kind: 'acknowledged', position });
  }

  admit(message: SourceMessage): SourceMessage {
    return message;
  }

  // The worker is our code, and checks its plugin's messages itself.
  refuse(): void {}
  // The thread sees all else in the memory that it shares.
  answer(): void {}
  wake(): void {}
  end(): void {}
}

class ProcessSide implements SourceSide {
  readonly handle: ProcessWorker;
  readonly #options: SourceSideOptions;
  #worker: SourceWorker | undefined;
  readonly #admission: SourceAdmission;
  #store: MessagePort | undefined;
  #wakeUp: NodeJS.Timeout | undefined;

  constructor(options: SourceSideOptions) {
    this.#options = options;
    const { setup, room, stock } = options;
    const { name } = setup.source.plugin.manifest;
    this.#admission = new SourceAdmission(name);
    this.handle = stock.startProcess({
      entry: SOURCE_ENTRY,
      descriptors: [descriptorsOf(room).descriptor],
      read: readerOf(isSourceMessage),
      windowSize: PANE_COUNT * PANE_SIZE,
      memorySizeMax: setup.source.plugin.memorySizeMax,
      files: [{ descriptor: descriptorsOf(room).descriptor, ...roomSizeMax(setup.limits) }],
    });
  }

  start(worker: SourceWorker, state: StreamState, usedSlots: Iterable<number>): void {
    const { connect } = this.#options;
    const setup = { ...this.#options.setup, source: toProcessRole(this.#options.setup.source) };
    this.#worker = worker;
    const descriptor = this.handle.file.lentDescriptor ?? -1;
    const { port } = connect({ descriptor, position: WINDOW_OFFSET });
    const send = (message: StoreMessage): void => {
      this.#admission.answered(message);
      worker.post({ kind: 'store', message });
    };
    port.on(
      'message',
      guarded('store-message', send, ({ message }) => this.handle.refuse(message)),
    );
    this.#store = port;
    const used = [...usedSlots];
    const room = inheritedRoom(0);
    worker.post({ kind: 'start', setup, state, room, shared: undefined, usedSlots: used });
  }

  admit(message: SourceMessage): SourceMessage {
    return this.#admission.admit(message);
  }

  refuse(reason: string): void {
    this.handle.refuse(reason);
  }

  answer(message: SideMessage): void {
    if (message.kind === 'store') {
      this.#store?.postMessage(message.request);
      return;
    }
    const { id, milliseconds } = message;
    clearTimeout(this.#wakeUp);
    this.#wakeUp = setTimeout(() => this.#worker?.post({ kind: 'woken', id }), milliseconds);
  }

  release(slot: number, position: Uint8Array | undefined): void {
    this.#worker?.post({ kind: 'released', slot, position });
  }

  wake(): void {
    this.#worker?.post({ kind: 'woken', id: undefined });
  }

  end(): void {
    clearTimeout(this.#wakeUp);
    this.#store?.close();
  }
}
