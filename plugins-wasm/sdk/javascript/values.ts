// Values of JavaScript → those of fields.

const U64_MAX = 0xffff_ffff_ffff_ffffn;
const NANOSECONDS_A_MILLISECOND = 1_000_000n;
const DIGITS = /^\d{1,20}$/;

/** `uint64`, `bool`, `reltime`, `abstime` (a Date, or nanoseconds since 1970). Fractions are cut; `undefined`: none. */
export function toNumber(value: unknown): bigint | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (value instanceof Date) return toNanoseconds(value);
  if (typeof value === 'number') {
    return Number.isFinite(value) ? inRange(BigInt(Math.trunc(value))) : undefined;
  }
  if (typeof value === 'bigint') return inRange(value);
  return typeof value === 'string' && DIGITS.test(value) ? inRange(BigInt(value)) : undefined;
}

function inRange(value: bigint): bigint | undefined {
  return value >= 0n && value <= U64_MAX ? value : undefined;
}

/** Nanoseconds since 1970; `undefined` for what is before, and for an invalid date. */
export function toNanoseconds(date: Date): bigint | undefined {
  const milliseconds = date.getTime();
  return milliseconds >= 0 ? inRange(BigInt(milliseconds) * NANOSECONDS_A_MILLISECOND) : undefined;
}

/** A text is itself, what is no text is its JSON. */
export function toText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
}

/** 4 or 16 bytes; `undefined` for what is no IP address. */
export function addressBytes(text: string): Uint8Array | undefined {
  if (!text.includes(':')) return v4Bytes(text);
  const [plain = ''] = text.split('%');
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const parts = halves.map((half) => (half === '' ? [] : half.split(':')));
  const groups = parts.map((half) => half.map(groupBytes));
  if (groups.flat().includes(undefined)) return undefined;
  const [head = [], tail = []] = groups.map((half) => half.flatMap((bytes) => bytes ?? []));
  const gap = 16 - head.length - tail.length;
  // A `::` stands for a group at least.
  if (halves.length === 1 ? gap !== 0 : gap < 2) return undefined;
  // A dotted part ends an address.
  const isDotted = (group: string): boolean => group.includes('.');
  const endsInGroup = (parts.at(-1)?.length ?? 0) > 0;
  if (
    parts
      .flat()
      .slice(0, endsInGroup ? -1 : undefined)
      .some(isDotted)
  )
    return undefined;
  return Uint8Array.from([...head, ...new Array<number>(gap).fill(0), ...tail]);
}

const GROUP = /^[0-9a-f]{1,4}$/i;

function groupBytes(group: string): number[] | undefined {
  const dotted = v4Bytes(group);
  if (dotted !== undefined) return [...dotted];
  if (!GROUP.test(group)) return undefined;
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 0xff];
}

const V4_PART = /^(?:0|[1-9]\d{0,2})$/;

function v4Bytes(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  const isAddress =
    parts.length === 4 && parts.every((part) => V4_PART.test(part) && Number(part) < 256);
  return isAddress ? Uint8Array.from(parts, Number) : undefined;
}

/** Address and one byte of prefix length; `undefined` if it is not an address. */
export function networkBytes(text: string): Uint8Array | undefined {
  const [address = '', prefix = '', ...more] = text.split('/');
  const bytes = addressBytes(address);
  if (bytes === undefined || more.length > 0 || !/^\d{1,3}$/.test(prefix)) return undefined;
  const length = Number(prefix);
  return length <= 8 * bytes.length ? Uint8Array.from([...bytes, length]) : undefined;
}
