/*
 * A process of its own for a worker that hosts plugins which nobody vouches for: a plugin that gets out of V8's sandbox
 * has no files, no environment, no children and no memory of ours. It is ended with SIGKILL.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { fstatSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { findConfinement, innerProcess } from '../base/confinement.ts';
import { guarded } from '../base/guard.ts';
import { LIMITS } from '../base/limits.ts';
import { workerEntry } from '../base/package-root.ts';
import { printable } from '../base/printable.ts';
import { sandboxFlags } from '../base/sandbox-flags.ts';
import { encodeFrame, FrameDecoder, frameOf } from './frames.ts';
import { createMemoryFile, type MemoryFile } from './memory-file.ts';
import { MESSAGES_DESCRIPTOR, WINDOW_OFFSET } from './process-port.ts';
import { CONTROL_SIZE, WorkerControl } from './worker-control.ts';
import type { WorkerEvents, WorkerHandle } from './worker-handle.ts';

export interface ProcessWorkerOptions {
  /** Compiled path, as `run/stream/source-worker.js`. */
  readonly entry: string;
  /** Descriptors that it inherits, from `FIRST_OWN_DESCRIPTOR` on. */
  readonly descriptors: readonly number[];
  /** Bytes behind `WINDOW_OFFSET` of the file that both sides write; 0: nobody else writes there. */
  readonly windowSize: number;
  /** A message out of what it sent, which may be anything; what it throws is the end of the process. */
  readonly read: (body: Buffer) => unknown;
  /** Files in memory that it writes to beside its own, and how much of each may be there. */
  readonly files: readonly WatchedFile[];
  /** Bytes that its plugins' memories may take, beside what every process may. */
  readonly memorySizeMax: number;
}

interface WatchedFile {
  readonly descriptor: number;
  /** Bytes of it that may be there, and where the last of them may be. */
  readonly sizeMax: number;
  readonly endMax: number;
}

const MEMORY_POLL_MS = 50;
/** Block size in `stat`, whatever the blocks of the file system are. */
const BLOCK_SIZE = 512;
const PAGE_SIZE = 4096;
/** Most bytes kept of the worker's standard error, which explains why it ended by itself. */
const STDERR_SIZE_MAX = 4096;
/** Characters of that in an error. */
const ERROR_LENGTH_MAX = 200;

export class ProcessWorker implements WorkerHandle {
  readonly control: WorkerControl;
  readonly isProcess = true;
  /** What both sides write, at `WINDOW_OFFSET`. */
  readonly file: MemoryFile;
  readonly #process: ChildProcess;
  readonly #messages: Socket;
  readonly #decoder = new FrameDecoder(LIMITS.processMessageSizeMax.value);
  readonly #read: ProcessWorkerOptions['read'];
  readonly #gone: Promise<void>;
  readonly #memoryWatch: NodeJS.Timeout;
  #events: WorkerEvents | undefined;
  #isOver = false;
  /** As this process sees it. */
  #pid: number | undefined;
  #stderr = '';

  constructor({
    entry,
    descriptors,
    windowSize,
    files,
    read,
    memorySizeMax,
  }: ProcessWorkerOptions) {
    this.#read = read;
    const sizeOfOwn = WINDOW_OFFSET + windowSize;
    const fileSizeMax = Math.max(sizeOfOwn, ...files.map(({ endMax }) => endMax));
    this.file = createMemoryFile(sizeOfOwn, windowSize > 0);
    this.control = new WorkerControl(new ArrayBuffer(CONTROL_SIZE), this.file.descriptor);
    const [command = '', ...args] = [
      ...findConfinement().prefix(fileSizeMax),
      process.execPath,
      ...sandboxFlags(),
      fileURLToPath(workerEntry(entry)),
    ];
    this.#process = spawn(command, args, {
      env: {},
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', this.file.descriptor, ...descriptors],
    });
    this.#messages = this.#process.stdio[MESSAGES_DESCRIPTOR] as Socket;
    // It is reported as the end of the process.
    this.#messages.on('error', () => {});
    const receive = (bytes: Buffer): void => this.#receive(bytes);
    const refuse = ({ message }: Error): void => this.refuse(message);
    this.#messages.on('data', guarded('process-message', receive, refuse));
    this.#process.stderr?.on('data', (bytes: Buffer) => {
      this.#stderr = (this.#stderr + bytes.toString()).slice(0, STDERR_SIZE_MAX);
      // What it has to say further is of interest to nobody.
      if (this.#stderr.length === STDERR_SIZE_MAX) this.#process.stderr?.destroy();
    });
    this.#gone = new Promise((resolve) => {
      // Everything it wrote before its end is kept.
      this.#process.once('close', (code, signal) => {
        const said = this.#stderr === '' ? '' : `: ${printable(firstErrorOf(this.#stderr))}`;
        this.#fail(`its process ended with ${signal ?? `code ${code}`}${said}`);
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
    const own = { descriptor: this.file.descriptor, sizeMax: sizeOfOwn, endMax: sizeOfOwn };
    const watched = [own, ...files];
    const watch = guarded(
      'memory-watch',
      () => {
        this.#watchMemory(sizeMax);
        for (const one of watched) this.#watchFile(one);
      },
      ({ message }) => this.#fail(message),
    );
    this.#memoryWatch = setInterval(watch, MEMORY_POLL_MS).unref();
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

  /** A message that is serialized already. */
  postBody(body: Uint8Array): void {
    if (this.#isOver) return;
    this.control.countSent();
    this.#messages.write(frameOf(body));
  }

  async end(): Promise<void> {
    this.#isOver = true;
    this.#kill();
    await this.#gone;
  }

  /** Its message leads to an error: code that sends such messages is not ours any more. Its end is reported. */
  refuse(reason: string): void {
    this.#fail(`its process answers nonsense: ${reason}`);
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
    this.#decoder.add(bytes);
    for (;;) {
      const body = this.#decoder.takeBody();
      if (body === undefined || this.#isOver) return;
      this.#events?.onMessage(this.#read(body));
    }
  }

  /** Where the system says how much it has; elsewhere the plugins' own limits are all there is. */
  #watchMemory(sizeMax: number): void {
    try {
      this.#pid ??= innerProcess(this.#process.pid ?? 0);
      // It is being started.
      if (this.#pid === undefined) return;
      const [, resident] = readFileSync(`/proc/${this.#pid}/statm`, 'latin1').split(' ');
      const size = PAGE_SIZE * Number(resident);
      if (size > sizeMax)
        this.#fail(`its process has ${size} bytes of memory, of at most ${sizeMax}`);
    } catch {
      clearInterval(this.#memoryWatch);
    }
  }

  #watchFile({ descriptor, sizeMax }: WatchedFile): void {
    if (this.#isOver) return;
    const size = BLOCK_SIZE * fstatSync(descriptor).blocks;
    if (size > sizeMax + PAGE_SIZE)
      this.#fail(`its process has written ${size} bytes to shared memory, of at most ${sizeMax}`);
  }

  /** Whatever ended it is the fault of the plugins in it: what it says about that is not trusted. */
  #fail(message: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#kill();
    this.#events?.onEnd(new Error(message), false);
  }
}

/** The line with the error, of what Node writes about one that nobody caught. */
function firstErrorOf(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const line = lines.find((one) => /^\w*Error\b/.test(one)) ?? lines.find((one) => one !== '');
  return (line ?? '').slice(0, ERROR_LENGTH_MAX);
}
