/*
 * Right-hand words as values of the left side's type (Falco, value_parser): numbers are decimal, addresses
 * are what inet_pton takes.
 */

import { toByteString } from '../../base/text.ts';
import type { FieldType } from '../../event/field/field-type.ts';
import { type IpNetwork, parseIpAddress, parseIpNetwork, unmapped } from '../match/ip-address.ts';
import type { Literal } from './checked-rule.ts';

/** Falco's buffer for a value, with its closing zero. */
export const STRING_SIZE_MAX = 256;

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
  const address = parseIpAddress(text);
  if (address === undefined) return { error: `unrecognized IP address ${text}` };
  return { value: { type: 'ipaddr', address } };
}

function parseNetworkLiteral(text: string): LiteralResult {
  const network = parseIpNetwork(text);
  if (network === undefined) return { error: `unrecognized IP network ${text}` };
  return { value: { type: 'ipnet', ...network } };
}

/** An address or a network to the right of `ip(…)`. */
export function parseNetworkOrAddress(text: string): LiteralResult {
  const network = parseIpNetwork(text);
  if (network !== undefined)
    return { value: { type: 'network', network: unmappedNetwork(network) } };
  const parsed = parseIpAddress(text);
  if (parsed === undefined)
    return { error: `expected an IP address or a network such as 10.0.0.0/8, found ${text}` };
  const address = unmapped(parsed);
  return { value: { type: 'network', network: { address, prefixLength: address.length * 8 } } };
}

function unmappedNetwork({ address, prefixLength }: IpNetwork): IpNetwork {
  const short = unmapped(address);
  const cut = (address.length - short.length) * 8;
  // A network that is larger than all mapped addresses has others in it.
  return prefixLength < cut
    ? { address, prefixLength }
    : { address: short, prefixLength: prefixLength - cut };
}
