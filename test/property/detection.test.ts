import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRuleset } from '../../engine/detect/compile/compile-ruleset.ts';
import {
  Detector,
  type FieldsOfRow,
  type Matches,
} from '../../engine/detect/match-batch/detector.ts';
import { planExtraction } from '../../engine/detect/plan/extraction-plan.ts';
import { valueAt } from '../../engine/event/column/cell-values.ts';
import {
  CELL_INLINE,
  type Column,
  createInlineValues,
  type Dictionary,
} from '../../engine/event/column/column.ts';
import { type Field, type FieldRequest, requestKey } from '../../engine/event/field/field.ts';
import { checkCondition } from '../../engine/language/check/check-condition.ts';
import type { CheckedRule } from '../../engine/language/check/checked-rule.ts';
import { OPERATORS } from '../../engine/language/match/operators.ts';
import { resolveCondition, resolveMacros } from '../../engine/language/rules/resolve-macros.ts';
import { OWN_TRANSFORMERS, TRANSFORMERS } from '../../engine/language/syntax/operators.ts';
import { parseCondition } from '../../engine/language/syntax/parser.ts';
import { catalog, check, condition, event, screened } from '../support/conditions.ts';
import { holds, type PlainEvent, type PlainValue } from '../support/reference-evaluator.ts';

const SEED = 20260314;
const BATCH_EVENTS_MAX = 128;

function toColumn(
  of: Field,
  values: readonly (PlainValue | undefined)[],
  dictionary: Dictionary,
): Column {
  const texts: number[] = [];
  const numbers: bigint[] = [];
  const lists: number[] = [];
  let data = '';
  const textCell = (value: string, row: number): number => {
    if (row % 3 === 0) {
      texts.push(data.length, value.length);
      data += value;
      return CELL_INLINE + texts.length / 2 - 1;
    }
    const known = dictionary.entries.indexOf(value, 1);
    if (known !== -1) return known;
    return dictionary.entries.push(value) - 1;
  };
  const cells = values.map((value, row) => {
    if (value === undefined) return 0;
    if (typeof value === 'bigint') return CELL_INLINE + numbers.push(value) - 1;
    if (typeof value === 'string') return textCell(value, row);
    const elements = value.map((one) => textCell(String(one), row));
    lists.push(elements.length, ...elements);
    return CELL_INLINE + lists.length - elements.length - 1;
  });
  return {
    type: { type: of.type, isList: of.isList },
    cells: Uint32Array.from(cells),
    dictionary,
    inline: createInlineValues(
      {
        texts: Uint32Array.from(texts),
        numbers: BigUint64Array.from(numbers),
        lists: Uint32Array.from(lists),
        scratch: new Uint8Array(0),
      },
      Buffer.from(data, 'latin1'),
    ),
  };
}

function toRule(source: string, index: number): CheckedRule {
  const parsed = parseCondition(source);
  if ('error' in parsed) throw new Error(`${source}: ${parsed.error.message}`);
  const text = { text: source, pieces: [] };
  const { resolved } = resolveCondition({ ...parsed, text }, resolveMacros([]));
  if (resolved === undefined) throw new Error(source);
  const { condition, problems } = checkCondition(resolved.expression, catalog);
  if (condition === undefined) throw new Error(`${source}: ${problems[0]?.problem.message}`);
  return {
    name: `rule ${index}`,
    description: '',
    source: 'test',
    priority: 'Debug',
    tags: [],
    condition,
    output: { segments: [], fields: [] },
  };
}

describe(`vectorised evaluation (seed ${SEED})`, () => {
  it.each(['all', 'first'] as const)('matches what the reference matches, %s', (ruleMatching) => {
    const batches = fc.array(fc.array(event, { minLength: 1, maxLength: 70 }), {
      minLength: 1,
      maxLength: 3,
    });
    let screens = 0;
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(condition, { minLength: 1, maxLength: 6 }),
          fc.array(screened, { minLength: 1, maxLength: 6 }),
        ),
        batches,
        (sources, allRows) => {
          const rules = sources.map(toRule);
          const plan = planExtraction(rules);
          if (plan.screen !== undefined) screens += 1;
          let columns: Column[] = [];
          const detector = new Detector(compileRuleset(rules, plan), {
            ruleMatching,
            batchEventsMax: BATCH_EVENTS_MAX,
          });
          const fieldsOfRow: FieldsOfRow = (row) => (request) => {
            const column = columns[plan.conditions.slots.get(requestKey(request)) ?? -1];
            return column && valueAt(column, row);
          };
          const dictionaries = plan.conditions.requests.map(
            (): Dictionary => ({ epoch: 0, entries: [''] }),
          );
          for (const [turn, rows] of allRows.entries()) {
            // Now and then a plugin starts its dictionaries again.
            if (turn === 2)
              for (const one of dictionaries) Object.assign(one, { epoch: 1, entries: [''] });
            columns = plan.conditions.requests.map(({ field: of }, slot) =>
              toColumn(
                of,
                rows.map((row) => row[of.name as keyof typeof row]),
                dictionaries[slot] as Dictionary,
              ),
            );
            const matches = detector.begin(rows.length, fieldsOfRow).finish(columns);
            const expected = expectedMatches(rules, rows, ruleMatching);
            expect(pairs(matches)).toEqual(expected);
            // In two steps, with nothing of the events that the screen leaves out.
            const isFirst = (slot: number): boolean =>
              plan.screen?.has(requestKey(plan.conditions.requests[slot] as FieldRequest)) ?? true;
            const all = columns;
            const pass = detector.begin(rows.length, fieldsOfRow);
            const first = all.map((column, slot) => (isFirst(slot) ? column : undefined));
            const candidates = pass.screen(first) ?? Uint32Array.from(rows.keys());
            columns = all.map((column, slot) =>
              isFirst(slot) ? column : onlyRows(column, new Set(candidates)),
            );
            expect(pairs(pass.finish(columns))).toEqual(expected);
            detector.begin(rows.length, fieldsOfRow);
            expect(() => pass.finish(columns)).toThrow('another batch was begun');
          }
        },
      ),
      { seed: SEED, numRuns: 400 },
    );
    expect(screens).toBeGreaterThan(100);
  });
});

it('every operator and every transformer is compared with the reference', () => {
  const all = fc.sample(check, { seed: SEED, numRuns: 3_000 }).join('\n');
  const missing = [
    ...Object.keys(OPERATORS).filter((name) => !all.includes(` ${name} `)),
    ...[...TRANSFORMERS, ...OWN_TRANSFORMERS].filter((name) => !all.includes(`${name}(`)),
  ];
  expect(missing).toEqual([]);
});

function pairs({ rows, rules }: Matches): number[][] {
  return Array.from(rows, (row, at) => [row, rules[at] ?? -1]);
}

function onlyRows(column: Column, kept: ReadonlySet<number>): Column {
  return { ...column, cells: column.cells.map((cell, row) => (kept.has(row) ? cell : 0)) };
}

function expectedMatches(
  rules: readonly CheckedRule[],
  rows: readonly Record<string, PlainValue | undefined>[],
  ruleMatching: 'first' | 'all',
): number[][] {
  return rows.flatMap((row, at) => {
    const present = Object.entries(row).filter(([, value]) => value !== undefined);
    const plainEvent = new Map(present) as unknown as PlainEvent;
    const held = rules.flatMap((rule, index) => (holds(rule.condition, plainEvent) ? [index] : []));
    return (ruleMatching === 'first' ? held.slice(0, 1) : held).map((rule) => [at, rule]);
  });
}
