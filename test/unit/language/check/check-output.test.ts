import { describe, expect, it } from 'vitest';
import { createFieldCatalog } from '../../../../engine/event/field/field-catalog.ts';
import { checkOutput } from '../../../../engine/language/check/check-output.ts';
import { CheckProblem } from '../../../../engine/language/check/check-problem.ts';

const catalog = createFieldCatalog('test', [], {});
const rule = { name: 'r', source: 'test', tags: [] };
const parts = (count: number): number =>
  checkOutput('%evt.num,'.repeat(count / 2), rule, { catalog, appendOutput: [] }).segments.length;

describe('an output', () => {
  it('has at most a thousand parts; the first one too many is shown', () => {
    expect(parts(1_000)).toBe(1_000);
    const tooMany = expect.objectContaining({
      code: 'RULE_OUTPUT',
      span: { start: 9 * 500, end: 9 * 501 - 1 },
    });
    expect(() => parts(100_000)).toThrow(tooMany);
    expect(() => parts(100_000)).toThrow(CheckProblem);
  });
});
