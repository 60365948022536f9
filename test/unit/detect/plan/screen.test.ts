import { describe, expect, it } from 'vitest';
import { planExtraction } from '../../../../engine/detect/plan/extraction-plan.ts';
import { createTextDocument } from '../../../../engine/diagnostic/text-document.ts';
import type { Field } from '../../../../engine/event/field/field.ts';
import { createFieldCatalog } from '../../../../engine/event/field/field-catalog.ts';
import { loadRuleset } from '../../../../engine/language/load/load-ruleset.ts';

const field = (name: string, fieldIndex: number): Field => ({
  name: `x.${name}`,
  type: 'string',
  isList: false,
  argument: { kind: 'none', required: false },
  description: 'd',
  properties: {},
  provider: { kind: 'plugin', pluginName: 'x', fieldIndex },
});
const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const catalog = createFieldCatalog('plain', names.map(field), {});

function screenOf(...conditions: string[]): string[] | undefined {
  const rules = conditions.map(
    (condition, index) =>
      `- {rule: r${index}, desc: d, condition: '${condition}', output: o, priority: INFO, source: plain}\n`,
  );
  const load = loadRuleset({
    documents: [createTextDocument('rules.yaml', rules.join(''))],
    catalogs: new Map([['plain', catalog]]),
    plugins: [],
    options: { minimumPriority: 'Debug', selections: [], appendOutput: [] },
  });
  expect(load.rules).toHaveLength(conditions.length);
  const { screen } = planExtraction(load.rules);
  return screen && [...screen].map((key) => key.split('.')[1]?.slice(0, 1) ?? '').sort();
}

describe('the screen', () => {
  const rows: [conditions: string[], fields: string[] | undefined][] = [
    // One field for all of them.
    [['x.a = 1 and x.b = 2', 'x.a in (1, 2) and x.c = 3'], ['a']],
    [['x.b = 2 and x.a startswith 1', 'x.c = 3 and x.a contains 1'], ['a']],
    // As many as are needed.
    [
      ['x.a = 1 and x.b = 2 and x.c = 3', 'x.d = 1 and x.e = 2 and x.f = 3'],
      ['a', 'd'],
    ],
    [['(x.a = 1 or x.b = 2) and x.c exists and x.d != 1'], ['a', 'b']],
    [['(x.a = 1 or (x.a = 2 and x.b = 3)) and x.c exists'], ['a']],
    // What holds for nearly every event is none.
    [['x.a != 1 and x.b = 2', 'x.a exists and x.b = 3 and x.c = 1'], ['b']],
    [['x.a = "" and x.b = 2 and x.c = 1'], ['b']],
    [['not x.a = 1 and x.b = 2 and x.c = 1'], ['b']],
    // One rule that needs every event is enough.
    [['x.a = 1 and x.b = 2', 'x.c exists'], undefined],
    [['x.a = 1 and x.b = 2', 'evt.num > 0'], undefined],
    [['x.a = 1 or evt.num > 0'], undefined],
    // Nothing would be left for the second step.
    [['x.a = 1'], undefined],
    [['x.a = 1', 'x.b = 1'], undefined],
  ];
  it.each(rows)('of %j is %j', (conditions, fields) => {
    expect(screenOf(...conditions)).toEqual(fields);
  });
});
