/*
 * Messages to a source worker that is a process: all through one pipe, which the worker reads when it looks for
 * messages, and blocks on when it waits.
 */

import { readSync } from 'node:fs';
import type { StoreLink } from '../../store/client/store-link.ts';
import type { StoreMessage, StoreRequest } from '../../store/protocol/store-protocol.ts';
import { CONTROL_DESCRIPTOR, type ProcessPort, WINDOW_OFFSET } from '../../worker/process-port.ts';
import { createSlots, Slots } from './slots.ts';
import type { SourceMessage, SourceRequest } from './stream-protocol.ts';

export class SourceInbox implements StoreLink {
  readonly slots: Slots = new Slots(createSlots(), () => this.#wait());
  readonly #port: ProcessPort<SourceRequest, SourceMessage>;
  readonly #fromStore: StoreMessage[] = [];
  readonly #released: Uint8Array[] = [];
  #wakeUps = 0;
  #wokenUp = 0;
  #signal = 0;

  constructor(port: ProcessPort<SourceRequest, SourceMessage>) {
    this.#port = port;
  }

  get signal(): number {
    return this.#signal;
  }

  /** Where the next batch ended that the outputs have. */
  takeReleased(): Uint8Array | undefined {
    this.#takeAll();
    return this.#released.shift();
  }

  send(request: StoreRequest): void {
    this.#port.post({ kind: 'store', request });
  }

  take(): StoreMessage | undefined {
    this.#takeAll();
    return this.#fromStore.shift();
  }

  /** The other side keeps the time: nothing else is heard here. */
  wait(seen: number, milliseconds: number): boolean {
    this.#takeAll();
    if (this.#signal !== seen) return true;
    this.#wakeUps += 1;
    const id = this.#wakeUps;
    this.#port.post({ kind: 'wake', id, milliseconds });
    while (this.#signal === seen && this.#wokenUp < id) this.#wait();
    return this.#signal !== seen;
  }

  #takeAll(): void {
    for (let one = this.#port.take(); one !== undefined; one = this.#port.take()) this.#sort(one);
  }

  #wait(): void {
    this.#sort(this.#port.wait());
  }

  #sort(request: SourceRequest): void {
    switch (request.kind) {
      case 'released':
        this.slots.free(request.slot);
        if (request.position !== undefined) this.#released.push(request.position);
        break;
      case 'store':
        this.#signal += 1;
        this.#fromStore.push(request.message);
        break;
      case 'woken':
        this.#wokenUp = request.id ?? this.#wakeUps;
        break;
      default:
        throw new Error('is not for a process');
    }
  }
}

/** Bytes of the window, from `position` on. */
export function copyFromWindow(room: Uint8Array, position: number): void {
  readSync(CONTROL_DESCRIPTOR, room, 0, room.length, WINDOW_OFFSET + position);
}
