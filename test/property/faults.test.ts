/*
 * Whatever events make an extractor fail, and however the stream is cut into batches: every rule that does without the
 * plugin gives the alerts it would give alone, the others give theirs for all other events, and the books balance.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SYSTEM_CLOCK } from '../../engine/base/clock.ts';
import { planExtraction, requestsOf } from '../../engine/detect/plan/extraction-plan.ts';
import { createTextDocument } from '../../engine/diagnostic/text-document.ts';
import type { Field } from '../../engine/event/field/field.ts';
import { createFieldCatalog } from '../../engine/event/field/field-catalog.ts';
import { loadRuleset } from '../../engine/language/load/load-ruleset.ts';
import { type EventBatch, PluginFault } from '../../engine/plugin/abi/plugin-instance.ts';
import { FAULT_BUDGET } from '../../engine/run/engine/engine-tuning.ts';
import { beginBatch } from '../../engine/run/evaluate/batch-evaluation.ts';
import { Evaluation } from '../../engine/run/evaluate/evaluation.ts';
import type { EvaluationResult } from '../../engine/run/evaluate/evaluation-result.ts';
import { eventsBetween } from '../../engine/run/evaluate/event-parts.ts';
import { Extractor } from '../../engine/run/evaluate/extractor.ts';
import { type Misdeeds, plainExtractor } from '../support/plain-extractor.ts';

const SEED = 15;
const PLUGINS = ['a', 'b'] as const;

const field = (name: string): Field => ({
  name: `${name}.v`,
  type: 'string',
  isList: false,
  argument: { kind: 'none', required: false },
  description: 'd',
  properties: {},
  provider: { kind: 'plugin', pluginName: name, fieldIndex: 0 },
});
const catalog = createFieldCatalog('plain', PLUGINS.map(field), {});

const RULES = `
- {rule: every, desc: d, condition: evt.num > 0, output: "%evt.num", priority: INFO, source: plain}
- {rule: prints b, desc: d, condition: evt.num > 0, output: "%evt.num %b.v", priority: INFO, source: plain}
- {rule: a is x, desc: d, condition: a.v = x, output: "%evt.num", priority: INFO, source: plain}
- {rule: b is not x, desc: d, condition: not b.v = x, output: "%evt.num", priority: INFO, source: plain}
- {rule: a is b, desc: d, condition: a.v = val(b.v), output: "%evt.num", priority: INFO, source: plain}
`;
const { rules } = loadRuleset({
  documents: [createTextDocument('rules.yaml', RULES)],
  catalogs: new Map([['plain', catalog]]),
  plugins: [],
  options: { minimumPriority: 'Debug', selections: [], appendOutput: [] },
});
const plan = planExtraction(rules);

interface Event {
  readonly a: string;
  readonly b: string;
}

function toBatch(events: readonly Event[]): EventBatch {
  const texts = events.map((event, index) =>
    Buffer.from(JSON.stringify({ id: String(index + 1), ...event })),
  );
  const ends = texts.map((_, index) =>
    texts.slice(0, index + 1).reduce((sum, { length }) => sum + length, 0),
  );
  return {
    data: Buffer.concat(texts),
    spans: Uint32Array.from(ends.flatMap((end, index) => [end - (texts[index]?.length ?? 0), end])),
    times: new BigUint64Array(events.length),
  };
}

function createEvaluation(
  misdeeds: Record<'a' | 'b', Misdeeds>,
  faultsMax: number,
  onStart: (name: string) => void = () => {},
): Evaluation {
  let faults = 0;
  const evaluation = new Evaluation({
    rules,
    plan,
    extractors: PLUGINS.map(
      (name) =>
        new Extractor({
          name,
          requests: requestsOf(plan, name),
          instantiate: () => {
            onStart(name);
            return plainExtractor(name, name, misdeeds[name]);
          },
          guard: (_plan, call) => call(),
          clock: SYSTEM_CLOCK,
          lostTime: FAULT_BUDGET,
        }),
    ),
    ruleMatching: 'all',
    clock: SYSTEM_CLOCK,
    batchEventsMax: 256,
    context: { source: 'plain', pluginName: 'plain', hostname: 'h', staticFields: {} },
    alertFormat: {
      jsonOutput: false,
      jsonIncludeOutputProperty: true,
      jsonIncludeMessageProperty: false,
      jsonIncludeOutputFieldsProperty: true,
      jsonIncludeTagsProperty: true,
      jsonIncludeUuid: false,
      timeFormatIso8601: false,
      hostname: 'h',
    },
    onFault: (_fault, eventCount) => {
      if (eventCount > 1) return 'bisect';
      faults += 1;
      return faults > faultsMax ? 'quarantine' : 'without-plugin';
    },
  });
  evaluation.extractors.start();
  return evaluation;
}

/** The whole stream in batches that end after these events. */
function run(
  evaluation: Evaluation,
  events: readonly Event[],
  cuts: readonly number[],
): EvaluationResult {
  const whole = toBatch(events);
  const ends = [...new Set([...cuts.map((cut) => 1 + (cut % events.length)), events.length])].sort(
    (x, y) => x - y,
  );
  const sum: EvaluationResult = { alerts: [], partial: [], faults: [] };
  let from = 0;
  for (const to of ends) {
    const batch = beginBatch({ firstEventNumber: from + 1, firstTime: 0n });
    const { alerts, partial, faults } = evaluation.evaluate(eventsBetween(whole, from, to), batch);
    sum.alerts.push(...alerts);
    sum.partial.push(...partial);
    sum.faults.push(...faults);
    from = to;
  }
  return sum;
}

