/* An object that comes through a ring: read ahead, decoded or live. */

import { StoreError } from '../store-error.ts';
import type { OpenObject } from './open-object.ts';
import { type Ring, STATE_FAILED, STATE_OPEN } from './ring.ts';

interface RingObjectOptions {
  readonly ring: Ring;
  readonly isLive: boolean;
  readonly wait: (isReady: () => boolean) => void;
  readonly giveRoom: () => void;
  readonly signal: () => number;
  readonly onIdle: (signal: number) => void;
  readonly takeMessages: () => void;
  readonly close: () => void;
}

export class RingObject implements OpenObject {
  readonly #options: RingObjectOptions;
  /** Given out by the last read: the plugin has it until the next one. */
  #given = 0;
  #error: StoreError | undefined;

  constructor(options: RingObjectOptions) {
    this.#options = options;
  }

  get storedBytesRead(): number {
    return this.#options.ring.storedBytesRead;
  }

  /** Throws with `timed-out` where nothing has come for now, and with what went wrong after all that was decoded. */
  read(max: number): Uint8Array {
    const { ring, isLive, wait, giveRoom, onIdle, signal } = this.#options;
    if (ring.giveBack(this.#given)) giveRoom();
    this.#given = 0;
    const seen = signal();
    let state = ring.state;
    let bytes = ring.bytes(max);
    const isReady = (): boolean => {
      state = ring.state;
      bytes = ring.bytes(max);
      return bytes.length > 0 || state !== STATE_OPEN;
    };
    if (bytes.length === 0 && state === STATE_OPEN) {
      if (!isLive) wait(isReady);
      else if (!isReady()) {
        onIdle(seen);
        throw new StoreError('timed-out', 'nothing has come for now');
      }
    }
    if (bytes.length === 0 && state === STATE_FAILED) throw this.#whatWentWrong();
    // Said before the end of an object, and about it.
    if (bytes.length === 0) this.#options.takeMessages();
    this.#given = bytes.length;
    return bytes;
  }

  fail(error: StoreError): void {
    this.#error = error;
  }

  close(): void {
    this.#options.close();
  }

  #whatWentWrong(): StoreError {
    if (this.#error === undefined) this.#options.takeMessages();
    return this.#error ?? new StoreError('io', 'cannot be read');
  }
}
