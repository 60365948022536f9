/* Parts of `tiercel search`: how events are printed, counted, and fields are split. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printEvent, searchShape } from '../../../engine/tools/search/found-event.ts';
import { createSearchRule, splitFields } from '../../../engine/tools/search/search-rule.ts';
import { ValueCounts } from '../../../engine/tools/search/value-counts.ts';

const TIME = '"2026-01-02T03:04:05.000000000Z"';

describe('printEvent', () => {
  const line = (...values: readonly string[]): string => [TIME, '"aws"', ...values].join(',');
  const fields = ['a', 'b'];

  it.each([
    ['numbers keep all of their digits', ['18446744073709551615', '1'], '18446744073709551615\t1'],
    ['absent values are visible', ['null', '""'], '<NA>\t'],
    ['separators in values do not count', ['"x,\\"y\\",[z]"', '"]"'], 'x,"y",[z]\t]'],
    ['lists are one value', ['["a,b","c]"]', '2'], '["a,b","c]"]\t2'],
    ['a value is one line', ['"a\\n\\tb"', '"\\u001b[2J"'], 'a b\t\\u001b[2J'],
  ])('%s', (_name, values, printed) => {
    const text = printEvent(line(...values), { form: 'text', fields });
    expect(text).toBe(`2026-01-02T03:04:05Z\t${printed}`);
  });

  it('keeps the fraction of a second', () => {
    const text = '"2026-01-02T03:04:05.120000000Z","aws","x"';
    expect(printEvent(text, { form: 'text', fields: [] })).toBe('2026-01-02T03:04:05.12Z\tx');
  });

  it('prints JSON of the same values, whatever they are', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.integer(),
      fc.constant(null),
      fc.array(fc.string({ unit: 'binary' })),
    );
    fc.assert(
      fc.property(value, value, (a, b) => {
        const printed = printEvent(line(JSON.stringify(a), JSON.stringify(b)), {
          form: 'json',
          fields,
        });
        expect(JSON.parse(printed).fields).toEqual({ a, b });
      }),
    );
  });

  it('prints an event as JSON where it is JSON, else as text', () => {
    const print = (event: string): string =>
      printEvent(line(JSON.stringify(event)), { form: 'json', fields: [] });
    expect(print('{"n":\n18446744073709551615}')).toContain('"event":{"n": 18446744073709551615}');
    expect(JSON.parse(print('a "line"')).event).toBe('a "line"');
  });

  it('asks for the whole event only where it is printed', () => {
    for (const [form, names, hasRawEvent] of [
      ['text', [], false],
      ['json', [], true],
      ['raw', [], true],
      ['json', ['a'], false],
    ] as const)
      expect(searchShape({ form, fields: names }).hasRawEvent).toBe(hasRawEvent);
  });
});

describe('splitFields', () => {
  it.each([
    ['ct.user, ct.srcip', ['ct.user', 'ct.srcip']],
    ['json.value[/a,b],toupper(ct.user),', ['json.value[/a,b]', 'toupper(ct.user)']],
    ['', []],
  ])('%j', (text, fields) => expect(splitFields(text)).toEqual(fields));
});

describe('createSearchRule', () => {
  it('gives findings their place in the text that was typed', () => {
    const { document, withTypedPlaces } = createSearchRule(
      { condition: '  ct.name = \n  "😀" and ct.nme = x ', fields: ['ct.user'] },
      'aws',
    );
    const start = document.text.indexOf('ct.nme');
    const label = { document, span: { start, end: start + 6 }, text: '' };
    const [found] = withTypedPlaces([
      {
        ...{ code: 'CONDITION_SYNTAX', severity: 'error', message: '', context: [label] },
        ...{ primary: label, hint: undefined, falcoCode: undefined },
        falcoMessage: undefined,
      },
    ]);
    const { primary } = found ?? {};
    expect(primary?.document.name).toBe('condition');
    expect(primary?.document.text.slice(primary.span.start, primary.span.end)).toBe('ct.nme');
  });
});

describe('ValueCounts', () => {
  it('sorts by count, then by value', () => {
    const counts = new ValueCounts();
    for (const value of ['"b"', '"a"', '"c"', '"c"']) counts.add(value);
    expect(counts.sorted.map(({ value, count }) => `${value} ${count}`)).toEqual([
      ...['"c" 2', '"a" 1', '"b" 1'],
    ]);
  });

  it('counts values beyond its limit together', () => {
    const counts = new ValueCounts(2);
    for (const value of ['1', '2', '3', '4', '2']) counts.add(value);
    expect(counts.sorted).toEqual([
      { value: '2', count: 2 },
      { value: '1', count: 1 },
      { value: undefined, count: 2 },
    ]);
  });
});
