/*
 * Raw deflate, synchronous, in steps of bounded output. Node has no public call for that; this uses the
 * handle below its zlib streams (`writeSync`, unchanged from Node 10 to 24, and what `gunzipSync` is made
 * of). Nothing else in the engine touches it.
 */

import { constants, createInflateRaw, type InflateRaw } from 'node:zlib';

interface Handle {
  writeSync(
    flush: number,
    input: Uint8Array,
    inputOffset: number,
    inputSize: number,
    output: Uint8Array,
    outputOffset: number,
    outputSize: number,
  ): void;
  onerror: (message: string) => void;
  close(): void;
}

interface InflateInternals extends InflateRaw {
  readonly _handle: Handle;
  /** [output bytes left, input bytes left] after a write. */
  readonly _writeState: Uint32Array;
}

export interface InflateStep {
  /** Valid until the next step. */
  readonly output: Buffer;
  readonly usedBytes: number;
  readonly isEnd: boolean;
}

export class SynchronousInflate {
  readonly #inflate: InflateInternals;
  readonly #output: Buffer;
  #error: string | undefined;

  constructor(outputSizeBytes: number) {
    this.#inflate = createInflateRaw() as InflateInternals;
    this.#output = Buffer.allocUnsafe(outputSizeBytes);
    this.#inflate._handle.onerror = (message) => {
      this.#error = message;
    };
  }

  /** Inflates from the start of `input` until the output is full, the input used, or the stream over. */
  write(input: Uint8Array): InflateStep {
    const { _handle: handle, _writeState: state } = this.#inflate;
    const output = this.#output;
    handle.writeSync(constants.Z_SYNC_FLUSH, input, 0, input.length, output, 0, output.length);
    if (this.#error !== undefined) throw new Error(this.#error);
    const [outputLeft = 0, inputLeft = 0] = state;
    return {
      output: output.subarray(0, output.length - outputLeft),
      usedBytes: input.length - inputLeft,
      // With room for output, only the end of the stream leaves input unused.
      isEnd: inputLeft > 0 && outputLeft > 0,
    };
  }

  /** Whether the stream is over; to be asked only when there is no more input. */
  isFinished(): boolean {
    try {
      return this.write(Uint8Array.of(0)).usedBytes === 0;
    } catch {
      return false;
    }
  }

  close(): void {
    this.#inflate.close();
  }
}
