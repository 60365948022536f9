// What a plugin may ask of the engine. Only what is used becomes an import of the component.

import { ErrorCode, receiveNextAt, release } from './memory';

export { LogLevel, log } from './log';

// @ts-ignore: decorator
@external("tiercel:plugin/report@0.1.0", "add")
declare function reportProblem(
  severity: i32, subject: usize, subjectSize: usize, line: i64, message: usize, messageSize: usize,
): void;

// @ts-ignore: decorator
@external("tiercel:plugin/store@0.1.0", "list-entries")
declare function storeListEntries(
  root: usize, rootSize: usize, after: usize, afterSize: usize, limit: i32, answer: usize,
): void;

// @ts-ignore: decorator
@external("tiercel:plugin/store@0.1.0", "open")
declare function storeOpen(
  root: usize, rootSize: usize, path: usize, pathSize: usize, encoding: i32, offset: i64, answer: usize,
): void;

// @ts-ignore: decorator
@external("tiercel:plugin/store@0.1.0", "[method]object.read")
declare function objectRead(object: i32, max: i32, answer: usize): void;

// @ts-ignore: decorator
@external("tiercel:plugin/store@0.1.0", "[resource-drop]object")
declare function objectDrop(object: i32): void;

// @ts-ignore: decorator
@external("tiercel:plugin/clock@0.1.0", "now")
declare function clockNow(): u64;

/** Nanoseconds since 1970; 0 where the operator has not granted the clock. */
export function now(): u64 {
  return clockNow();
}

export enum Severity {
  Lost,
  Warning,
}

/** Tells the operator what could not be read; `line` 0 is the whole of `subject`. */
export function report(severity: Severity, subject: string, line: u64, message: string): void {
  const subjectBytes = String.UTF8.encode(subject);
  const messageBytes = String.UTF8.encode(message);
  reportProblem(
    severity,
    changetype<usize>(subjectBytes),
    subjectBytes.byteLength,
    <i64>line,
    changetype<usize>(messageBytes),
    messageBytes.byteLength,
  );
}

const answer: usize = memory.data(32, 16);

/** Code and message of the last call below that failed. */
export let lastErrorCode: ErrorCode = ErrorCode.Other;
export let lastError: string = '';

export class StoreEntry {
  constructor(
    readonly path: string,
    /** Stored size in bytes. */
    readonly size: u64,
  ) {}
}

/** Entries after a path in the order of the store; null: see `lastError`. */
export function listEntries(root: string, after: string, limit: i32): StoreEntry[] | null {
  const rootBytes = String.UTF8.encode(root);
  const afterBytes = String.UTF8.encode(after);
  storeListEntries(
    changetype<usize>(rootBytes), rootBytes.byteLength,
    changetype<usize>(afterBytes), afterBytes.byteLength,
    limit, answer,
  );
  if (load<u8>(answer) != 0) {
    takeError(answer);
    return null;
  }
  const list = <usize>load<u32>(answer, 4);
  const count = load<u32>(answer, 8);
  const entries = new Array<StoreEntry>();
  for (let index: u32 = 0; index < count; index++) {
    const entry = list + 24 * index;
    const path = <usize>load<u32>(entry);
    const pathSize = load<u32>(entry, 4);
    entries.push(new StoreEntry(String.UTF8.decodeUnsafe(path, pathSize), load<u64>(entry, 8)));
    release(path, pathSize);
  }
  release(list, count);
  return entries;
}

/** Handle of an object opened for reading from `offset` (decoded bytes); -1: see `lastError`. */
export function openObject(root: string, path: string, offset: u64): i32 {
  const rootBytes = String.UTF8.encode(root);
  const pathBytes = String.UTF8.encode(path);
  storeOpen(
    changetype<usize>(rootBytes), rootBytes.byteLength,
    changetype<usize>(pathBytes), pathBytes.byteLength,
    0, <i64>offset, answer,
  );
  if (load<u8>(answer) != 0) {
    takeError(answer);
    return -1;
  }
  return load<i32>(answer, 4);
}

/**
 * Reads up to `max` bytes to `target`; 0 is the end, -1 an error: see `lastErrorCode` and `lastError`. An object that
 * goes on as it pleases answers `TimedOut` when it has nothing for now.
 */
export function readObject(object: i32, target: usize, max: i32): i32 {
  receiveNextAt(target, max);
  objectRead(object, max, answer);
  receiveNextAt(0, 0);
  if (load<u8>(answer) != 0) {
    takeError(answer, target);
    return -1;
  }
  const bytes = <usize>load<u32>(answer, 4);
  const size = load<i32>(answer, 8);
  if (size > 0 && bytes != target) {
    memory.copy(target, bytes, <usize>min(size, max));
    release(bytes, size);
  }
  return min(size, max);
}

export function closeObject(object: i32): void {
  objectDrop(object);
}

/**
 * Reads an answer that is an error. `borrowed`: memory of ours that the host may have put the message into; it is
 * not given back.
 */
export function takeError(answer: usize, borrowed: usize = 0): void {
  lastErrorCode = load<u8>(answer, 4);
  const message = <usize>load<u32>(answer, 8);
  const size = load<u32>(answer, 12);
  lastError = String.UTF8.decodeUnsafe(message, size);
  if (message != borrowed) release(message, size);
}
