// Finding one's way through JSON bytes, 16 or 64 at a time. Addresses are absolute; `end` is the first
// byte after the text. Every function may read (never use) up to 64 bytes past `end`, and every answer is
// checked against `end` by the caller or here.

export const QUOTE: u8 = 0x22; // "
export const BACKSLASH: u8 = 0x5c; // \
export const COMMA: u8 = 0x2c;
export const COLON: u8 = 0x3a;
export const OPEN_BRACE: u8 = 0x7b;
export const CLOSE_BRACE: u8 = 0x7d;
export const OPEN_BRACKET: u8 = 0x5b;
export const CLOSE_BRACKET: u8 = 0x5d;

const QUOTES = i8x16.splat(0x22);
const BACKSLASHES = i8x16.splat(0x5c);
// Bit 5 is the only difference between [ and {, and between ] and }.
const FOLD_BRACKETS = i8x16.splat(0x20);
const OPENING = i8x16.splat(0x7b);
const CLOSING = i8x16.splat(0x7d);

/** Set by `stringEnd` when the string has an escape in it; cleared by whoever asks. */
export let hasEscape: bool = false;
export function clearEscape(): void {
  hasEscape = false;
}

/** `text` is the first byte of a string's content; answers the address of the closing quote, or 0. */
// @ts-ignore: decorator
@inline
export function stringEnd(text: usize, end: usize): usize {
  let at = text;
  do {
    const block = v128.load(at);
    const found = i8x16.bitmask(
      v128.or(i8x16.eq(block, QUOTES), i8x16.eq(block, BACKSLASHES)),
    );
    if (found != 0) {
      at += ctz(found);
      if (load<u8>(at) == QUOTE) return at < end ? at : 0;
      return escapedStringEnd(at, end);
    }
    at += 16;
  } while (at < end);
  return 0;
}

/** The same from a backslash on: byte by byte over escapes, 16 at a time between them. */
function escapedStringEnd(backslash: usize, end: usize): usize {
  hasEscape = true;
  let at = backslash;
  while (at < end) {
    const byte = load<u8>(at);
    if (byte == BACKSLASH) at += 2;
    else if (byte == QUOTE) return at;
    else {
      const block = v128.load(at);
      const found = i8x16.bitmask(
        v128.or(i8x16.eq(block, QUOTES), i8x16.eq(block, BACKSLASHES)),
      );
      at += found == 0 ? 16 : <usize>ctz(found);
    }
  }
  return 0;
}

// @ts-ignore: decorator
@inline
export function mask64(a: v128, b: v128, c: v128, d: v128): u64 {
  return (
    <u64>i8x16.bitmask(a) |
    (<u64>i8x16.bitmask(b) << 16) |
    (<u64>i8x16.bitmask(c) << 32) |
    (<u64>i8x16.bitmask(d) << 48)
  );
}

/** Each bit the parity of all bits up to it: turns quotes into "inside a string". */
// @ts-ignore: decorator
@inline
export function prefixXor(bits: u64): u64 {
  let x = bits;
  x ^= x << 1;
  x ^= x << 2;
  x ^= x << 4;
  x ^= x << 8;
  x ^= x << 16;
  x ^= x << 32;
  return x;
}

/** Positions that a backslash before them escapes; `carry` is 1 when the last byte of the block before escapes. */
export let escapeCarry: u64 = 0;
export function escapedBits(backslashes: u64, carry: u64): u64 {
  let escaped = carry;
  let open = backslashes & ~escaped;
  escapeCarry = 0;
  while (open != 0) {
    const index = ctz(open);
    if (index == 63) {
      escapeCarry = 1;
      break;
    }
    escaped |= (<u64>1) << (index + 1);
    open &= ~((<u64>3) << index);
  }
  return escaped;
}

/**
 * `inside` is the first byte after an opening bracket; answers the address after the matching closing
 * one, or 0. Looks at brackets outside strings only: what lies between is not validated.
 */
export function containerEnd(inside: usize, end: usize): usize {
  let depth: i32 = 1;
  let stringCarry: u64 = 0;
  let carry: u64 = 0;
  for (let at = inside; at < end; at += 64) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load(at, 32);
    const d = v128.load(at, 48);
    let quotes = mask64(i8x16.eq(a, QUOTES), i8x16.eq(b, QUOTES), i8x16.eq(c, QUOTES), i8x16.eq(d, QUOTES));
    const a1 = i8x16.eq(a, BACKSLASHES);
    const b1 = i8x16.eq(b, BACKSLASHES);
    const c1 = i8x16.eq(c, BACKSLASHES);
    const d1 = i8x16.eq(d, BACKSLASHES);
    if (v128.any_true(v128.or(v128.or(a1, b1), v128.or(c1, d1))) || carry != 0) {
      quotes &= ~escapedBits(mask64(a1, b1, c1, d1), carry);
      carry = escapeCarry;
    }
    const inString = prefixXor(quotes) ^ stringCarry;
    stringCarry = <u64>(<i64>inString >> 63);
    const a2 = v128.or(a, FOLD_BRACKETS);
    const b2 = v128.or(b, FOLD_BRACKETS);
    const c2 = v128.or(c, FOLD_BRACKETS);
    const d2 = v128.or(d, FOLD_BRACKETS);
    let closing =
      mask64(i8x16.eq(a2, CLOSING), i8x16.eq(b2, CLOSING), i8x16.eq(c2, CLOSING), i8x16.eq(d2, CLOSING)) &
      ~inString;
    let opening =
      mask64(i8x16.eq(a2, OPENING), i8x16.eq(b2, OPENING), i8x16.eq(c2, OPENING), i8x16.eq(d2, OPENING)) &
      ~inString;
    if (<i32>popcnt(closing) < depth) {
      depth += <i32>popcnt(opening) - <i32>popcnt(closing);
      continue;
    }
    while (closing != 0) {
      const index = ctz(closing);
      const below = ((<u64>1) << index) - 1;
      depth += <i32>popcnt(opening & below) - 1;
      opening &= ~below;
      closing &= closing - 1;
      if (depth == 0) {
        const after = at + <usize>index + 1;
        return after <= end ? after : 0;
      }
    }
    depth += <i32>popcnt(opening);
  }
  return 0;
}

/** End of a number, true, false or null: the next comma, bracket, blank or control character. */
// @ts-ignore: decorator
@inline
export function scalarEnd(start: usize, end: usize): usize {
  let at = start;
  while (at < end) {
    const byte = load<u8>(at);
    if (byte == COMMA || (byte | 0x20) == CLOSE_BRACE || byte <= 0x20) break;
    at++;
  }
  return at;
}

// @ts-ignore: decorator
@inline
export function skipBlanks(start: usize, end: usize): usize {
  let at = start;
  while (at < end && load<u8>(at) <= 0x20) at++;
  return at;
}

/** Address after the value that begins at `start`, or 0. */
export function valueEnd(start: usize, end: usize): usize {
  const first = load<u8>(start);
  if (first == QUOTE) {
    const close = stringEnd(start + 1, end);
    return close == 0 ? 0 : close + 1;
  }
  if ((first | 0x20) == OPEN_BRACE) return containerEnd(start + 1, end);
  return scalarEnd(start, end);
}
