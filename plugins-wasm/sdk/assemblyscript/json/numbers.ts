// Decimal numbers in the bytes of events.

/** A JSON number as an unsigned integer: fractions are cut, what is negative or too large is 0. */
export function parseNumber(start: usize, end: usize): u64 {
  let isInteger = true;
  for (let at = start; at < end; at++) {
    const byte = load<u8>(at);
    if (byte < 0x30 || byte > 0x39) isInteger = false;
  }
  if (isInteger && end - start <= 19) {
    let value: u64 = 0;
    for (let at = start; at < end; at++) value = value * 10 + (load<u8>(at) - 0x30);
    return value;
  }
  if (end - start > 64) return 0;
  const text = String.UTF8.decodeUnsafe(start, end - start);
  const value = parseFloat(text);
  return value >= 0 && value < 18446744073709551616.0 ? <u64>value : 0;
}

export let digitsFound: u64 = 0;

/** Leaves a decimal number below 2^64 in `digitsFound`. */
export function parseDigits(start: usize, size: usize): bool {
  if (size == 0 || size > 20) return false;
  let value: u64 = 0;
  for (let at = start; at < start + size; at++) {
    const digit = <u64>load<u8>(at) - 0x30;
    if (digit > 9 || value > (u64.MAX_VALUE - digit) / 10) return false;
    value = value * 10 + digit;
  }
  digitsFound = value;
  return true;
}
