// Strict JSON (RFC 8259), one value: where it ends, or that it does not, or that it is not JSON.
//
// Bit-parallel: 64 bytes at a time become masks of quotes, brackets, commas, colons and blanks; then only
// the tokens are visited, through a table over (state, token). Raw control characters and unknown escapes inside
// strings, wrong literals and numbers are found on the way. Not checked: that strings are UTF-8; what reads the
// text later replaces what is not.

import { escapeCarry, escapedBits, mask64, prefixXor } from './json-bytes';

export const INCOMPLETE: usize = 0;
export const INVALID: usize = 1;

/** Nesting beyond this is refused: nobody's log has it, and a stack of bits has to end somewhere. */
export const DEPTH_MAX: i32 = 65_536;

/** Where the last `validateValue` that answered INVALID found the wrong byte. */
export let invalidAt: usize = 0;

const STATE_VALUE: u32 = 0; // a value must come
const STATE_FIRST_ELEMENT: u32 = 1; // after [: a value or ]
const STATE_FIRST_KEY: u32 = 2; // after {: a key or }
const STATE_KEY: u32 = 3; // after , in an object
const STATE_COLON: u32 = 4;
const STATE_AFTER_VALUE: u32 = 5; // , or the closing bracket

const TOKEN_OPEN_BRACE: u8 = 0x7b;
const TOKEN_QUOTE: u8 = 0x22;

const isObjectBits: usize = memory.data(8192, 16); // DEPTH_MAX bits

const QUOTES = i8x16.splat(0x22);
const BACKSLASHES = i8x16.splat(0x5c);
const COMMAS = i8x16.splat(0x2c);
const COLONS = i8x16.splat(0x3a);
const FOLD = i8x16.splat(0x20);
const OPENING = i8x16.splat(0x7b);
const CLOSING = i8x16.splat(0x7d);
const BLANK = i8x16.splat(0x20);

/**
 * `start` is the first byte of a value (no blanks before it). Answers the address after it, INCOMPLETE
 * when the text ends first, or INVALID. A scalar at the top level ends at `end` at the latest.
 */
export function validateValue(start: usize, end: usize): usize {
  let state = STATE_VALUE;
  let depth: i32 = 0;
  let inObject: bool = false;
  let stringCarry: u64 = 0;
  let carry: u64 = 0;
  let scalarCarry: u64 = 0;
  for (let base = start; base < end; base += 64) {
    const a = v128.load(base);
    const b = v128.load(base, 16);
    const c = v128.load(base, 32);
    const d = v128.load(base, 48);
    const quotes = unescapedQuotes(a, b, c, d, carry);
    carry = carryHere;
    const inString = prefixXor(quotes) ^ stringCarry; // the opening quote is inside, the closing one not
    stringCarry = <u64>(<i64>inString >> 63);
    const low = mask64(i8x16.lt_u(a, BLANK), i8x16.lt_u(b, BLANK), i8x16.lt_u(c, BLANK), i8x16.lt_u(d, BLANK));
    const blanks = low | mask64(i8x16.eq(a, BLANK), i8x16.eq(b, BLANK), i8x16.eq(c, BLANK), i8x16.eq(d, BLANK));
    const structural = mask64(structuralOf(a), structuralOf(b), structuralOf(c), structuralOf(d));
    // A closing quote is outside and neither blank nor structural: it must not look like a scalar.
    const scalars = ~(inString | structural | blanks | quotes);
    const scalarStarts = scalars & ~((scalars << 1) | scalarCarry);
    scalarCarry = scalars >> 63;
    const valid = validBits(end - base);
    let tokens = ((structural & ~inString) | (quotes & inString) | scalarStarts) & valid;
    const firstWrong = firstWrongByte(base, end, low & valid, escapedHere & inString & valid, inString);
    while (tokens != 0) {
      const index = ctz(tokens);
      tokens &= tokens - 1;
      const at = base + <usize>index;
      if (<u64>index > firstWrong) break;
      const byte = load<u8>(at);
      if (byte == TOKEN_QUOTE) {
        if (state == STATE_VALUE || state == STATE_FIRST_ELEMENT) state = STATE_AFTER_VALUE;
        else if (state == STATE_KEY || state == STATE_FIRST_KEY) state = STATE_COLON;
        else return invalid(at);
        if (depth == 0) return topLevelStringEnd(at, end);
      } else if (byte == 0x3a) {
        if (state != STATE_COLON) return invalid(at);
        state = STATE_VALUE;
      } else if (byte == 0x2c) {
        if (state != STATE_AFTER_VALUE) return invalid(at);
        state = inObject ? STATE_KEY : STATE_VALUE;
      } else if ((byte | 0x20) == 0x7b) {
        if (state != STATE_VALUE && state != STATE_FIRST_ELEMENT) return invalid(at);
        if (depth == DEPTH_MAX) return invalid(at);
        pushContainer(depth++, inObject);
        inObject = byte == TOKEN_OPEN_BRACE;
        state = inObject ? STATE_FIRST_KEY : STATE_FIRST_ELEMENT;
      } else if ((byte | 0x20) == 0x7d) {
        const first = inObject ? STATE_FIRST_KEY : STATE_FIRST_ELEMENT;
        if (depth == 0 || (state != STATE_AFTER_VALUE && state != first)) return invalid(at);
        if (inObject != (byte == 0x7d)) return invalid(at);
        depth--;
        if (depth == 0) return at + 1;
        inObject = popContainer(depth);
        state = STATE_AFTER_VALUE;
      } else {
        if (state != STATE_VALUE && state != STATE_FIRST_ELEMENT) return invalid(at);
        const after = validScalarEnd(at, end);
        if (after <= INVALID) return after == INVALID ? invalid(at) : INCOMPLETE;
        if (depth == 0) return after;
        state = STATE_AFTER_VALUE;
      }
    }
    if (firstWrong < 64) return invalid(base + <usize>firstWrong);
  }
  return INCOMPLETE;
}

