import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable, printableInPlace, printableLines } from '../../../engine/base/printable.ts';

const rows: [what: string, text: string, onOneLine: string, onLines: string][] = [
  ['plain text of any script', 'é 漢 🦅 a', 'é 漢 🦅 a', 'é 漢 🦅 a'],
  ['a terminal title', '\u001b]0;x\u0007', '\\u001b]0;x\\u0007', '\\u001b]0;x\\u0007'],
  ['eight-bit controls', '\u009b31m\u007f', '\\u009b31m\\u007f', '\\u009b31m\\u007f'],
  ['a line of its own', 'a\nb\tc', 'a\\u000ab\\u0009c', 'a\nb\tc'],
  ['a carriage return', 'a\rb', 'a\\u000db', 'a\\u000db'],
  ['lines of Unicode', 'a\u2028b\u2029', 'a\\u2028b\\u2029', 'a\\u2028b\\u2029'],
  [
    'text turned round',
    '\u202egnp\u2066\u061c',
    '\\u202egnp\\u2066\\u061c',
    '\\u202egnp\\u2066\\u061c',
  ],
];

describe('text of others', () => {
  it.each(rows)('%s', (_what, text, onOneLine, onLines) => {
    expect(printable(text)).toBe(onOneLine);
    expect(printableLines(text)).toBe(onLines);
    expect(printableInPlace(text)).toHaveLength(text.length);
  });

  it('that is JSON stays JSON of the same value', () => {
    fc.assert(
      fc.property(fc.json(), fc.string({ unit: 'binary' }), (json, text) => {
        const value: unknown = [JSON.parse(json), text, '\u202e\u009b'];
        const shown = printableLines(JSON.stringify(value));
        expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(shown).not.toMatch(/[\u007f-\u009f\u202e]/);
      }),
    );
  });
});
