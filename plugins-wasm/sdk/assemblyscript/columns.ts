// Lines whose parts stand in a fixed order between separators: tab-separated values, columns between blanks.

import { LineFormat, notePart } from './line-format';

export class Columns extends LineFormat {
  private readonly separator: u8;

  /**
   * `separator` is one ASCII character; several blanks in a row count as one. The last column has what is left of
   * the line, separators included. A line with fewer columns does not have this format.
   */
  constructor(separator: string, names: string[]) {
    super();
    if (separator.length != 1 || separator.charCodeAt(0) > 0x7e) {
      throw new Error('a separator of columns is one ASCII character, not `' + separator + '`');
    }
    this.separator = <u8>separator.charCodeAt(0);
    for (let index = 0; index < names.length; index++) this.names.push(names[index]);
  }

  split(start: usize, end: usize, slots: usize): bool {
    const last = this.names.length - 1;
    const isBlank = this.separator == 0x20;
    let at = start;
    for (let index = 0; index <= last; index++) {
      if (isBlank) while (at < end && load<u8>(at) == 0x20) at++;
      const close = index == last ? end : findByte(this.separator, at, end);
      if (close == end && index < last) {
        this.failedAt = end;
        return false;
      }
      notePart(slots, index, at, close);
      at = close + 1;
    }
    return true;
  }
}

/** Address of the first such byte, or `end`. Up to 16 bytes behind it are read. */
export function findByte(byte: u8, start: usize, end: usize): usize {
  const wanted = i8x16.splat(byte);
  for (let at = start; at < end; at += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
    if (found != 0) return min(at + ctz(found), end);
  }
  return end;
}
