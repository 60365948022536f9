// `name=value name="a value"`: pairs in a text.

import { Bytes } from './bytes';

const EQUALS: u8 = 0x3d;
const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const BLANK: u8 = 0x20;

/** Where the value that `findPair` found lies. */
export let pairStart: usize = 0;
export let pairEnd: usize = 0;

/**
 * Finds the first value of a name. Between pairs is a separator, and blanks where it is another one. A value that
 * begins with a quote ends at the next one that has no backslash before it, and is given without both, as it is
 * written.
 */
export function findPair(start: usize, size: usize, name: Bytes, separator: u8): bool {
  const end = start + size;
  let at = start;
  while (at < end) {
    while (at < end && (load<u8>(at) == BLANK || load<u8>(at) == separator)) at++;
    const key = at;
    while (at < end && load<u8>(at) != EQUALS && load<u8>(at) != separator) at++;
    const keySize = at - key;
    let value = at;
    let valueEnd = at;
    if (at < end && load<u8>(at) == EQUALS) {
      value = at + 1;
      if (value < end && load<u8>(value) == QUOTE) {
        value++;
        valueEnd = quotedEnd(value, end);
        at = min(valueEnd + 1, end);
      } else {
        at = value;
        while (at < end && load<u8>(at) != separator) at++;
        valueEnd = at;
      }
    }
    if (!name.equals(key, keySize)) continue;
    pairStart = value;
    pairEnd = valueEnd;
    return true;
  }
  return false;
}

function quotedEnd(start: usize, end: usize): usize {
  let at = start;
  while (at < end && load<u8>(at) != QUOTE) at += load<u8>(at) == BACKSLASH ? 2 : 1;
  return min(at, end);
}
