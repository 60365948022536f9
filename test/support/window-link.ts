/* The store as another process has it, for a test that is no other process: messages by a port, bytes by a window. */

import { readSync } from 'node:fs';
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { StoreLink } from '../../engine/store/client/store-link.ts';
import { PANE_COUNT, PANE_SIZE } from '../../engine/store/client/window-object.ts';
import type { StoreMessage, StoreRequest } from '../../engine/store/protocol/store-protocol.ts';
import { createMemoryFile, type MemoryFile } from '../../engine/worker/memory-file.ts';

const NOTHING_COMES = new Int32Array(new SharedArrayBuffer(4));

export function createWindow(): MemoryFile {
  return createMemoryFile(PANE_COUNT * PANE_SIZE, true);
}

export class WindowLink implements StoreLink {
  readonly #port: MessagePort;
  readonly #messages: StoreMessage[] = [];
  signal = 0;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  send(request: StoreRequest): void {
    this.#port.postMessage(request);
  }

  take(): StoreMessage | undefined {
    this.#receive();
    return this.#messages.shift();
  }

  wait(seen: number, milliseconds: number): boolean {
    for (let left = milliseconds; left > 0; left--) {
      this.#receive();
      if (this.signal !== seen) return true;
      Atomics.wait(NOTHING_COMES, 0, 0, 1);
    }
    return false;
  }

  #receive(): void {
    for (let one = receiveMessageOnPort(this.#port); one; one = receiveMessageOnPort(this.#port)) {
      this.signal += 1;
      this.#messages.push(one.message as StoreMessage);
    }
  }
}

export function copyFrom(window: MemoryFile) {
  return (room: Uint8Array, position: number): void => {
    readSync(window.readDescriptor, room, 0, room.length, position);
  };
}
