import { beforeAll, describe, expect, it } from 'vitest';
import { openSdk, type SdkModule } from '../../../support/sdk-module.ts';

/** In the order of `TimeForm`. */
const FORMS = ['rfc3339', 'dateTime', 'webLog', 'http', 'epoch'] as const;

let sdk: SdkModule;
beforeAll(async () => {
  sdk = await openSdk();
});

function timeOf(form: (typeof FORMS)[number], text: string): string | undefined {
  const time = sdk.time(FORMS.indexOf(form), text);
  if (time === undefined) return undefined;
  const date = new Date(Number(time / 1_000_000n)).toISOString();
  return `${date.slice(0, -4)}${String(time % 1_000_000_000n).padStart(9, '0')}Z`.replace(
    '.000000000',
    '',
  );
}

describe('a time', () => {
  it.each([
    ['rfc3339', '2026-02-03T04:05:06Z', '2026-02-03T04:05:06Z'],
    ['rfc3339', '2026-02-03t04:05:06.5+01:30', '2026-02-03T02:35:06.500000000Z'],
    ['rfc3339', '2026-02-03 04:05:06,123456789-0100', '2026-02-03T05:05:06.123456789Z'],
    ['rfc3339', '2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
    ['rfc3339', '2026-02-03T04:05:06', undefined],
    ['rfc3339', '2026/02/03T04:05:06Z', undefined],
    ['rfc3339', '2025-02-29T00:00:00Z', undefined],
    ['rfc3339', '2026-02-03T24:05:06Z', undefined],
    ['rfc3339', '2026-02-03T04:05:06.Z', undefined],
    ['rfc3339', '2026-02-03T04:05:06+1:00', undefined],
    ['rfc3339', '1969-12-31T23:59:59Z', undefined],
    ['dateTime', '2026/02/03 04:05:06', '2026-02-03T04:05:06Z'],
    ['dateTime', '2026-02-03 04:05:06.25', '2026-02-03T04:05:06.250000000Z'],
    ['dateTime', '2026-02-03T04:05:06+02:00', '2026-02-03T02:05:06Z'],
    ['dateTime', '2026-02/03 04:05:06', undefined],
    ['dateTime', '2026-02-03', undefined],
    ['webLog', '03/Feb/2026:04:05:06 +0000', '2026-02-03T04:05:06Z'],
    ['webLog', '31/dec/2026:23:59:59 -0130', '2027-01-01T01:29:59Z'],
    ['webLog', '31/Feb/2026:23:59:59 +0000', undefined],
    ['webLog', '03/Fev/2026:04:05:06 +0000', undefined],
    ['webLog', '3/Feb/2026:04:05:06 +0000', undefined],
    ['http', 'Tue, 03 Feb 2026 04:05:06 GMT', '2026-02-03T04:05:06Z'],
    ['http', '3 Feb 2026 04:05:06 +0100', '2026-02-03T03:05:06Z'],
    ['http', 'Tue, 03 Feb 2026 04:05:06', undefined],
    ['http', 'Feb 2026 04:05:06 GMT', undefined],
    ['epoch', '1770091506', '2026-02-03T04:05:06Z'],
    ['epoch', '1770091506.25', '2026-02-03T04:05:06.250000000Z'],
    ['epoch', '1770091506123', '2026-02-03T04:05:06.123000000Z'],
    ['epoch', '1770091506123456', '2026-02-03T04:05:06.123456000Z'],
    ['epoch', '1770091506123456789', '2026-02-03T04:05:06.123456789Z'],
    ['epoch', '0', '1970-01-01T00:00:00Z'],
    ['epoch', '17700915061234567890', undefined],
    ['epoch', '16756761600', undefined],
    ['epoch', '16756761599', '2500-12-31T23:59:59Z'],
    ['epoch', '1770091506.', undefined],
    ['epoch', '1770091506.1x', undefined],
    ['epoch', '-1', undefined],
    ['epoch', '', undefined],
  ] as const)('%s: %s', (form, text, time) => {
    expect(timeOf(form, text)).toBe(time);
  });

  it('is that of JavaScript on every day of four hundred years', () => {
    for (let day = Date.UTC(1970, 0, 1); day < Date.UTC(2370, 0, 1); day += 86_400_000) {
      const text = new Date(day).toISOString();
      expect(sdk.time(0, text)).toBe(BigInt(day) * 1_000_000n);
    }
  });
});

describe('an address', () => {
  it.each([
    ['192.0.2.1', 'c0000201'],
    ['255.255.255.255', 'ffffffff'],
    ['::', '0'.repeat(32)],
    ['::1', `${'0'.repeat(31)}1`],
    ['2001:db8::a:0:1', '20010db8000000000000000a00000001'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['fe80::1%eth0', `fe80${'0'.repeat(27)}1`],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['1:2:3:4:5:6:192.0.2.1', '000100020003000400050006c0000201'],
    ['64:FF9B::192.0.2.1', '0064ff9b0000000000000000c0000201'],
    ['256.0.0.1', ''],
    ['1.2.3', ''],
    ['1.2.3.4.5', ''],
    ['01.2.3.4', ''],
    ['1.2.3.4 ', ''],
    ['1::2::3', ''],
    [':1', ''],
    ['1:', ''],
    [':::', ''],
    ['1:2:3:4:5:6:7', ''],
    ['1:2:3:4:5:6:7:8:9', ''],
    ['1:2:3:4:5:6:7:8::', ''],
    ['12345::', ''],
    ['::g', ''],
    ['::1.2.3', ''],
    ['1:2:3:4:5:6:7:1.2.3.4', ''],
    ['host', ''],
    ['-', ''],
    ['', ''],
  ])('%s', (text, bytes) => {
    expect(sdk.address(text)).toBe(bytes);
  });
});

describe('a pair', () => {
  it.each([
    ['a=1 b=2', 'b', ' ', '2'],
    ['a=1&b=2&a=3', 'a', '&', '1'],
    ['a="x y" b="say \\"no\\"" c=3', 'b', ' ', 'say \\"no\\"'],
    ['a="x b=2" b=3', 'b', ' ', '3'],
    ['a, b=2 , c', 'b', ',', '2 '],
    ['a b=2', 'a', ' ', ''],
    ['a=', 'a', ' ', ''],
    ['a="open', 'a', ' ', 'open'],
    ['ab=1', 'a', ' ', undefined],
    ['=1', '', ' ', '1'],
    ['', 'a', ' ', undefined],
    ['x=ü é=ß', 'é', ' ', 'ß'],
  ])('of %s: %s', (text, name, separator, value) => {
    expect(sdk.pair(text, name, separator)).toBe(value);
  });
});

describe('columns', () => {
  it('stand between separators, and the last one has the rest', () => {
    expect(sdk.setColumns('\t', 3)).toBe(3);
    expect(sdk.split('a\t\tb\tc')).toEqual(['a', '', 'b\tc']);
    expect(sdk.split('a\tb')).toBe(4);
    expect(sdk.split('')).toBe(1);
  });

  it('may have any number of blanks between them', () => {
    sdk.setColumns(' ', 3);
    expect(sdk.split('a   b c  d')).toEqual(['a', 'b', 'c  d']);
    expect(sdk.split(' a b ')).toEqual(['a', 'b', '']);
  });
});
