/*
 * An object whose reader is another process: its bytes come through a window, a part of a file that both processes
 * have open. The window has two panes: while one is worked on, the other is being filled.
 */

import type { WindowBytes } from '../protocol/store-protocol.ts';
import { StoreError } from '../store-error.ts';
import type { OpenObject } from './open-object.ts';

export const PANE_COUNT = 2;
export const PANE_SIZE = 1 << 20;
/** Stays in the second-level cache until the plugin has its copy. */
const READ_SIZE = 256 << 10;

export interface WindowOptions {
  readonly isLive: boolean;
  /** Asks for the next bytes, into a free pane; `receive` gets them. */
  readonly ask: () => void;
  /** Copies bytes of the window from `position` on. */
  readonly copy: (room: Uint8Array, position: number) => void;
  /** Nothing of the pane is needed any more. */
  readonly release: (pane: number) => void;
  readonly wait: (isReady: () => boolean) => void;
  readonly onIdle: () => void;
  readonly close: () => void;
}

/** What has come, and was not read yet. */
interface Piece extends WindowBytes {
  /** Read so far. */
  done: number;
  /** In place of the pane, which somebody else needed. */
  kept: Uint8Array | undefined;
}

export class WindowObject implements OpenObject {
  readonly #options: WindowOptions;
  readonly #pieces: Piece[] = [];
  #room: Uint8Array | undefined;
  #isAsked = false;
  #error: StoreError | undefined;
  #storedBytesRead = 0;

  constructor(options: WindowOptions) {
    this.#options = options;
  }

  get storedBytesRead(): number {
    return this.#storedBytesRead;
  }

  read(max: number): Uint8Array {
    const piece = this.#pieces[0] ?? this.#waitForPiece();
    this.#storedBytesRead = piece.stored;
    if (piece.state === 'idle') {
      this.#pieces.shift();
      this.#options.onIdle();
      throw new StoreError('timed-out', 'nothing has come for now');
    }
    if (piece.state === 'failed') throw this.#error ?? new StoreError('io', 'cannot be read');
    // The end stays.
    if (piece.state === 'end') return new Uint8Array(0);
    if (piece.done === 0 && !this.#options.isLive) this.#ask();
    return this.#readOf(piece, Math.min(max, READ_SIZE, piece.size - piece.done));
  }

  /** What was asked for has come. */
  receive(answer: WindowBytes): void {
    this.#isAsked = false;
    this.#pieces.push({ ...answer, done: 0, kept: undefined });
    if (answer.size === 0) this.#options.release(answer.pane);
  }

  /** Somebody else needs the pane. */
  vacate(pane: number): void {
    for (const piece of this.#pieces) {
      if (piece.pane !== pane || piece.size === 0 || piece.kept !== undefined) continue;
      const kept = new Uint8Array(piece.size);
      this.#options.copy(kept, pane * PANE_SIZE);
      piece.kept = kept;
    }
    this.#options.release(pane);
  }

  fail(error: StoreError): void {
    this.#error = error;
  }

  close(): void {
    for (const { pane, size, kept } of this.#pieces) {
      if (size > 0 && kept === undefined) this.#options.release(pane);
    }
    this.#options.close();
  }

  #readOf(piece: Piece, size: number): Uint8Array {
    const { pane, done, kept } = piece;
    piece.done += size;
    const isDone = piece.done === piece.size;
    if (isDone) this.#pieces.shift();
    if (kept !== undefined) return kept.subarray(done, done + size);
    this.#room ??= new Uint8Array(READ_SIZE);
    const bytes = this.#room.subarray(0, size);
    this.#options.copy(bytes, pane * PANE_SIZE + done);
    if (isDone) this.#options.release(pane);
    return bytes;
  }

  #waitForPiece(): Piece {
    this.#ask();
    this.#options.wait(() => this.#pieces.length > 0);
    const [piece] = this.#pieces;
    if (piece === undefined) throw new StoreError('io', 'no answer');
    return piece;
  }

  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#options.ask();
  }
}
