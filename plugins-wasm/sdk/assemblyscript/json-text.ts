// Text of JSON values: escapes resolved, containers without blanks, or indented by two.

import { BACKSLASH, QUOTE } from './json-bytes';

const REPLACEMENT: u32 = 0xfffd;

/**
 * Writes the string content `start..end` without escapes to `target` (never longer than the source;
 * `target` may be `start`) and answers the size. Lone surrogates become U+FFFD, unknown escapes stay as they are.
 */
export function unescapeTo(target: usize, start: usize, end: usize): usize {
  let to = target;
  let at = start;
  while (at < end) {
    const byte = load<u8>(at);
    if (byte != BACKSLASH || at + 1 >= end) {
      store<u8>(to++, byte);
      at++;
      continue;
    }
    const escape = load<u8>(at + 1);
    if (escape == 0x75) {
      let code = hexAt(at + 2, end);
      if (code == 0xffff_ffff) {
        store<u8>(to++, byte);
        at++;
        continue;
      }
      at += 6;
      if ((code & 0xfc00) == 0xd800 && at + 1 < end && load<u16>(at) == 0x755c) {
        const low = hexAt(at + 2, end);
        if (low != 0xffff_ffff && (low & 0xfc00) == 0xdc00) {
          code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
          at += 6;
        }
      }
      if ((code & 0xf800) == 0xd800 && code < 0x10000) code = REPLACEMENT;
      to = putCodePoint(to, code);
      continue;
    }
    const plain = plainEscape(escape);
    if (plain == 0) {
      store<u8>(to++, byte);
      at++;
      continue;
    }
    store<u8>(to++, plain);
    at += 2;
  }
  return to - target;
}

function plainEscape(escape: u8): u8 {
  if (escape == 0x22 || escape == 0x5c || escape == 0x2f) return escape;
  if (escape == 0x6e) return 0x0a;
  if (escape == 0x74) return 0x09;
  if (escape == 0x72) return 0x0d;
  if (escape == 0x62) return 0x08;
  if (escape == 0x66) return 0x0c;
  return 0;
}

/** Four hexadecimal digits, or all ones. */
function hexAt(at: usize, end: usize): u32 {
  if (at + 4 > end) return 0xffff_ffff;
  let code: u32 = 0;
  for (let index: usize = 0; index < 4; index++) {
    const byte = load<u8>(at + index);
    let digit: u32;
    if (byte >= 0x30 && byte <= 0x39) digit = byte - 0x30;
    else if ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66) digit = (byte | 0x20) - 0x61 + 10;
    else return 0xffff_ffff;
    code = (code << 4) | digit;
  }
  return code;
}

function putCodePoint(at: usize, code: u32): usize {
  if (code < 0x80) {
    store<u8>(at, <u8>code);
    return at + 1;
  }
  if (code < 0x800) {
    store<u8>(at, <u8>(0xc0 | (code >> 6)));
    store<u8>(at, <u8>(0x80 | (code & 0x3f)), 1);
    return at + 2;
  }
  if (code < 0x10000) {
    store<u8>(at, <u8>(0xe0 | (code >> 12)));
    store<u8>(at, <u8>(0x80 | ((code >> 6) & 0x3f)), 1);
    store<u8>(at, <u8>(0x80 | (code & 0x3f)), 2);
    return at + 3;
  }
  store<u8>(at, <u8>(0xf0 | (code >> 18)));
  store<u8>(at, <u8>(0x80 | ((code >> 12) & 0x3f)), 1);
  store<u8>(at, <u8>(0x80 | ((code >> 6) & 0x3f)), 2);
  store<u8>(at, <u8>(0x80 | (code & 0x3f)), 3);
  return at + 4;
}

/** Whether a container's text has blanks outside of its strings. */
export function hasBlanks(start: usize, end: usize): bool {
  let inString = false;
  for (let at = start; at < end; at++) {
    const byte = load<u8>(at);
    if (inString) {
      if (byte == BACKSLASH) at++;
      else if (byte == QUOTE) inString = false;
    } else if (byte == QUOTE) inString = true;
    else if (byte <= 0x20) return true;
  }
  return false;
}

/** Copies a value without the blanks outside of its strings; answers the size. */
export function compactTo(target: usize, start: usize, end: usize): usize {
  let to = target;
  let inString = false;
  for (let at = start; at < end; at++) {
    const byte = load<u8>(at);
    if (inString) {
      store<u8>(to++, byte);
      if (byte == BACKSLASH) {
        at++;
        if (at < end) store<u8>(to++, load<u8>(at));
      } else if (byte == QUOTE) inString = false;
      continue;
    }
    if (byte <= 0x20) continue;
    if (byte == QUOTE) inString = true;
    store<u8>(to++, byte);
  }
  return to - target;
}

/** Room that `indentTo` may need: each bracket and comma can bring a line of its own. */
export function indentedSizeMax(start: usize, end: usize): usize {
  let size = end - start;
  let depth: usize = 0;
  let inString = false;
  for (let at = start; at < end; at++) {
    const byte = load<u8>(at);
    if (inString) {
      if (byte == BACKSLASH) at++;
      else if (byte == QUOTE) inString = false;
    } else if (byte == QUOTE) inString = true;
    else if ((byte | 0x20) == 0x7b) size += 2 * ++depth + 1;
    else if ((byte | 0x20) == 0x7d) {
      if (depth > 0) depth--;
      size += 2 * depth + 1;
    } else if (byte == 0x2c) size += 2 * depth + 1;
    else if (byte == 0x3a) size += 1;
  }
  return size;
}

/** Copies a value with a line for each member and element, indented by two blanks; answers the size. */
export function indentTo(target: usize, start: usize, end: usize): usize {
  let to = target;
  let depth: i32 = 0;
  let inString = false;
  for (let at = start; at < end; at++) {
    const byte = load<u8>(at);
    if (inString) {
      store<u8>(to++, byte);
      if (byte == BACKSLASH) {
        at++;
        if (at < end) store<u8>(to++, load<u8>(at));
      } else if (byte == QUOTE) inString = false;
      continue;
    }
    if (byte <= 0x20) continue;
    if (byte == QUOTE) inString = true;
    if ((byte | 0x20) == 0x7d) {
      if (depth > 0) depth--;
      const previous = load<u8>(to - 1);
      // An empty container stays on its line.
      if (to == target || (previous | 0x20) != 0x7b) to = newLine(to, depth);
      store<u8>(to++, byte);
      continue;
    }
    if (to > target && (load<u8>(to - 1) | 0x20) == 0x7b && depth > 0 && isOpen(to, target)) {
      to = newLine(to, depth);
    }
    store<u8>(to++, byte);
    if ((byte | 0x20) == 0x7b) depth++;
    else if (byte == 0x2c) to = newLine(to, depth);
    else if (byte == 0x3a) store<u8>(to++, 0x20);
  }
  return to - target;
}

/** The byte before `to` is a bracket that was written as one (not the end of a string). */
function isOpen(to: usize, _target: usize): bool {
  const byte = load<u8>(to - 1);
  return byte == 0x7b || byte == 0x5b;
}

function newLine(at: usize, depth: i32): usize {
  store<u8>(at++, 0x0a);
  for (let index = 0; index < depth; index++) {
    store<u16>(at, 0x2020);
    at += 2;
  }
  return at;
}
