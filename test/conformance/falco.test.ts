/*
 * Conditions, outputs and rule sets whose answers a real Falco 0.44.1 gave (engine 0.62.0), on made-up events. What
 * we answer otherwise is listed with its reason in differences.yaml: an entry that no longer differs is an error
 * too, so the list is never longer than the truth.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { FALCO_ANSWERS, FalcoBench, readAnswers } from '../support/falco-answers.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

interface FalcoError {
  readonly code: string;
  readonly message: string;
}

interface ConditionAnswer {
  readonly id: string;
  readonly condition: string;
  readonly valid: boolean;
  readonly error?: FalcoError;
  readonly warnings?: readonly string[];
  readonly matches?: readonly number[];
}

interface OutputAnswer {
  readonly id: string;
  readonly output: string;
  readonly event: number;
  readonly priority: string;
  readonly tags?: readonly string[];
  readonly valid: boolean;
  readonly error?: FalcoError;
  readonly expected?: object;
}

interface LoadAnswer {
  readonly name: string;
  readonly successful: boolean;
  readonly errors: readonly FalcoError[];
  readonly warnings: readonly FalcoError[];
}

interface RulesetAnswer {
  readonly id: string;
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly options?: readonly string[];
  readonly load?: readonly LoadAnswer[];
  readonly start_error?: string;
  readonly valid_exit: number;
  readonly alerts_all?: readonly unknown[];
  readonly alerts_first?: readonly unknown[];
}

const folder = scratchFolder('falco');
let bench: FalcoBench;
beforeAll(async () => {
  bench = await FalcoBench.create(join(folder.path, 'cache'));
});

const ruleText = (
  id: string,
  condition: string,
  output = 'x',
  priority = 'INFO',
  tags?: readonly string[],
): string =>
  `- rule: ${JSON.stringify(id)}\n  desc: d\n  condition: ${JSON.stringify(condition)}\n  output: ${JSON.stringify(output)}\n` +
  `  priority: ${priority}\n  source: aws_cloudtrail\n${tags === undefined ? '' : `  tags: ${JSON.stringify(tags)}\n`}`;

const DIFFERENCES = join(FALCO_ANSWERS, 'differences.yaml');
const HEADER =
  '# What Tiercel answers otherwise than Falco 0.44.1, by case. `open`: to be looked at; everything else is meant so.\n';
type Differences = Record<string, { readonly reason: string; readonly cases: string[] }[]>;

/** Fails for a case that differs and is not listed, and for one that is listed and does not differ. */
function expectDifferences(part: string, differing: readonly string[]): void {
  const all = parse(readFileSync(DIFFERENCES, 'utf8')) as Differences;
  const listed = (all[part] ?? []).flatMap(({ cases }) => cases);
  if (process.env.UPDATE === '1') {
    const added = differing.filter((id) => !listed.includes(id));
    const kept = (all[part] ?? []).map((one) => ({
      ...one,
      cases: one.cases.filter((id) => differing.includes(id)),
    }));
    all[part] = [
      ...kept,
      ...(added.length > 0 ? [{ reason: 'not looked at yet', cases: added }] : []),
    ].filter(({ cases }) => cases.length > 0);
    writeFileSync(DIFFERENCES, HEADER + stringify(all));
    return;
  }
  expect([...differing].sort()).toEqual([...listed].sort());
}

