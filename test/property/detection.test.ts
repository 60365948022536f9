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
import { createFieldCatalog } from '../../engine/event/field/field-catalog.ts';
import { checkCondition } from '../../engine/language/check/check-condition.ts';
import type { CheckedRule } from '../../engine/language/check/checked-rule.ts';
import { OPERATORS } from '../../engine/language/match/operators.ts';
import { resolveCondition, resolveMacros } from '../../engine/language/rules/resolve-macros.ts';
import { TRANSFORMERS } from '../../engine/language/syntax/operators.ts';
import { parseCondition } from '../../engine/language/syntax/parser.ts';
import { holds, type PlainEvent, type PlainValue } from '../support/reference-evaluator.ts';

const SEED = 20260314;
const BATCH_EVENTS_MAX = 128;

function field(name: string, fieldIndex: number, more: Partial<Field> = {}): Field {
  return {
    name,
    type: 'string',
    isList: false,
    argument: { kind: 'none', required: false },
    description: '',
    properties: {},
    provider: { kind: 'plugin', pluginName: 'p', fieldIndex },
    ...more,
  };
}

const FIELDS = [
  field('t.a', 0),
  field('t.b', 1),
  field('t.e', 2, { properties: { equalsEmptyWhenAbsent: true } }),
  field('t.n', 3, { type: 'uint64' }),
  field('t.l', 4, { isList: true }),
  field('t.bool', 5, { type: 'bool' }),
  field('t.ip', 6, { type: 'ipaddr' }),
  field('t.net', 7, { type: 'ipnet' }),
  field('t.path', 8),
  field('t.args', 9, { isList: true }),
];
const catalog = createFieldCatalog('test', FIELDS, {});

const word = fc.constantFrom('x', 'y', 'zz', 'X', 'xy');
const check = fc.oneof(
  fc
    .tuple(fc.constantFrom('t.a', 't.b', 't.e'), fc.constantFrom('=', '!='), word)
    .map((parts) => parts.join(' ')),
  fc.constantFrom('t.e = ""', 't.e != ""', 't.e in ("", x)', 't.a = val(t.b)', 't.a != val(t.b)'),
  fc
    .tuple(fc.constantFrom('t.a', 't.b'), fc.constantFrom('contains', 'startswith'), word)
    .map((parts) => parts.join(' ')),
  fc
    .tuple(
      fc.constantFrom('t.a in', 't.l in', 't.l intersects', 'tolower(t.b) in'),
      fc.array(word, { maxLength: 3 }),
    )
    .map(([head, words]) => `${head} (${words.join(', ')})`),
  fc.constantFrom(
    't.a exists',
    't.e exists',
    't.l exists',
    'tolower(t.a) exists',
    'len(t.b) = 2',
    'tolower(t.a) != x',
  ),
  fc
    .tuple(fc.constantFrom('<', '=', '!='), fc.integer({ min: 0, max: 5 }))
    .map(([op, n]) => `t.n ${op} ${n}`),
  // One row for each operator and transformer that there is: see the test of that below.
  fc
    .tuple(
      fc.constantFrom('t.a', 't.b', 'tolower(t.a)'),
      fc.constantFrom('contains', 'icontains', 'startswith', 'endswith'),
      fc.constantFrom('', 'oneof', 'anyof', 'allof'),
      fc.array(word, { minLength: 1, maxLength: 3 }),
    )
    .map(([left, op, modifier, [first, ...rest]]) =>
      modifier === ''
        ? `${left} ${op} ${first}`
        : `${left} ${op} ${modifier} (${[first, ...rest].join(', ')})`,
    ),
  fc
    .tuple(
      fc.constantFrom('t.a', 't.path'),
      fc.constantFrom('glob', 'iglob'),
      fc.constantFrom("'x*'", "'?'", "'[xy]*'", "'*'", "'*Y?'", "'/e*/x'", "''"),
    )
    .map((parts) => parts.join(' ')),
  fc
    .constantFrom("'^x'", "'y+$'", "'.z'", "'^(x|y)*$'", "'x.*x'", "'.*y.*'")
    .map((pattern) => `t.a regex ${pattern}`),
  fc
    .constantFrom('(/etc)', '(/etc/x, /v)', "('/e*/x')", '(/)', '(x)')
    .map((paths) => `t.path pmatch ${paths}`),
  fc
    .tuple(
      fc.constantFrom('t.a', 'toupper(t.b)'),
      fc.constantFrom('=', '!=', '<', '<=', '>', '>=', 'contains', 'icontains', 'startswith'),
    )
    .map(([left, op]) => `${left} ${op} val(t.b)`),
  fc.constantFrom(
    't.a endswith val(t.b)',
    't.a glob val(t.b)',
    't.a iglob val(t.b)',
    't.a in val(t.l)',
    't.l intersects val(t.args)',
    't.l in val(t.l)',
    't.n <= 3',
    't.n >= 2',
    't.n > 4',
    't.n in (1, 2)',
    't.bool = true',
    't.bool != true',
    't.ip = 127.0.0.1',
    't.ip in (127.0.0.1, "::1")',
    't.ip != 10.0.0.1',
    't.net = 10.0.0.0/8',
    't.net != 10.0.0.0/8',
    'toupper(t.a) = X',
    'b64(t.b) exists',
    'b64(t.path) = x',
    'basename(t.path) = x',
    'basename(t.path) in (x, y)',
    'len(t.l) = 2',
    "concat(t.a, '-', t.b) = 'x-y'",
    "join('/', t.l) = 'x/y'",
    "join('', (t.a, t.b)) = xy",
    'concat(t.a, t.b) = val(t.a)',
    'getopt(t.args, "ab:") intersects (a)',
    'getopt(t.args, "ab:")[b] = x',
    'getopt(t.args, "ab:") exists',
  ),
);
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small' },
    check,
    tie('condition').map((inner) => `not (${inner})`),
    fc
      .tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition'))
      .map(([a, op, b]) => `((${a}) ${op} (${b}))`),
  ),
}));

