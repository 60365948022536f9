// One pass over an event: the wanted values are noted as (kind, start, end) in slots, everything else is
// skipped. Of equal keys the first one counts, for containers too: a walked node carries the event's stamp.

import {
  BACKSLASH, CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE,
  clearEscape, containerEnd, hasEscape, scalarEnd, skipBlanks, stringEnd, valueEnd,
} from '../json-bytes';
import { PointerSet, findEntry, findIndex, lastIndex } from './json-pointers';
import { unescapeTo } from '../json-text';
import { Kind, Slots } from '../slots';

let stamp: u32 = 0;
let slots: usize = 0;
let end: usize = 0;
/** Slots that are still empty: with none left the rest of the event is not looked at. */
let missing: i32 = 0;
// Keys with escapes are compared in their plain form.
const PLAIN_KEY_MAX: usize = 1024;
const plainKey: usize = memory.data(1024 + 64, 16);

/** A compiled set of pointers and the slots of the event walked last. */
export class Walker extends Slots {
  private readonly root: usize;
  private readonly documentSlot: i32;
  private readonly hasPointers: bool;

  constructor(pointers: PointerSet) {
    super(pointers.slotCount);
    this.root = pointers.compile();
    this.documentSlot = pointers.documentSlot;
    this.hasPointers = pointers.slotCount > (this.documentSlot < 0 ? 0 : 1);
  }

  /** Fills the slots from the event. What is not JSON leaves all of them absent. */
  walk(start: usize, eventEnd: usize): void {
    memory.fill(this.slots, 0, this.slotBytes);
    slots = this.slots;
    end = eventEnd;
    missing = this.slotCount;
    stamp++;
    const first = skipBlanks(start, end);
    if (first >= end) return;
    if (this.documentSlot >= 0) noteValue(this.documentSlot, first);
    if (!this.hasPointers) return;
    const byte = load<u8>(first);
    let after: usize = 1;
    if (byte == OPEN_BRACE) after = walkObject(first + 1, this.root);
    else if (byte == OPEN_BRACKET) after = walkArray(first + 1, this.root);
    if (after == 0 && missing > 0) memory.fill(this.slots, 0, this.slotBytes);
  }
}

// @ts-ignore: decorator
@inline
function note(slot: i32, kind: Kind, start: usize, valueEnd: usize): void {
  const at = slots + (<usize>slot << 4);
  store<u32>(at, kind);
  store<u32>(at, <u32>start, 4);
  store<u32>(at, <u32>valueEnd, 8);
  missing--;
}

/** Notes the value at `start` and answers the address after it, or 0. */
function noteValue(slot: i32, start: usize): usize {
  const first = load<u8>(start);
  if (first == QUOTE) {
    clearEscape();
    const close = stringEnd(start + 1, end);
    if (close == 0) return 0;
    note(slot, hasEscape ? Kind.EscapedString : Kind.String, start + 1, close);
    return close + 1;
  }
  const after = valueEnd(start, end);
  if (after == 0 || after == start) return 0;
  note(slot, kindOf(first), start, after);
  return after;
}

function kindOf(first: u8): Kind {
  if (first == OPEN_BRACE) return Kind.Object;
  if (first == OPEN_BRACKET) return Kind.Array;
  if (first == 0x74) return Kind.True;
  if (first == 0x66) return Kind.False;
  if (first == 0x6e) return Kind.Null;
  return Kind.Number;
}

/** `at` is after the opening brace; answers the address after the closing one, or 0. */
function walkObject(inside: usize, node: usize): usize {
  let at = inside;
  while (at < end) {
    let byte = load<u8>(at);
    if (byte <= 0x20) {
      at = skipBlanks(at, end);
      byte = load<u8>(at);
    }
    if (byte == CLOSE_BRACE) return at < end ? at + 1 : 0;
    if (byte == COMMA) {
      at++;
      byte = load<u8>(at);
      if (byte <= 0x20) {
        at = skipBlanks(at, end);
        byte = load<u8>(at);
      }
    }
    if (byte != QUOTE) return 0;
    const key = at + 1;
    clearEscape();
    const close = stringEnd(key, end);
    if (close == 0) return 0;
    const keyHasEscape = hasEscape;
    at = close + 1;
    byte = load<u8>(at);
    if (byte != COLON) {
      at = skipBlanks(at, end);
      if (load<u8>(at) != COLON) return 0;
    }
    at++;
    byte = load<u8>(at);
    if (byte <= 0x20) at = skipBlanks(at, end);
    if (at >= end) return 0;
    const entry = keyHasEscape
      ? findEscapedKey(node, key, close)
      : findEntry(node, key, close - key);
    at = entry == 0 ? skipValue(at) : walkValue(at, entry);
    if (at == 0 || missing == 0) return 0;
  }
  return 0;
}

function findEscapedKey(node: usize, key: usize, close: usize): usize {
  if (close - key > PLAIN_KEY_MAX) return 0;
  const size = unescapeTo(plainKey, key, close);
  return findEntry(node, plainKey, size);
}

function walkArray(inside: usize, node: usize): usize {
  const last = lastIndex(node);
  if (last < 0) return containerEnd(inside, end);
  let at = inside;
  for (let index: u32 = 0; at < end; index++) {
    at = skipBlanks(at, end);
    if (at >= end) return 0;
    let byte = load<u8>(at);
    if (byte == CLOSE_BRACKET) return at + 1;
    if (byte == COMMA) {
      at = skipBlanks(at + 1, end);
      if (at >= end) return 0;
    }
    if (<i64>index > last) return containerEnd(at, end);
    at = walkElement(at, node, index);
    if (at == 0) return 0;
  }
  return 0;
}

/** Keys like `0` and `00` name the same element: each of them gets it. */
function walkElement(start: usize, node: usize, index: u32): usize {
  let after: usize = 0;
  for (let at = findIndex(node, index, 0); at != 0; at = findIndex(node, index, at)) {
    after = walkValue(start, load<u32>(at, 4));
    if (after == 0) return 0;
  }
  return after == 0 ? skipValue(start) : after;
}

// @ts-ignore: decorator
@inline
function skipValue(at: usize): usize {
  const byte = load<u8>(at);
  if (byte == QUOTE) {
    const close = stringEnd(at + 1, end);
    return close == 0 ? 0 : close + 1;
  }
  if ((byte | 0x20) == OPEN_BRACE) return containerEnd(at + 1, end);
  const after = scalarEnd(at, end);
  return after == at ? 0 : after;
}

/** A value whose key or index is in the trie: note it, walk into it, or both. */
function walkValue(at: usize, entry: usize): usize {
  const child = <usize>load<u32>(entry, 16);
  let slot = load<i32>(entry, 20);
  if (slot >= 0 && load<u32>(slots + (<usize>slot << 4)) != Kind.Absent) slot = -1;
  const byte = load<u8>(at);
  const isContainer = (byte | 0x20) == OPEN_BRACE;
  if (child == 0 || load<u32>(child, 4) == stamp) {
    return slot >= 0 ? noteValue(slot, at) : skipValue(at);
  }
  // Also a scalar: the first value of a key counts, so a later container is not walked.
  store<u32>(child, stamp, 4);
  if (!isContainer) return slot >= 0 ? noteValue(slot, at) : skipValue(at);
  // The end of a container that is wanted itself is needed before the walk may stop inside of it.
  if (slot >= 0 && noteValue(slot, at) == 0) return 0;
  return byte == OPEN_BRACE ? walkObject(at + 1, child) : walkArray(at + 1, child);
}
