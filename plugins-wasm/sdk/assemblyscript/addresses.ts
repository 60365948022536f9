// IP addresses as text → bytes in network order.

/**
 * Puts the address at `target` (16 bytes of room) and answers how many bytes it takes: 4, 16, or 0 for what is no
 * address. `::ffff:192.0.2.1` is one of IPv6; a zone (`%eth0`) is left out.
 */
export function parseAddress(start: usize, size: usize, target: usize): usize {
  if (size < 2 || size > 64) return 0;
  const end = start + size;
  for (let at = start; at < end; at++) {
    if (load<u8>(at) == 0x3a) return parseV6(start, end, target) ? 16 : 0;
  }
  return parseV4(start, end, target) ? 4 : 0;
}

function parseV4(start: usize, end: usize, target: usize): bool {
  let at = start;
  for (let index: usize = 0; index < 4; index++) {
    if (index > 0) {
      if (at >= end || load<u8>(at) != 0x2e) return false;
      at++;
    }
    const first = at;
    let value: u32 = 0;
    while (at < end && at - first < 3 && load<u8>(at) >= 0x30 && load<u8>(at) <= 0x39) {
      value = value * 10 + (load<u8>(at) - 0x30);
      at++;
    }
    // `010` is 8 to some and 10 to others.
    if (at == first || value > 255 || (at - first > 1 && load<u8>(first) == 0x30)) return false;
    store<u8>(target + index, <u8>value);
  }
  return at == end;
}

function parseV6(start: usize, end: usize, target: usize): bool {
  let at = start;
  /** Bytes put, and how many there were at `::`. */
  let count: usize = 0;
  let gap: isize = -1;
  if (load<u8>(at) == 0x3a) {
    if (load<u8>(at, 1) != 0x3a) return false;
    at += 2;
    gap = 0;
  }
  while (at < end && load<u8>(at) != 0x25) {
    const first = at;
    let value: u32 = 0;
    while (at < end && at - first < 4 && hexDigit(load<u8>(at)) < 16) {
      value = (value << 4) | hexDigit(load<u8>(at));
      at++;
    }
    if (at < end && load<u8>(at) == 0x2e) {
      if (count > 12 || !parseV4(first, zoneOr(first, end), target + count)) return false;
      count += 4;
      break;
    }
    if (at == first || count > 14) return false;
    store<u16>(target + count, bswap<u16>(<u16>value));
    count += 2;
    if (at == end || load<u8>(at) == 0x25) break;
    if (load<u8>(at) != 0x3a) return false;
    at++;
    if (at < end && load<u8>(at) == 0x3a) {
      if (gap >= 0) return false;
      gap = <isize>count;
      at++;
    } else if (at == end) return false;
  }
  if (gap < 0) return count == 16;
  if (count > 14) return false;
  const behind = count - <usize>gap;
  memory.copy(target + 16 - behind, target + <usize>gap, behind);
  memory.fill(target + <usize>gap, 0, 16 - count);
  return true;
}

function zoneOr(start: usize, end: usize): usize {
  let at = start;
  while (at < end && load<u8>(at) != 0x25) at++;
  return at;
}

/** 16 for a byte that is not a hexadecimal digit. */
function hexDigit(byte: u8): u32 {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : 16;
}
