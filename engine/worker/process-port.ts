/*
 * The end of a worker process that the process holds. It has no event loop to wait in: it reads its descriptors
 * itself, and stands still until the main thread has something for it.
 */

import { readSync, writeSync } from 'node:fs';
import { encodeFrame, FrameDecoder } from './frames.ts';
import { CONTROL_SIZE, WorkerControl } from './worker-control.ts';
import type { WorkerPort } from './worker-port.ts';

/** Messages both ways. */
export const MESSAGES_DESCRIPTOR = 3;
/** A file: the numbers of `WorkerControl`, and from `WINDOW_OFFSET` on whatever else is too large for a message. */
export const CONTROL_DESCRIPTOR = 4;
/** Those that its entry knows. */
export const FIRST_OWN_DESCRIPTOR = 5;
export const WINDOW_OFFSET = 4096;

const READ_SIZE = 64 << 10;

export class ProcessPort<Request, Message> implements WorkerPort<Request, Message> {
  readonly control = new WorkerControl(new ArrayBuffer(CONTROL_SIZE), CONTROL_DESCRIPTOR);
  readonly #decoder = new FrameDecoder();
  readonly #room = Buffer.alloc(READ_SIZE);
  #received = 0;

  post(message: Message): void {
    const frame = encodeFrame(message);
    for (let written = 0; written < frame.length; ) {
      written += orEnd(() => writeSync(MESSAGES_DESCRIPTOR, frame, written));
    }
  }

  take(): Request | undefined {
    return this.control.sentCount === this.#received ? undefined : this.wait();
  }

  /** Stands still until something comes. */
  wait(): Request {
    for (;;) {
      const frame = this.#decoder.take();
      if (frame !== undefined) {
        this.#received = (this.#received + 1) | 0;
        return frame as Request;
      }
      const size = orEnd(() => readSync(MESSAGES_DESCRIPTOR, this.#room, 0, READ_SIZE, null));
      if (size === 0) process.exit();
      this.#decoder.add(Buffer.from(this.#room.subarray(0, size)));
    }
  }

  begin(onRequest: (request: Request) => void): void {
    onRequest(this.wait());
  }

  serve(onRequest: (request: Request) => void): void {
    onRequest(this.wait());
    setImmediate(() => this.serve(onRequest));
  }
}

/** Without a main process at the other end there is nothing more to do. */
function orEnd<Result>(call: () => Result): Result {
  try {
    return call();
  } catch {
    process.exit();
  }
}
