/* How a store client and the I/O thread reach each other. */

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { StoreConnection, StoreMessage, StoreRequest } from '../protocol/store-protocol.ts';

export interface StoreLink {
  send(request: StoreRequest): void;
  /** What the other side has said; `undefined`: nothing more for now. */
  take(): StoreMessage | undefined;
  /** Changes whenever there is something new: a message, bytes, an end. */
  readonly signal: number;
  /** Until the signal is not `seen` any more, or for the time; answers whether it is not. */
  wait(seen: number, milliseconds: number): boolean;
}

/** From a thread of the same process. */
export class ThreadLink implements StoreLink {
  readonly #port: MessagePort;
  readonly #signal: Int32Array;

  constructor({ port, signal }: StoreConnection) {
    this.#port = port;
    this.#signal = new Int32Array(signal);
  }

  send(request: StoreRequest): void {
    this.#port.postMessage(request);
  }

  take(): StoreMessage | undefined {
    return receiveMessageOnPort(this.#port)?.message as StoreMessage | undefined;
  }

  get signal(): number {
    return Atomics.load(this.#signal, 0);
  }

  wait(seen: number, milliseconds: number): boolean {
    return Atomics.wait(this.#signal, 0, seen, milliseconds) !== 'timed-out';
  }
}
