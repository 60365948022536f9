/*
 * `source.next` through the core function itself, by the canonical ABI. The generated bindings copy every list
 * into memory of its own, a fresh MiB a batch; here the bytes of a batch go straight to where whoever calls wants
 * them, so that a stream leaves nothing for the garbage collector.
 *
 * Layout of the answer, at the address that the function returns (little endian, offsets in bytes):
 *
 *    0  u8   0 = ok, 1 = err
 *    4  u8   ok:  step, 0 = events, 1 = idle, 2 = end          err: u8 code
 *    8  u32  events: data address      idle: milliseconds      err: u32 message address
 *   12  u32  events: data size                                 err: u32 message size
 *   16  u32  events: spans address,  20 their number
 *   24  u32  events: times address,  28 their number
 *
 * Nothing of it is trusted: addresses and sizes are checked against the memory before the first use.
 */

import { LIMITS } from '../../base/limits.ts';
import { countOf } from '../../base/quantity.ts';
import type { EventBatch } from './plugin-instance.ts';

export type GuestStep =
  | { readonly tag: 'events'; readonly val: EventBatch }
  | { readonly tag: 'idle'; readonly val: number }
  | { readonly tag: 'end' };

const NEXT = 'tiercel:plugin/source@0.1.0#next';
const POST = `cabi_post_${NEXT}`;
const ANSWER_SIZE = 32;
const MESSAGE_SIZE_MAX = 64 << 10;
const SPAN_SIZE = Uint32Array.BYTES_PER_ELEMENT;
const TIME_SIZE = BigUint64Array.BYTES_PER_ELEMENT;

type CoreFunction = (...words: number[]) => number;

export interface CoreExports {
  readonly memory: WebAssembly.Memory;
  readonly next: CoreFunction;
  readonly post: CoreFunction | undefined;
}

/** The one core instance that has the function and its memory; `undefined`: the bindings have to do it. */
export function findCoreSource(
  instances: readonly WebAssembly.Instance[],
): CoreExports | undefined {
  const found = instances.filter(({ exports }) => typeof exports[NEXT] === 'function');
  const [only] = found;
  if (only === undefined || found.length > 1) return undefined;
  const { memory, [NEXT]: next, [POST]: post } = only.exports;
  if (!(memory instanceof WebAssembly.Memory)) return undefined;
  return {
    memory,
    next: next as CoreFunction,
    post: typeof post === 'function' ? (post as CoreFunction) : undefined,
  };
}

/** Number of cases of `error-code` in the WIT. */
const ERROR_CODES = 9;

export class CoreSource {
  readonly #core: CoreExports;

  constructor(core: CoreExports) {
    this.#core = core;
  }

  /**
   * The bytes of a batch are put into `room`, or where they do not fit, into memory of their own. Throws what the
   * bindings would throw, or an `Error`.
   */
  next(bytesMax: number, eventsMax: number, room: Uint8Array): GuestStep {
    const { next, post } = this.#core;
    const answer = next(bytesMax, eventsMax) >>> 0;
    const step = this.#read(answer, eventsMax, room);
    post?.(answer);
    return step;
  }

  #read(answer: number, eventsMax: number, room: Uint8Array): GuestStep {
    const { buffer } = this.#core.memory;
    if (answer + ANSWER_SIZE > buffer.byteLength)
      throw new Error('an answer outside of its memory');
    const view = new DataView(buffer, answer, ANSWER_SIZE);
    const word = (offset: number): number => view.getUint32(offset, true);
    const result = view.getUint8(0);
    if (result > 1) throw new Error('an answer that is neither a step nor an error');
    if (result === 1) {
      const code = view.getUint8(4);
      if (code >= ERROR_CODES) throw new Error(`unknown error code ${code}`);
      throw guestError(buffer, word(8), word(12));
    }
    const tag = view.getUint8(4);
    if (tag === 1) return { tag: 'idle', val: word(8) };
    if (tag === 2) return { tag: 'end' };
    if (tag !== 0) throw new Error(`unknown step ${tag}`);
    const [dataSize, spanCount, timeCount] = [word(12), word(20), word(28)];
    if (dataSize > LIMITS.batchDataSizeMax.value) throw new Error(`a batch of ${dataSize} bytes`);
    if (timeCount > eventsMax || spanCount > 2 * eventsMax) {
      throw new Error(`${countOf(timeCount, 'event')} in a batch, asked for at most ${eventsMax}`);
    }
    const data = copyTo(room, bytesAt(buffer, word(8), dataSize));
    const spans = bytesAt(buffer, aligned(word(16), SPAN_SIZE, spanCount), SPAN_SIZE * spanCount);
    const times = bytesAt(buffer, aligned(word(24), TIME_SIZE, timeCount), TIME_SIZE * timeCount);
    return {
      tag: 'events',
      val: {
        data,
        spans: new Uint32Array(spans.slice().buffer),
        times: new BigUint64Array(times.slice().buffer),
      },
    };
  }
}

function copyTo(room: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (bytes.length > room.length) return bytes.slice();
  room.set(bytes);
  return room.subarray(0, bytes.length);
}

/** A view, valid until the guest runs again. */
function bytesAt(buffer: ArrayBuffer, address: number, size: number): Uint8Array {
  if (size > 0 && address + size > buffer.byteLength)
    throw new Error('a list outside of its memory');
  return size === 0 ? new Uint8Array(0) : new Uint8Array(buffer, address, size);
}

function aligned(address: number, size: number, count: number): number {
  if (count > 0 && address % size !== 0) throw new Error('a list that is not aligned');
  return address;
}

/** In the form in which the bindings throw the error that a guest answers. */
function guestError(buffer: ArrayBuffer, address: number, size: number): Error {
  const bytes = bytesAt(buffer, address, Math.min(size, MESSAGE_SIZE_MAX));
  const message = new TextDecoder().decode(bytes);
  return Object.assign(new Error(message), { payload: { code: 'other', message } });
}
