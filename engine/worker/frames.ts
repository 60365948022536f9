/* Messages as bytes: four for the size (little-endian), then the value as V8 serializes it. */

import { deserialize, serialize } from 'node:v8';

const HEADER_SIZE = 4;

export function encodeFrame(message: unknown): Buffer {
  return frameOf(serialize(message));
}

/** Frame around a serialized message. */
export function frameOf(body: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_SIZE + body.length);
  frame.writeUInt32LE(body.length, 0);
  frame.set(body, HEADER_SIZE);
  return frame;
}

/** Bytes as they come in, messages out. */
export class FrameDecoder {
  readonly #sizeMax: number;
  #parts: Buffer[] = [];
  #size = 0;
  /** Size of the frame that is arriving, with its header; before it is known, size of the header. */
  #wanted = HEADER_SIZE;

  /** `sizeMax`: bytes of a message. */
  constructor(sizeMax = Number.POSITIVE_INFINITY) {
    this.#sizeMax = sizeMax;
  }

  /** `bytes` are kept as they are. */
  add(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#size += bytes.length;
  }

  /** The next message, if all of it has come. Throws when it is larger than it may be, or no message. */
  take(): unknown {
    const body = this.takeBody();
    return body === undefined ? undefined : deserialize(body);
  }

  /** The same, serialized as it came; it lies in memory that is used again. */
  takeBody(): Buffer | undefined {
    if (this.#size < this.#wanted) return undefined;
    const all = this.#joined();
    const size = all.readUInt32LE(0);
    if (size > this.#sizeMax)
      throw new Error(`a message of ${size} bytes, of at most ${this.#sizeMax}`);
    this.#wanted = HEADER_SIZE + size;
    if (this.#size < this.#wanted) return undefined;
    const body = all.subarray(HEADER_SIZE, this.#wanted);
    this.#parts = [all.subarray(this.#wanted)];
    this.#size -= this.#wanted;
    this.#wanted = HEADER_SIZE;
    return body;
  }

  #joined(): Buffer {
    const [first, ...others] = this.#parts;
    if (first !== undefined && others.length === 0) return first;
    const all = Buffer.concat(this.#parts);
    this.#parts = [all];
    return all;
  }
}
