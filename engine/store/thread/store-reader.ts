/*
 * Whoever reads through a connection, as the I/O thread sees it: a thread that waits on a word of shared memory, and
 * takes bytes from rings itself; or another process, which has neither, and to which bytes go through a window: a part
 * of a file that both have open.
 */

import { closeSync, writeSync } from 'node:fs';
import type { MessagePort } from 'node:worker_threads';
import { Ring, STATE_END, STATE_OPEN } from '../client/ring.ts';
import { PANE_SIZE } from '../client/window-object.ts';
import type { StoreMessage, WindowBytes, WindowFile } from '../protocol/store-protocol.ts';

export interface StoreReader {
  post(message: StoreMessage): void;
  /** There is something new that is no message: bytes, an end, a file. */
  notify(): void;
  /** It asks for the next bytes of an object, in a pane of its window. */
  read(object: number, pane: number): void;
  /** It reads an object no more. */
  forget(object: number): void;
  /** The reader has left. */
  close(): void;
}

export class ThreadReader implements StoreReader {
  readonly #port: MessagePort;
  readonly #signal: Int32Array;

  constructor(port: MessagePort, signal: SharedArrayBuffer) {
    this.#port = port;
    this.#signal = new Int32Array(signal);
  }

  post(message: StoreMessage): void {
    this.#port.postMessage(message);
    this.notify();
  }

  notify(): void {
    Atomics.add(this.#signal, 0, 1);
    Atomics.notify(this.#signal, 0);
  }

  // It reads rings itself.
  read(): void {}
  forget(): void {}
  close(): void {}
}

interface WindowedRing {
  readonly ring: Ring;
  readonly isLive: boolean;
}

export class ProcessReader implements StoreReader {
  readonly #port: MessagePort;
  readonly #window: WindowFile;
  readonly #giveRoom: (object: number) => void;
  readonly #rings = new Map<number, WindowedRing>();
  /** Objects whose bytes are waited for, and the panes that they go to. */
  readonly #wanted = new Map<number, number>();
  /** The reader knows that there is nothing for now. */
  #isIdle = false;

  /** `giveRoom`: the object's ring has room again. The window is closed with the reader. */
  constructor(port: MessagePort, window: WindowFile, giveRoom: (object: number) => void) {
    this.#port = port;
    this.#window = window;
    this.#giveRoom = giveRoom;
  }

  post(message: StoreMessage): void {
    if (message.kind === 'opened' && message.content.kind === 'ring') {
      const { ring, isLive } = message.content;
      this.#rings.set(message.object, { ring: new Ring(ring), isLive });
      this.#port.postMessage({ ...message, content: { kind: 'window', isLive } });
      return;
    }
    this.#port.postMessage(message);
    this.#isIdle = message.kind === 'refused' && message.code === 'timed-out';
  }

  notify(): void {
    for (const [object, pane] of this.#wanted) this.#fill(object, pane);
    if (!this.#isIdle) return;
    this.#isIdle = false;
    this.#port.postMessage({ kind: 'news' });
  }

  read(object: number, pane: number): void {
    this.#wanted.set(object, pane);
    this.#isIdle = false;
    this.#fill(object, pane);
  }

  forget(object: number): void {
    this.#rings.delete(object);
    const pane = this.#wanted.get(object);
    if (pane !== undefined) this.#answer({ object, pane, size: 0, stored: 0, state: 'end' });
  }

  close(): void {
    closeSync(this.#window.descriptor);
  }

  #fill(object: number, pane: number): void {
    const read = this.#rings.get(object);
    if (read === undefined) {
      this.#answer({ object, pane, size: 0, stored: 0, state: 'end' });
      return;
    }
    const { ring, isLive } = read;
    const { descriptor, position } = this.#window;
    const { state } = ring;
    const bytes = ring.bytes(PANE_SIZE);
    const stored = ring.storedBytesRead;
    const size = bytes.length;
    if (size > 0) {
      writeSync(descriptor, bytes, 0, size, position + pane * PANE_SIZE);
      if (ring.giveBack(size)) this.#giveRoom(object);
      this.#answer({ object, pane, size, stored, state: 'open' });
    } else if (state !== STATE_OPEN) {
      this.#answer({ object, pane, size, stored, state: state === STATE_END ? 'end' : 'failed' });
    } else if (isLive) {
      this.#answer({ object, pane, size, stored, state: 'idle' });
      this.#isIdle = true;
    }
  }

  #answer(bytes: Omit<WindowBytes, 'kind'>): void {
    this.#wanted.delete(bytes.object);
    this.#port.postMessage({ kind: 'bytes', ...bytes });
  }
}