/** Rules as people write them: something that few events have, and more. Most sets of these have a screen. */
const screened = fc
  .tuple(fc.constantFrom('t.a = x', 't.a in (x, zz)', 't.b startswith x or t.a = y'), condition)
  .map(([first, more]) => `(${first}) and (${more})`);

const text = fc.option(fc.constantFrom('', 'x', 'y', 'zz', 'X', 'xyx'), { nil: undefined });
const event = fc.record({
  't.a': text,
  't.b': text,
  't.e': text,
  't.n': fc.option(fc.bigInt({ min: 0n, max: 5n }), { nil: undefined }),
  't.l': fc.option(fc.array(fc.constantFrom('x', 'y', 'zz'), { minLength: 1, maxLength: 3 }), {
    nil: undefined,
  }),
  't.bool': fc.constantFrom(0n, 1n, undefined),
  't.ip': fc.constantFrom('\x7f\0\0\x01', '\x0a\0\0\x01', `${'\0'.repeat(15)}\x01`, undefined),
  't.net': fc.constantFrom('\x0a\0\0\0\x08', '\x0a\0\0\0\x10', undefined),
  't.path': fc.constantFrom('/etc/x', '/etc', '/v/y', 'x', '', 'eA==', 'eA=', undefined),
  't.args': fc.option(
    fc.array(fc.constantFrom('-a', '-b', 'x', '-c', 'y'), { minLength: 1, maxLength: 4 }),
    { nil: undefined },
  ),
});

/** Plain values as the cells a plugin could answer: strings interned or inline, by turns. */
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
  const text = { text: source, origins: [], documentName: '' };
  const resolved = resolveCondition({ ...parsed, text }, resolveMacros([]));
  if ('kind' in resolved) throw new Error(`${source}: ${resolved.name}`);
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
    ...TRANSFORMERS.filter((name) => !all.includes(`${name}(`)),
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
