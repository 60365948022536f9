import { describe, expect, it } from 'vitest';
import { validateAgainstSchema } from '../../../../engine/diagnostic/schema/validate-foreign.ts';
import { readYamlDocument } from '../../../../engine/diagnostic/schema/yaml-document.ts';
import { createTextDocument } from '../../../../engine/diagnostic/text-document.ts';

const judge = (schema: unknown, value: unknown): ReturnType<typeof validateAgainstSchema> =>
  validateAgainstSchema(schema, readYamlDocument(createTextDocument('x', JSON.stringify(value))));

const text = (pattern: string): object => ({ properties: { a: { type: 'string', pattern } } });

/** Each level asks for the next one twice. */
function doubling(levels: number): object {
  const $defs: Record<string, object> = { [`d${levels}`]: { required: ['b'] } };
  for (let level = 0; level < levels; level++) {
    const next = { $ref: `#/$defs/d${level + 1}` };
    $defs[`d${level}`] = { allOf: [next, next] };
  }
  return { $defs, $ref: '#/$defs/d0' };
}

describe('a schema that is not ours', () => {
  it('says what is wrong with a value, and nothing of one that is right', () => {
    expect(judge(text('^[a-z]+$'), { a: 'abc' })).toEqual({ violations: [] });
    // A pattern is searched for.
    expect(judge(text('b'), { a: 'abc' })).toEqual({ violations: [] });
    expect(judge(text('^[a-z]+$'), { a: 'ABC' })).toMatchObject({ violations: [{}] });
  });

  it('cannot take long with a pattern', () => {
    const verdict = judge(text('^(([a-z0-9.:/-])+)+$'), { a: `${'a'.repeat(50_000)}!` });
    expect(verdict).toMatchObject({ violations: [{}] });
  });

  const unusable: [what: string, schema: unknown, said: RegExp][] = [
    ['of an unknown type', { type: 'nonsense' }, /type/],
    ['with a pattern that is no RE2', text('(?=a)b'), /lookaround|invalid|perl|parsing/i],
    ['that refers to nothing', { $ref: '#/nowhere' }, /resolve/],
    ['that goes round in circles', { $ref: '#' }, /stack|takes longer/i],
    ['that asks for a thousand million things', doubling(30), /takes longer than 1000 ms|memory/],
    ['that is a number', 7, /schema/],
  ];
  it.each(unusable)(
    '%s is not taken for one that everything is right for',
    (_what, schema, said) => {
      const verdict = judge(schema, { a: 'b' });
      expect(verdict).toHaveProperty('problem');
      expect('problem' in verdict ? verdict.problem : '').toMatch(said);
    },
  );
});