/** What backslashes escape in the block that `unescapedQuotes` looked at last, and in the first byte after it. */
let escapedHere: u64 = 0;
let carryHere: u64 = 0;

// @ts-ignore: decorator
@inline
function unescapedQuotes(a: v128, b: v128, c: v128, d: v128, carry: u64): u64 {
  const quotes = mask64(i8x16.eq(a, QUOTES), i8x16.eq(b, QUOTES), i8x16.eq(c, QUOTES), i8x16.eq(d, QUOTES));
  const a1 = i8x16.eq(a, BACKSLASHES);
  const b1 = i8x16.eq(b, BACKSLASHES);
  const c1 = i8x16.eq(c, BACKSLASHES);
  const d1 = i8x16.eq(d, BACKSLASHES);
  if (!v128.any_true(v128.or(v128.or(a1, b1), v128.or(c1, d1))) && carry == 0) {
    escapedHere = 0;
    carryHere = 0;
    return quotes;
  }
  escapedHere = escapedBits(mask64(a1, b1, c1, d1), carry);
  carryHere = escapeCarry;
  return quotes & ~escapedHere;
}

/** The bits of the block that lie before the end of the text. */
// @ts-ignore: decorator
@inline
function validBits(left: usize): u64 {
  return left >= 64 ? ~(<u64>0) : ((<u64>1) << <u64>left) - 1;
}

// @ts-ignore: decorator
@inline
function structuralOf(raw: v128): v128 {
  const folded = v128.or(raw, FOLD);
  return v128.or(
    v128.or(i8x16.eq(folded, OPENING), i8x16.eq(folded, CLOSING)),
    v128.or(i8x16.eq(raw, COMMAS), i8x16.eq(raw, COLONS)),
  );
}

/** Index of the first byte that must not be where it is, or 64: control characters and unknown escapes. */
// @ts-ignore: decorator
@inline
function firstWrongByte(base: usize, end: usize, low: u64, escaped: u64, inString: u64): u64 {
  const wrong = low != 0 ? wrongControls(base, low, inString) : 64;
  return escaped != 0 ? min(wrong, wrongEscape(base, escaped, end)) : wrong;
}

/** Index of the first control character inside a string, or of one outside that JSON has no use for, or 64. */
function wrongControls(base: usize, low: u64, inString: u64): u64 {
  let bits = low;
  while (bits != 0) {
    const index = ctz(bits);
    const byte = load<u8>(base + <usize>index);
    const isInside = ((inString >> index) & 1) != 0;
    if (isInside || (byte != 0x0a && byte != 0x0d && byte != 0x09)) return index;
    bits &= bits - 1;
  }
  return 64;
}

