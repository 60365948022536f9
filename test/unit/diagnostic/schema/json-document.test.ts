import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJsonDocument } from '../../../../engine/diagnostic/schema/json-document.ts';
import { findJsonFault } from '../../../../engine/diagnostic/schema/json-fault.ts';
import { createTextDocument } from '../../../../engine/diagnostic/text-document.ts';

const read = (text: string): ReturnType<typeof readJsonDocument> =>
  readJsonDocument(createTextDocument('x', text));

describe('JSON that nobody vouches for', () => {
  it('has the value that JSON.parse gives, however it is written', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 1, '\t'), (value, indent) => {
        const text = ` ${JSON.stringify(value, undefined, indent)}\n`;
        const document = read(text);
        expect(document.errors).toEqual([]);
        expect(JSON.stringify(document.value)).toBe(JSON.stringify(value));
        const { start, end } = document.spanOf([]);
        expect(text.slice(start, end)).toBe(text.trim());
      }),
    );
  });

  it('knows where keys and values stand', () => {
    const text = '{ "a\\"b": [1, {"c": "x\\\\"}, true], "d": {"e" : -1.5e3 } }';
    const { spanOf, keySpanOf } = read(text);
    const at = ({ start, end }: { start: number; end: number }): string => text.slice(start, end);
    expect(at(spanOf(['a"b', 1, 'c']))).toBe('"x\\\\"');
    expect(at(spanOf(['a"b', '2']))).toBe('true');
    expect(at(keySpanOf(['a"b', 1, 'c']))).toBe('"c"');
    expect(at(spanOf(['d', 'e']))).toBe('-1.5e3');
    // Of what is not there, the nearest around it.
    expect(at(spanOf(['d', 'x', 'y']))).toBe('{"e" : -1.5e3 }');
  });

  const refused: [what: string, text: string, said: RegExp][] = [
    ['no JSON', '{"a":1,}', /JSON|property/i],
    ['an end in the middle', '{"a":', /end/i],
    ['equal keys', '{"a":1,"b":{"c":1,"\\u0063":2}}', /key "c" stands twice/],
    ['great depth', `${'['.repeat(100)}1${']'.repeat(100)}`, /deeper than 64 levels/],
    [
      'very great depth',
      `${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}`,
      /deeper than 64 levels/,
    ],
    ['a million brackets', '['.repeat(1_000_000), /./],
  ];
  it.each(refused)('with %s is refused', (_what, text, said) => {
    const { value, errors } = read(text);
    expect(value).toBeUndefined();
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toMatch(said);
  });
});

describe('the place where a text stops being JSON', () => {
  const placeOf = (text: string): string | undefined => {
    const fault = findJsonFault(text, 64);
    return fault === undefined ? undefined : `${fault.offset} ${fault.expected}`;
  };
  it.each([
    ['{"name": hostile}', '9 a value'],
    ['{"a": 1,}', '8 a key'],
    ['{a: 1}', '1 a key or `}`'],
    ['{"a" 1}', '5 `:`'],
    ['[1 2]', '3 `,` or `]`'],
    ['[1,]', '3 a value'],
    ['[', '1 a value or `]`'],
    ['{"a": [1, {"b": 2}', '18 `,` or `]`'],
    ['{} {}', '3 the end'],
    ['', '0 a value'],
    ['  // x', '2 a value'],
    ["{'a': 1}", '1 a key or `}`'],
    ['"a\nb"', '0 a value'],
    ['[01]', '2 `,` or `]`'],
    [' {"a": [1, 2.5e-3, "\\u00e9", true, null, {}], "b": []} ', undefined],
  ])('%j: %s', (text, place) => {
    expect(placeOf(text)).toBe(place);
  });

  it('is there when, and only when, it cannot be parsed', () => {
    const parses = (text: string): boolean => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    const texts = fc
      .tuple(
        fc.json({ maxDepth: 4 }),
        fc.nat(),
        fc.constantFrom('', ',', '"', '}', ']', '[', '0', 'x', '\\', ' '),
      )
      .map(([text, at, put]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + put + text.slice(place + (at % 3 === 0 ? 1 : 0));
      });
    fc.assert(
      fc.property(fc.oneof(texts, fc.string()), (text) => {
        expect(findJsonFault(text, 64) === undefined).toBe(parses(text));
      }),
      { numRuns: 5_000 },
    );
  });
});
