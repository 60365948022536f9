/*
 * Right-hand words as values of the left side's type (Falco, value_parser): numbers are decimal, addresses
 * are what inet_pton takes.
 */

import { isIP, isIPv4 } from 'node:net';
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
export function addressBytes(text: string): string | undefined {
  if (isIPv4(text))
    return text
      .split('.')
      .map((part) => String.fromCharCode(Number(part)))
      .join('');
  if (isIP(text) !== 6 || text.includes('%')) return undefined;
  const [head = '', tail] = text.split('::');
  const groups = (part: string): number[] =>
    part === ''
      ? []
      : part.split(':').flatMap((group) => {
          if (!group.includes('.')) return [Number.parseInt(group, 16)];
          const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
          return [a * 256 + b, c * 256 + d];
        });
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const zeros = new Array<number>(tail === undefined ? 0 : 8 - before.length - after.length).fill(
    0,
  );
  return [...before, ...zeros, ...after]
    .map((group) => String.fromCharCode(group >> 8, group & 0xff))
    .join('');
}
