/*
 * The process of one extractor of one evaluation worker, seen from the main thread. It hands on calls and answers
 * without looking into them: what a plugin answers is checked where it is used. Whatever becomes of the process, and of
 * whatever it sends, is a fault of that one plugin, which the worker hears of in place of an answer.
 */

import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { guarded } from '../../base/guard.ts';
import { LIMITS } from '../../base/limits.ts';
import { enforcedLimits } from '../../plugin/file/manifest.ts';
import { createMemoryFile, type MemoryFile } from '../../worker/memory-file.ts';
import type { ProcessWorker } from '../../worker/process-worker.ts';
import type { WorkerStock } from '../../worker/worker-stock.ts';
import { type SlotLimits, slotSize } from '../stream/slot-room.ts';
import { type PluginRole, toProcessRole } from '../stream/stream-protocol.ts';
import type {
  ExtractorCall,
  ExtractorConnection,
  ExtractorReply,
  ExtractorRequest,
} from './extractor-protocol.ts';

export const EXTRACTOR_ENTRY = 'run/evaluate/extractor-worker.js';

export interface ExtractorHostOptions {
  readonly role: PluginRole;
  readonly limits: SlotLimits;
  readonly stock: WorkerStock;
  /** A call did not come back: milliseconds that were waited for it. */
  readonly onLate: (lostMs: number) => void;
}

const POLL_INTERVAL_MS = 5;
/** Time that one poll may find to have passed: a machine that was suspended is not blamed on a plugin. */
const POLL_COUNTS_MAX_MS = 100;

type Lost = Extract<ExtractorReply, { kind: 'lost' }>;

/** What the worker waits for. */
interface Pending {
  readonly limitMs: number;
  waitedMs: number;
}

export class ExtractorHost {
  /** For the worker: transfer the port. */
  readonly connection: ExtractorConnection;
  readonly #options: ExtractorHostOptions;
  readonly #port: MessagePort;
  readonly #signal: Int32Array;
  /** Through which the worker hands it events. */
  readonly #file: MemoryFile;
  readonly #watch: NodeJS.Timeout;
  #process: ProcessWorker | undefined;
  #pending: Pending | undefined;
  /** It is not there, and why. */
  #lost: Lost | undefined;
  /** The worker has not asked for its start yet; and what it has said by then. */
  #isFresh = true;
  #early: Uint8Array | undefined;
  #polledAtMs = 0;
  #ending: Promise<unknown> = Promise.resolve();

  constructor(options: ExtractorHostOptions) {
    this.#options = options;
    const { port1, port2 } = new MessageChannel();
    const signal = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    const size = slotSize(options.limits);
    this.#file = createMemoryFile(size);
    this.connection = { port: port2, signal, descriptor: this.#file.descriptor, size };
    this.#port = port1;
    this.#signal = new Int32Array(signal);
    const take = (call: ExtractorCall): void => this.#take(call);
    const fail = ({ message }: Error): void => this.#lose({ fault: 'crash', message });
    // The worker waits for an answer to each call.
    const refuse = (error: Error): void => {
      this.#await(0);
      fail(error);
    };
    port1.on('message', guarded('extractor-call', take, refuse));
    const look = guarded('extractor-watch', () => this.#look(), fail);
    this.#watch = setInterval(look, POLL_INTERVAL_MS);
    // It comes up while the worker does.
    this.#process = this.#startProcess();
  }

  /** Resolves when its process has ended; `worker`: nobody calls it any more. */
  async close(worker: Promise<unknown>): Promise<void> {
    clearInterval(this.#watch);
    this.#port.close();
    this.#endProcess();
    await Promise.all([worker, this.#ending]);
    // Before, the worker might write to another file under the same number.
    this.#file.close();
  }

  #take(call: ExtractorCall): void {
    const { callTimeMaxMs, startTimeMaxMs } = enforcedLimits(this.#options.role.plugin.manifest);
    if (call.kind === 'start') {
      this.#await(startTimeMaxMs);
      this.#start();
      return;
    }
    const isAlone = call.eventCount === 1;
    this.#await(isAlone ? Math.min(LIMITS.eventTimeMax.value, callTimeMaxMs) : callTimeMaxMs);
    if (this.#lost === undefined) this.#process?.postBody(call.body);
    else this.#reply(this.#lost);
  }

  #start(): void {
    if (this.#isFresh) {
      this.#isFresh = false;
      if (this.#lost !== undefined) this.#reply(this.#lost);
      else if (this.#early !== undefined) this.#reply({ kind: 'answer', body: this.#early });
      this.#early = undefined;
      return;
    }
    this.#endProcess();
    this.#lost = undefined;
    this.#process = this.#startProcess();
  }

  #await(limitMs: number): void {
    this.#polledAtMs = SYSTEM_CLOCK.monotonicMs();
    this.#pending = { limitMs, waitedMs: 0 };
  }

  #startProcess(): ProcessWorker {
    const { role, stock } = this.#options;
    const worker: ProcessWorker = stock.startProcess({
      entry: EXTRACTOR_ENTRY,
      descriptors: [this.#file.readDescriptor],
      // The worker reads it; here it is bytes.
      read: (frame) => Uint8Array.from(frame),
      windowSize: 0,
      files: [],
      memorySizeMax: role.plugin.memorySizeMax,
    });
    worker.listen({
      onMessage: (body) => {
        // What one that was ended has still sent answers nothing that is asked now.
        if (this.#process === worker) this.#answer(body as Uint8Array);
      },
      onEnd: ({ message }) => {
        if (this.#process === worker) this.#lose({ fault: 'crash', message });
      },
    });
    const { size } = this.connection;
    const start: ExtractorRequest = { kind: 'start', role: toProcessRole(role), size };
    worker.post(start);
    return worker;
  }

  #answer(body: Uint8Array): void {
    if (this.#pending === undefined) {
      if (!this.#isFresh || this.#early !== undefined) throw new Error('an unexpected answer');
      this.#early = body;
      return;
    }
    this.#reply({ kind: 'answer', body });
  }

  /** Ends the process, if it runs; the waiting call fails, or else the next call. */
  #lose(lost: Omit<Lost, 'kind'>): void {
    this.#lost = { kind: 'lost', ...lost };
    this.#endProcess();
    if (this.#pending !== undefined) this.#reply(this.#lost);
  }

  #reply(reply: ExtractorReply): void {
    this.#pending = undefined;
    this.#port.postMessage(
      reply,
      reply.kind === 'answer' ? [reply.body.buffer as ArrayBuffer] : [],
    );
    Atomics.add(this.#signal, 0, 1);
    Atomics.notify(this.#signal, 0);
  }

  #look(): void {
    const nowMs = SYSTEM_CLOCK.monotonicMs();
    const passedMs = Math.min(nowMs - this.#polledAtMs, POLL_COUNTS_MAX_MS);
    this.#polledAtMs = nowMs;
    const pending = this.#pending;
    if (pending === undefined) return;
    pending.waitedMs += passedMs;
    if (pending.waitedMs < pending.limitMs) return;
    this.#options.onLate(pending.waitedMs);
    this.#lose({ fault: 'deadline', message: 'no answer within the time limit' });
  }

  #endProcess(): void {
    const ended = this.#process;
    this.#process = undefined;
    if (ended !== undefined) this.#ending = Promise.all([this.#ending, ended.end()]);
  }
}