const value = fc.constantFrom('x', 'y');
const events = fc.array(fc.record({ a: value, b: value }), { minLength: 1, maxLength: 120 });
const numbers = fc
  .uniqueArray(fc.integer({ min: 1, max: 120 }), { maxLength: 8 })
  .map((list) => new Set(list));
const misdeedsOf = fc.record({ onConditions: numbers, onOutputs: numbers });
const cuts = fc.array(fc.nat(), { maxLength: 6 });
const NEVER = new Set<number>();

/** What an alert says, by the plain meaning of the rules. */
function expectedAlerts(all: readonly Event[], misdeeds: Record<'a' | 'b', Misdeeds>): string[] {
  const line = (rule: string, text: string): string =>
    `${rule}: 00:00:00.000000000: Informational ${text}`;
  return all.flatMap(({ a, b }, index) => {
    const number = index + 1;
    const hasA = !misdeeds.a.onConditions.has(number);
    const hasB = !misdeeds.b.onConditions.has(number);
    const printsB = hasB && !misdeeds.b.onOutputs.has(number);
    return [
      line('every', `${number}`),
      line('prints b', `${number} ${printsB ? b : '<NA>'}`),
      ...(hasA && a === 'x' ? [line('a is x', `${number}`)] : []),
      ...(hasB && b !== 'x' ? [line('b is not x', `${number}`)] : []),
      ...(hasA && hasB && a === b ? [line('a is b', `${number}`)] : []),
    ];
  });
}

describe('extractors that fail', () => {
  it(`harm no rule that does without them, and no other event (seed ${SEED})`, () => {
    fc.assert(
      fc.property(events, misdeedsOf, misdeedsOf, cuts, (all, a, b, where) => {
        const misdeeds = { a: { ...a, onOutputs: NEVER }, b };
        const result = run(createEvaluation(misdeeds, Number.POSITIVE_INFINITY), all, where);
        const found = result.alerts.map(({ rule, line }) => `${rule}: ${line}`);
        expect(found).toEqual(expectedAlerts(all, misdeeds));
        // Each event that a plugin could not take is in the books once, with the rules that need the plugin.
        const guilty = all
          .map((_, index) => index + 1)
          .filter((id) => a.onConditions.has(id) || b.onConditions.has(id));
        expect(result.partial.map(({ firstEventNumber }) => firstEventNumber)).toEqual(guilty);
        for (const { firstEventNumber: id, eventCount, rulesNotEvaluated } of result.partial) {
          const needsA = a.onConditions.has(id) ? ['a is x', 'a is b'] : [];
          const needsB = b.onConditions.has(id) ? ['b is not x', 'a is b'] : [];
          expect(new Set(rulesNotEvaluated)).toEqual(new Set([...needsA, ...needsB]));
          expect(eventCount).toBe(1);
        }
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it(`give the same alerts for every way to cut the stream (seed ${SEED})`, () => {
    fc.assert(
      fc.property(events, misdeedsOf, cuts, cuts, (all, b, one, other) => {
        const misdeeds = { a: { onConditions: NEVER, onOutputs: NEVER }, b };
        const lines = (where: readonly number[]): string[] =>
          run(createEvaluation(misdeeds, Number.POSITIVE_INFINITY), all, where).alerts.map(
            ({ line }) => line,
          );
        expect(lines(one)).toEqual(lines(other));
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  it('are not called any more after too many faults, and the run goes on', () => {
    const all = Array.from({ length: 100 }, () => ({ a: 'x', b: 'y' }));
    const every = new Set(all.map((_, index) => index + 1));
    const misdeeds = {
      a: { onConditions: NEVER, onOutputs: NEVER },
      b: { onConditions: every, onOutputs: NEVER },
    };
    const evaluation = createEvaluation(misdeeds, 3);
    const { alerts, partial, faults } = run(evaluation, all, [9, 49]);
    expect(faults).toHaveLength(4);
    expect([...evaluation.extractors.quarantined]).toEqual(['b']);
    expect(partial.reduce((sum, { eventCount }) => sum + eventCount, 0)).toBe(100);
    expect(alerts.filter(({ rule }) => rule === 'a is x')).toHaveLength(100);
    expect(alerts.filter(({ rule }) => rule === 'every')).toHaveLength(100);
    expect(
      alerts.filter(({ rule }) => rule === 'prints b').every(({ line }) => line.endsWith('<NA>')),
    ).toBe(true);
    expect(alerts.some(({ rule }) => rule === 'b is not x')).toBe(false);
  });

  it('that do not come up again are not called any more', () => {
    const all = Array.from({ length: 4 }, () => ({ a: 'x', b: 'y' }));
    const guilty = { onConditions: new Set([2]), onOutputs: NEVER };
    let starts = 0;
    const evaluation = createEvaluation(
      { a: { onConditions: NEVER, onOutputs: NEVER }, b: guilty },
      Number.POSITIVE_INFINITY,
      (name) => {
        if (name === 'b') starts += 1;
        if (name === 'b' && starts > 1) throw new PluginFault('trap', 'b', 'does not start');
      },
    );
    const { alerts, partial } = run(evaluation, all, []);
    expect(alerts.filter(({ rule }) => rule === 'every')).toHaveLength(4);
    expect(alerts.filter(({ rule }) => rule === 'a is x')).toHaveLength(4);
    expect(partial.reduce((sum, { eventCount }) => sum + eventCount, 0)).toBe(4);
    expect([...evaluation.extractors.quarantined]).toEqual(['b']);
  });
});
