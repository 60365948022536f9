/* Addresses and networks of the Internet Protocol as byte strings: 4 or 16 bytes in network order. */

import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { ByteString } from '../../base/text.ts';

export interface IpNetwork {
  readonly address: ByteString;
  readonly prefixLength: number;
}

/** What inet_pton takes; `undefined`: not an address. Scope identifiers are not accepted. */
export function parseIpAddress(text: string): ByteString | undefined {
  // The library takes more forms (`0x7f.1`) than inet_pton does.
  const version = isIP(text);
  if (version === 0 || text.includes('%')) return undefined;
  // It reads `::1.2.3.4` as `::ffff:1.2.3.4`, which is another address.
  const plain = version === 4 ? text : text.replace(DOTTED_END, inGroups);
  return String.fromCharCode(...ipaddr.parse(plain).toByteArray());
}

const DOTTED_END = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/;

/** `1.2.3.4` as the last two groups of an IPv6 address. */
function inGroups(_: string, ...[a, b, c, d]: string[]): string {
  const group = (high = '', low = ''): string => (Number(high) * 256 + Number(low)).toString(16);
  return `${group(a, b)}:${group(c, d)}`;
}

/** `10.0.0.0/8`; `undefined`: not a network. */
export function parseIpNetwork(text: string): IpNetwork | undefined {
  const [written, prefix, ...rest] = text.split('/');
  const address = written === undefined ? undefined : parseIpAddress(written);
  const prefixLength = /^\d{1,3}$/.test(prefix ?? '') ? Number(prefix) : Number.NaN;
  const isValid = address !== undefined && rest.length === 0 && prefixLength <= address.length * 8;
  return isValid ? { address, prefixLength } : undefined;
}

const MAPPED_PREFIX = `${'\0'.repeat(10)}\xff\xff`;

/** `::ffff:10.1.2.3` is `10.1.2.3`, as a receiver that listens for both kinds writes it. */
export function unmapped(address: ByteString): ByteString {
  const isMapped = address.length === 16 && address.startsWith(MAPPED_PREFIX);
  return isMapped ? address.slice(MAPPED_PREFIX.length) : address;
}

/** Tells whether an address is in one of the networks; none of them is mapped. One lookup for each prefix length. */
export function compileNetworks(networks: readonly IpNetwork[]): (address: ByteString) => boolean {
  const sets = new Map<string, { size: number; prefixLength: number; prefixes: Set<string> }>();
  for (const { address, prefixLength } of networks) {
    const size = address.length;
    const key = `${size}/${prefixLength}`;
    const set = sets.get(key) ?? { size, prefixLength, prefixes: new Set<string>() };
    set.prefixes.add(prefixOf(address, prefixLength));
    sets.set(key, set);
  }
  const tests = [...sets.values()];
  return (address) =>
    tests.some(
      ({ size, prefixLength, prefixes }) =>
        address.length === size && prefixes.has(prefixOf(address, prefixLength)),
    );
}

/** The first bits of an address; the bits behind them in the last byte are 0. */
function prefixOf(address: ByteString, prefixLength: number): string {
  const whole = prefixLength >> 3;
  const bits = prefixLength & 7;
  if (bits === 0) return address.slice(0, whole);
  const last = address.charCodeAt(whole) & (0xff << (8 - bits));
  return address.slice(0, whole) + String.fromCharCode(last & 0xff);
}