describe('conditions', () => {
  const all = readAnswers<ConditionAnswer>('conditions.jsonl');

  it('that Falco takes match the same events, and are warned of alike', () => {
    const files = all
      .filter(({ valid }) => valid)
      .map(({ id, condition }) => ({ name: id, text: ruleText(id, condition) }));
    const results = files.map((file) => bench.load([file]));
    const rules = results.flatMap((result) => result.rules);
    const found = new Map<string, number[]>();
    for (const { rule, output_fields } of bench.run(rules, 'events.jsonl', 'all')) {
      found.set(rule, [...(found.get(rule) ?? []), Number(output_fields['evt.num'])]);
    }
    const differing = all
      .filter(({ valid }) => valid)
      .filter(({ id, matches, warnings }, index) => {
        const codes = results[index]?.results[0]?.warnings.map(({ code }) => code) ?? [];
        const isAlike = JSON.stringify(found.get(id) ?? []) === JSON.stringify(matches);
        return (
          !isAlike || JSON.stringify(codes.sort()) !== JSON.stringify([...(warnings ?? [])].sort())
        );
      })
      .map(({ id }) => id);
    expectDifferences('conditions', differing);
  });

  it('that Falco refuses are refused with the same code', () => {
    const differing = all
      .filter(({ valid }) => !valid)
      .filter(({ id, condition, error }) => {
        const [result] = bench.load([{ name: id, text: ruleText(id, condition) }]).results;
        return result?.errors[0]?.code !== error?.code;
      })
      .map(({ id }) => id);
    expectDifferences('refused conditions', differing);
  });
});

describe('outputs', () => {
  const all = readAnswers<OutputAnswer>('outputs.jsonl');
  const load = ({
    id,
    event,
    output,
    priority,
    tags,
  }: OutputAnswer): ReturnType<FalcoBench['load']> =>
    bench.load([{ name: id, text: ruleText(id, `evt.num = ${event}`, output, priority, tags) }]);

  it('that Falco takes give the same alerts', () => {
    const valid = all.filter((one) => one.valid);
    const rules = valid.flatMap((one) => load(one).rules);
    const alerts = new Map(
      bench.run(rules, 'events.jsonl', 'all').map((alert) => [alert.rule, alert]),
    );
    const differing = valid
      .filter(({ id, expected }) => {
        const alert = alerts.get(id);
        if (alert === undefined) return true;
        const { output, output_fields, priority, source, tags, time } = alert;
        try {
          expect({ output, output_fields, priority, source, tags, time }).toEqual(expected);
          return false;
        } catch {
          return true;
        }
      })
      .map(({ id }) => id);
    expectDifferences('outputs', differing);
  });

  it('that Falco refuses are refused with the same code', () => {
    const differing = all
      .filter(({ valid }) => !valid)
      .filter((one) => load(one).results[0]?.errors[0]?.code !== one.error?.code)
      .map(({ id }) => id);
    expectDifferences('refused outputs', differing);
  });
});

describe('rule sets', () => {
  const all = readAnswers<RulesetAnswer>('rulesets.jsonl');

  it('load or do not, with the same codes, and give the same alerts', () => {
    const codes = (load: readonly LoadAnswer[]): unknown =>
      load.map(({ successful, errors, warnings }) => [
        successful,
        errors.map(({ code }) => code),
        warnings.map(({ code }) => code).sort(),
      ]);
    const differing = all
      .filter(({ files, options, load, valid_exit, alerts_all, alerts_first, start_error }) => {
        const result = bench.load(files, options);
        const isValid =
          result.results.every(({ successful }) => successful) &&
          result.requirementErrors.length === 0;
        if (isValid !== (valid_exit === 0)) return true;
        if (
          load !== undefined &&
          start_error === undefined &&
          JSON.stringify(codes(result.results)) !== JSON.stringify(codes(load))
        )
          return true;
        if (!isValid) return false;
        return (
          [
            ['all', alerts_all],
            ['first', alerts_first],
          ] as const
        ).some(([matching, wanted]) => {
          const alerts = bench.run(result.rules, 'ruleset-events.jsonl', matching);
          const rows = alerts.map(({ rule, output_fields, priority, tags }) => [
            rule,
            output_fields['evt.num'],
            priority,
            tags,
          ]);
          return wanted !== undefined && JSON.stringify(rows) !== JSON.stringify(wanted);
        });
      })
      .map(({ id }) => id);
    expectDifferences('rule sets', differing);
  });
});
