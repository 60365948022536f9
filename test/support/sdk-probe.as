// Opens the parts of the SDK that take text apart, for tests that compare them with what JavaScript has. Built by
// sdk-module.ts with the AssemblyScript compiler.

import { parseAddress } from 'tiercel/sdk/addresses';
import { Bytes } from 'tiercel/sdk/bytes';
import { Columns } from 'tiercel/sdk/columns';
import { LineFormat, LineSlots } from 'tiercel/sdk/line-format';
import { findPair, pairEnd, pairStart } from 'tiercel/sdk/pairs';
import { Pattern } from 'tiercel/sdk/pattern';
import { Kind } from 'tiercel/sdk/slots';
import { TimeForm, parseTimeAs } from 'tiercel/sdk/times';

// What `throw` calls has to be part of the module.
export { tiercelAbort } from 'tiercel/sdk/abort';

let format: LineFormat = new Columns(' ', ['all']);
let slots: LineSlots = new LineSlots(format);

export function room(size: usize): usize {
  return heap.alloc(size + 128);
}

export function giveBack(address: usize): void {
  heap.free(address);
  __collect();
}

export function setPattern(start: usize, size: usize): i32 {
  return use(new Pattern(String.UTF8.decodeUnsafe(start, size)));
}

export function setColumns(separator: u32, count: i32): i32 {
  const names: string[] = [];
  for (let index = 0; index < count; index++) names.push('c' + index.toString());
  return use(new Columns(String.fromCharCode(separator), names));
}

/** From now on only parts whose bit is set. */
export function keepParts(bits: u64): void {
  const wanted: bool[] = [];
  for (let part = 0; part < format.names.length; part++) wanted.push(((bits >> part) & 1) != 0);
  use(format.narrowedTo(wanted));
}

function use(wanted: LineFormat): i32 {
  format = wanted;
  slots = new LineSlots(wanted);
  return wanted.names.length;
}

export function split(start: usize, size: usize): bool {
  return slots.split(start, start + size);
}

export function failedAt(): usize {
  return format.failedAt;
}

export function partStart(part: i32): usize {
  return slots.kind(part) == Kind.Absent ? 0 : slots.start(part);
}

export function partEnd(part: i32): usize {
  return slots.end(part);
}

export function time(form: i32, start: usize, size: usize): u64 {
  return parseTimeAs(<TimeForm>form, start, size);
}

export function address(start: usize, size: usize, target: usize): usize {
  return parseAddress(start, size, target);
}

export function pair(
  start: usize,
  size: usize,
  name: usize,
  nameSize: usize,
  separator: u32,
): bool {
  return findPair(start, size, new Bytes(String.UTF8.decodeUnsafe(name, nameSize)), <u8>separator);
}

export function pairFrom(): usize {
  return pairStart;
}

export function pairTo(): usize {
  return pairEnd;
}
