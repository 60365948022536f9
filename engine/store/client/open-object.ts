import type { StoreError } from '../store-error.ts';

/** An object as its reader has it, however its bytes come. */
export interface OpenObject {
  /** So far. */
  readonly storedBytesRead: number;
  /** Up to `max` decoded bytes, empty at the end; valid until the next call. Throws `StoreError`. */
  read(max: number): Uint8Array;
  /** What the I/O thread has to say of it. */
  fail(error: StoreError): void;
  close(): void;
}
