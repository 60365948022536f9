import { describe, expect, it } from 'vitest';
import {
  addressBytes,
  networkBytes,
  toNanoseconds,
  toNumber,
  toText,
} from '../../../../plugins-wasm/sdk/javascript/values.ts';

const hex = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && Buffer.from(bytes).toString('hex');

describe('addresses', () => {
  it.each([
    ['192.0.2.1', 'c0000201'],
    ['255.255.255.255', 'ffffffff'],
    ['::', '0'.repeat(32)],
    ['::1', `${'0'.repeat(31)}1`],
    ['2001:db8::5', '20010db8000000000000000000000005'],
    ['2001:DB8:0:0:1::5', '20010db8000000000001000000000005'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001'],
  ])('%s', (text, bytes) => {
    expect(hex(addressBytes(text))).toBe(bytes);
  });

  it.each([
    ...['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', '1.2.3.x', ' 1.2.3.4', '1.2.3.-1'],
    ...[':', ':::', '1::2::3', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8::'],
    ...['12345::', 'g::', '1.2.3.4::', '::1.2.3.4:5', '::1.2.3', ':1:2:3:4:5:6:7:8', '1:::2'],
  ])('are none: %s', (text) => {
    expect(addressBytes(text)).toBeUndefined();
  });

  it.each([
    ['10.0.0.0/8', '0a00000008'],
    ['::/0', `${'0'.repeat(32)}00`],
    ['2001:db8::/128', '20010db800000000000000000000000080'],
    ['10.0.0.0/33', undefined],
    ['10.0.0.0', undefined],
    ['10.0.0.0/', undefined],
    ['10.0.0.0/8/8', undefined],
    ['x/8', undefined],
  ])('of networks: %s', (text, bytes) => {
    expect(hex(networkBytes(text))).toBe(bytes);
  });
});

describe('numbers', () => {
  it.each<[unknown, bigint | undefined]>([
    [7, 7n],
    [7.9, 7n],
    [-1, undefined],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [2 ** 64, undefined],
    [2n ** 64n - 1n, 2n ** 64n - 1n],
    [2n ** 64n, undefined],
    ['18446744073709551615', 2n ** 64n - 1n],
    ['18446744073709551616', undefined],
    ['7.5', undefined],
    ['', undefined],
    [true, 1n],
    [false, 0n],
    [new Date(1), 1_000_000n],
    [new Date(-1), undefined],
    [new Date('nonsense'), undefined],
    [{}, undefined],
  ])('%s', (value, number) => {
    expect(toNumber(value)).toBe(number);
  });

  it('end where nanoseconds do', () => {
    expect(toNanoseconds(new Date('2554-07-21T23:34:33.709Z'))).toBe(18446744073709000000n);
    expect(toNanoseconds(new Date('2554-07-21T23:34:33.710Z'))).toBeUndefined();
  });
});

describe('texts', () => {
  it.each<[unknown, string]>([
    ['a', 'a'],
    ['', ''],
    [1, '1'],
    [true, 'true'],
    [{ a: [1] }, '{"a":[1]}'],
    [Symbol.iterator, 'Symbol(Symbol.iterator)'],
  ])('%s', (value, text) => {
    expect(toText(value)).toBe(text);
  });
});