/** Index of the first character behind a backslash that JSON does not escape so, or 64. */
function wrongEscape(base: usize, escaped: u64, end: usize): u64 {
  let bits = escaped;
  while (bits != 0) {
    const index = ctz(bits);
    const at = base + <usize>index;
    const byte = load<u8>(at);
    const isKnown = byte == 0x75 ? hasHexDigits(at + 1, end) : isPlainEscape(byte);
    if (!isKnown) return index;
    bits &= bits - 1;
  }
  return 64;
}

/** `"`, backslash, `/`, b, f, n, r, t. */
function isPlainEscape(byte: u8): bool {
  return (
    byte == 0x22 || byte == 0x5c || byte == 0x2f || byte == 0x62 || byte == 0x66 || byte == 0x6e || byte == 0x72 ||
    byte == 0x74
  );
}

/** Four hexadecimal digits, as far as the text goes: where it ends early, it is incomplete anyway. */
function hasHexDigits(start: usize, end: usize): bool {
  const limit = min(start + 4, end);
  for (let at = start; at < limit; at++) {
    const byte = load<u8>(at);
    const isHex = isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
    if (!isHex) return false;
  }
  return true;
}

function invalid(at: usize): usize {
  invalidAt = at;
  return INVALID;
}

function pushContainer(depth: i32, inObject: bool): void {
  const at = isObjectBits + <usize>(depth >> 3);
  const bit: u8 = <u8>1 << <u8>(depth & 7);
  store<u8>(at, inObject ? load<u8>(at) | bit : load<u8>(at) & ~bit);
}

function popContainer(depth: i32): bool {
  return ((load<u8>(isObjectBits + <usize>(depth >> 3)) >> <u8>(depth & 7)) & 1) != 0;
}

function topLevelStringEnd(open: usize, end: usize): usize {
  for (let at = open + 1; at < end; at++) {
    const byte = load<u8>(at);
    if (byte < 0x20) return invalid(at);
    if (byte == 0x5c) at++;
    else if (byte == 0x22) return at + 1;
  }
  return INCOMPLETE;
}

/** End of a literal or number, INVALID, or INCOMPLETE when the text ends in it. */
function validScalarEnd(start: usize, end: usize): usize {
  let after = start;
  while (after < end && isScalarByte(load<u8>(after))) after++;
  const size = after - start;
  const first = load<u8>(start);
  let isValid: bool;
  if (first == 0x74) isValid = size == 4 && load<u32>(start) == 0x65757274; // true
  else if (first == 0x66) isValid = size == 5 && load<u32>(start, 1) == 0x65736c61; // false
  else if (first == 0x6e) isValid = size == 4 && load<u32>(start) == 0x6c6c756e; // null
  else isValid = isNumber(start, after);
  if (isValid) return after;
  return after == end ? INCOMPLETE : INVALID;
}

// @ts-ignore: decorator
@inline
function isScalarByte(byte: u8): bool {
  return byte > 0x20 && byte != 0x2c && byte != 0x3a && byte != 0x22 && (byte | 0x20) != 0x7b && (byte | 0x20) != 0x7d;
}

// @ts-ignore: decorator
@inline
function isDigit(byte: u8): bool {
  return byte >= 0x30 && byte <= 0x39;
}

function isNumber(start: usize, end: usize): bool {
  let at = start;
  if (at < end && load<u8>(at) == 0x2d) at++;
  if (at >= end || !isDigit(load<u8>(at))) return false;
  if (load<u8>(at) == 0x30) at++;
  else while (at < end && isDigit(load<u8>(at))) at++;
  if (at < end && load<u8>(at) == 0x2e) {
    at++;
    if (at >= end || !isDigit(load<u8>(at))) return false;
    while (at < end && isDigit(load<u8>(at))) at++;
  }
  if (at < end && (load<u8>(at) | 0x20) == 0x65) {
    at++;
    if (at < end && (load<u8>(at) == 0x2b || load<u8>(at) == 0x2d)) at++;
    if (at >= end || !isDigit(load<u8>(at))) return false;
    while (at < end && isDigit(load<u8>(at))) at++;
  }
  return at == end;
}
