/*
 * A process of its own for a worker that hosts plugins which nobody vouches for: a plugin that gets out of V8's sandbox
 * has no files, no environment, no children and no memory of ours. It is ended with SIGKILL.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { LIMITS } from '../base/limits.ts';
import { workerEntry } from '../base/package-root.ts';
import { sandboxFlags } from '../base/sandbox-flags.ts';
import { encodeFrame, FrameDecoder } from './frames.ts';
import { createMemoryFile, type MemoryFile } from './memory-file.ts';
import { MESSAGES_DESCRIPTOR, WINDOW_OFFSET } from './process-port.ts';
import type { Shape } from './shape.ts';
import { CONTROL_SIZE, WorkerControl } from './worker-control.ts';
import type { WorkerEvents, WorkerHandle } from './worker-handle.ts';

export interface ProcessWorkerOptions {
  /** Compiled path, as `stream/source-worker.js`. */
  readonly entry: string;
  /** Descriptors that it inherits, from `FIRST_OWN_DESCRIPTOR` on. */
  readonly descriptors: readonly number[];
  /** Bytes behind `WINDOW_OFFSET` of the file that both sides write; 0: nobody else writes there. */
  readonly windowSize: number;
  /** Whether a message is one that it may send. */
  readonly isMessage: Shape;
  /** Bytes that its plugins' memories may take, beside what every process may. */
  readonly memorySizeMax: number;
}

const MEMORY_POLL_MS = 50;
const PAGE_SIZE = 4096;
/** Code with which Node ends after an error that nobody caught. */
const UNCAUGHT = 1;
/** Of what it writes to its standard error, which is of interest when it ends by itself. */
const STDERR_SIZE_MAX = 4096;

export class ProcessWorker implements WorkerHandle {
  readonly control: WorkerControl;
  /** What both sides write, at `WINDOW_OFFSET`. */
  readonly file: MemoryFile;
  readonly #process: ChildProcess;
  readonly #messages: Socket;
  readonly #decoder = new FrameDecoder(LIMITS.processMessageSizeMax.value);
  readonly #isMessage: Shape;
  readonly #gone: Promise<void>;
  readonly #memoryWatch: NodeJS.Timeout;
  #events: WorkerEvents | undefined;
  #isOver = false;
  #stderr = '';

  constructor({ entry, descriptors, windowSize, isMessage, memorySizeMax }: ProcessWorkerOptions) {
    this.#isMessage = isMessage;
    this.file = createMemoryFile(WINDOW_OFFSET + windowSize, windowSize > 0);
    this.control = new WorkerControl(new ArrayBuffer(CONTROL_SIZE), this.file.descriptor);
    this.#process = spawn(
      process.execPath,
      [...sandboxFlags(), fileURLToPath(workerEntry(entry))],
      {
        env: {},
        cwd: '/',
        stdio: ['ignore', 'ignore', 'pipe', 'pipe', this.file.descriptor, ...descriptors],
      },
    );
    this.#messages = this.#process.stdio[MESSAGES_DESCRIPTOR] as Socket;
    // It is told of as the end of the process.
    this.#messages.on('error', () => {});
    this.#messages.on('data', (bytes: Buffer) => this.#receive(bytes));
    this.#process.stderr?.on('data', (bytes: Buffer) => {
      this.#stderr = (this.#stderr + bytes.toString()).slice(0, STDERR_SIZE_MAX);
    });
    this.#gone = new Promise((resolve) => {
      // Of what it said before its end nothing is lost.
      this.#process.once('close', (code, signal) => {
        this.#fail(`its process ended with ${signal ?? `code ${code}`}`, code === UNCAUGHT);
        this.control.detach();
        this.file.close();
        resolve();
      });
      this.#process.once('error', (error) => {
        this.#fail(`its process cannot be started: ${error.message}`);
        resolve();
      });
    });
    const sizeMax = memorySizeMax + LIMITS.processSizeMax.value;
    this.#memoryWatch = setInterval(() => this.#watchMemory(sizeMax), MEMORY_POLL_MS).unref();
  }

  listen(events: WorkerEvents): void {
    this.#events = events;
    this.#messages.resume();
  }

  post(request: unknown): void {
    if (this.#isOver) return;
    this.control.countSent();
    this.#messages.write(encodeFrame(request));
  }

  async end(): Promise<void> {
    this.#isOver = true;
    this.#kill();
    await this.#gone;
  }

  unref(): void {
    this.#process.unref();
    this.#messages.unref();
    (this.#process.stderr as Socket | null)?.unref();
  }

  ref(): void {
    this.#process.ref();
    this.#messages.ref();
    (this.#process.stderr as Socket | null)?.ref();
  }

  #kill(): void {
    clearInterval(this.#memoryWatch);
    this.#process.kill('SIGKILL');
  }

  #receive(bytes: Buffer): void {
    try {
      this.#decoder.add(bytes);
      for (
        let message = this.#decoder.take();
        message !== undefined;
        message = this.#decoder.take()
      ) {
        if (this.#isOver) return;
        if (!this.#isMessage(message)) throw new Error('a message that is none');
        this.#events?.onMessage(message);
      }
    } catch (error) {
      // Whoever sends what cannot be read is not our code any more.
      this.#fail(`its process answers nonsense: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** Where the system says how much it has; elsewhere the plugins' own limits are all there is. */
  #watchMemory(sizeMax: number): void {
    try {
      const [, resident] = readFileSync(`/proc/${this.#process.pid}/statm`, 'latin1').split(' ');
      const size = PAGE_SIZE * Number(resident);
      if (size > sizeMax)
        this.#fail(`its process has ${size} bytes of memory, of at most ${sizeMax}`);
    } catch {
      clearInterval(this.#memoryWatch);
    }
  }

  /** `isOurs`: its standard error has the stack. */
  #fail(message: string, isOurs = false): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#kill();
    const error = new Error(message);
    if (isOurs) error.stack = this.#stderr;
    this.#events?.onEnd(error, isOurs);
  }
}
