/*
 * Right-hand words as values of the left side's type (Falco, value_parser): numbers are decimal, addresses
 * are what inet_pton takes.
 */

import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { toByteString } from '../../base/text.ts';
import type { FieldType } from '../../event/field/field-type.ts';
import type { Literal } from './checked-rule.ts';

/** Falco's buffer for a value, with its closing zero. */
const STRING_SIZE_MAX = 256;

export type LiteralResult = { readonly value: Literal } | { readonly error: string };

export function parseLiteral(text: string, type: FieldType): LiteralResult {
  switch (type) {
    case 'string':
      return parseStringLiteral(text);
    case 'bool':
      if (text === 'true' || text === 'false') {
        return { value: { type: 'number', value: text === 'true' ? 1n : 0n } };
      }
      return { error: `filter error: unrecognized boolean value ${text}` };
    case 'ipaddr':
      return parseAddressLiteral(text);
    case 'ipnet':
      return parseNetworkLiteral(text);
    default:
      return parseNumberLiteral(text);
  }
}

function parseStringLiteral(text: string): LiteralResult {
  if (text.includes('\0')) return { error: 'filter value cannot contain a NUL byte' };
  const bytes = toByteString(text);
  if (bytes.length + 1 > STRING_SIZE_MAX) {
    return {
      error: `filter parameter too long (used=${bytes.length + 1}, available=${STRING_SIZE_MAX}):${text}`,
    };
  }
  return { value: { type: 'string', text: bytes } };
}

/** `+0` and `010` are numbers; what does not fit 64 bits is one that no value equals. */
function parseNumberLiteral(text: string): LiteralResult {
  // Blanks in front are read over, and a negative number wraps, as strtoull has it.
  if (!/^\s*[+-]?\d+$/.test(text)) return { error: `${text} is not a valid number` };
  const value = BigInt(text.trim().replace(/^\+/, ''));
  return { value: { type: 'number', value: value < 0n ? BigInt.asUintN(64, value) : value } };
}

function parseAddressLiteral(text: string): LiteralResult {
  const address = addressBytes(text);
  if (address === undefined) return { error: `unrecognized IP address ${text}` };
  return { value: { type: 'ipaddr', address } };
}

function parseNetworkLiteral(text: string): LiteralResult {
  const [address, prefix, ...rest] = text.split('/');
  const bytes = address === undefined ? undefined : addressBytes(address);
  const prefixLength = /^\d{1,3}$/.test(prefix ?? '') ? Number(prefix) : Number.NaN;
  const isValid = bytes !== undefined && rest.length === 0 && prefixLength <= bytes.length * 8;
  if (!isValid) return { error: `unrecognized IP network ${text}` };
  return { value: { type: 'ipnet', address: bytes, prefixLength } };
}

/** 4 or 16 bytes in network order; scope identifiers are not accepted. */
function addressBytes(text: string): string | undefined {
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
