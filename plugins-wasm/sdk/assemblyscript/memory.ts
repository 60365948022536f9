// Memory that crosses the component boundary: where the host puts arguments, where answers lie,
// and strings of error messages. Layouts follow the canonical ABI of the component model.

// The function that asc calls for `throw` has to be part of every plugin.
import { tiercelAbort } from './abort';

/** Bytes after every buffer that scanners may read (never use) beyond its end. */
export const SLACK: usize = 128;

/** One answer at a time is laid out here; 96 bytes are enough for every export of the WIT file. */
export const ANSWER: usize = memory.data(96, 16);

let nextTarget: usize = 0;
let nextTargetSize: usize = 0;

/** The next list that the host hands over is put at `target` if it fits: saves one copy of file contents. */
export function receiveNextAt(target: usize, size: usize): void {
  nextTarget = target;
  nextTargetSize = size;
}

/** Exported as `cabi_realloc`: the host asks for room for an argument or a result of an import. */
export function reallocate(old: usize, oldSize: usize, alignment: usize, size: usize): usize {
  if (size == 0) return alignment;
  if (old != 0) return heap.realloc(old, size + SLACK);
  if (alignment == 1 && nextTarget != 0 && size <= nextTargetSize) {
    const target = nextTarget;
    nextTarget = 0;
    return target;
  }
  return heap.alloc(size + SLACK);
}

/** Gives back an argument that the host put at `address`. */
export function release(address: usize, size: usize): void {
  if (size != 0) heap.free(address);
}

/** Takes a string argument and gives its room back. */
export function takeString(address: usize, size: usize): string {
  const text = String.UTF8.decodeUnsafe(address, size);
  release(address, size);
  return text;
}

// Keeps encoded strings alive from the answer to the host's `cabi_post_…` call.
const kept = new Array<ArrayBuffer>();

export function putString(at: usize, text: string): void {
  const bytes = String.UTF8.encode(text);
  kept.push(bytes);
  store<u32>(at, <u32>changetype<usize>(bytes));
  store<u32>(at, bytes.byteLength, 4);
}

/** Exported as `cabi_post_…`: the host has read the answer. */
export function afterAnswer(_answer: usize): void {
  if (kept.length > 0) {
    kept.length = 0;
    __collect();
  }
}

/** `result<_, error>`: ok. */
export function answerOk(): usize {
  store<u8>(ANSWER, 0);
  return ANSWER;
}

/** `result<_, error>`: err. */
export function answerError(code: ErrorCode, message: string): usize {
  store<u8>(ANSWER, 1);
  store<u8>(ANSWER, <u8>code, 4);
  putString(ANSWER + 8, message);
  return ANSWER;
}

/** In the order of `error-code` in the WIT file. */
export enum ErrorCode {
  InvalidArgument,
  Unsupported,
  Denied,
  NotFound,
  TimedOut,
  Interrupted,
  Io,
  Corrupt,
  Other,
}
