/* Words on the right of an operator as values: what inet_pton and strtoull take. */

import { describe, expect, it } from 'vitest';
import type { FieldType } from '../../../../engine/event/field/field-type.ts';
import { parseLiteral } from '../../../../engine/language/check/parse-literal.ts';

const bytes = (...numbers: number[]): string => String.fromCharCode(...numbers);
const zeros = (count: number): number[] => new Array<number>(count).fill(0);

describe('a word is', () => {
  it.each<[text: string, type: FieldType, value: object]>([
    ['1.2.3.4', 'ipaddr', { address: bytes(1, 2, 3, 4) }],
    ['::1', 'ipaddr', { address: bytes(...zeros(15), 1) }],
    ['::1.2.3.4', 'ipaddr', { address: bytes(...zeros(12), 1, 2, 3, 4) }],
    ['::ffff:1.2.3.4', 'ipaddr', { address: bytes(...zeros(10), 255, 255, 1, 2, 3, 4) }],
    ['2001:db8::ff', 'ipaddr', { address: bytes(0x20, 1, 0x0d, 0xb8, ...zeros(11), 0xff) }],
    ['10.0.0.0/8', 'ipnet', { address: bytes(10, 0, 0, 0), prefixLength: 8 }],
    ['::/0', 'ipnet', { address: bytes(...zeros(16)), prefixLength: 0 }],
    ['010', 'uint64', { value: 10n }],
    ['-1', 'uint64', { value: 2n ** 64n - 1n }],
    ['true', 'bool', { value: 1n }],
    ['Ä', 'string', { text: bytes(0xc3, 0x84) }],
  ])('%s as %s', (text, type, value) => {
    expect(parseLiteral(text, type)).toMatchObject({ value });
  });

  it.each<[text: string, type: FieldType]>([
    ['1.2.3', 'ipaddr'],
    ['0x7f.1', 'ipaddr'],
    ['01.2.3.4', 'ipaddr'],
    ['fe80::1%eth0', 'ipaddr'],
    [':::', 'ipaddr'],
    ['1.2.3.4/33', 'ipnet'],
    ['1.2.3.4', 'ipnet'],
    ['1.2.3.4/8/8', 'ipnet'],
    ['0x10', 'uint64'],
    ['yes', 'bool'],
    ['x'.repeat(256), 'string'],
  ])('not %s as %s', (text, type) => {
    expect(parseLiteral(text, type)).toHaveProperty('error');
  });
});
