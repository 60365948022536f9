/*
 * Whoever fails, in whatever way, at whatever moment: the run goes on, rules that need nothing of the plugin give their
 * alerts for every event, and what was read is what was evaluated in full and in part.
 */

import { describe, expect, it } from 'vitest';
import { buildEngine, loadConfig, type RunSummary } from '../../engine/index.ts';
import type { CallTimes } from '../../engine/worker/supervised-worker.ts';
import {
  buildPlugin,
  extractorModule,
  NOTHING_FOUND,
  SOURCE_MANIFEST,
  sourceModule,
} from '../support/hostile-module.ts';
import { sampled } from '../support/sampled.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('fault-matrix');
const LONG_SIZE = 500;
const SHORT = '{"eventName":"A","eventTime":"2026-01-01T00:00:00Z"}';
const LONG = SHORT.replace('"A"', `"A","requestParameters":"${'x'.repeat(LONG_SIZE)}"`);
const log = folder.write('events.jsonl', [SHORT, SHORT, LONG, SHORT, SHORT].join('\n'));
const rules = folder.write(
  'rules.yaml',
  [
    'good|ct.name = A|%evt.num',
    'needs|bad.value = x|%evt.num',
    'prints|ct.name = A|%evt.num %bad.value',
  ]
    .map((row) => row.split('|'))
    .map(
      ([rule, condition, output]) =>
        `- {rule: ${rule}, desc: d, condition: ${condition}, output: "${output}", priority: INFO, source: aws_cloudtrail}`,
    )
    .join('\n'),
);
const sourceRules = folder.write(
  'source-rules.yaml',
  `- {rule: good, desc: d, condition: ct.name = A, output: "%evt.num", priority: INFO, source: aws_cloudtrail}
- {rule: other, desc: d, condition: evt.num > 0, output: "%evt.num", priority: INFO, source: hostile}
`,
);

const GROW = `(loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable`;
interface Misdeed {
  readonly kind: string;
  readonly does: string;
  /** Further functions. */
  readonly more: string;
  /** Kind of the fault; empty where there are several that it may be. */
  readonly fault: string;
}

const MISDEEDS: readonly Misdeed[] = [
  { kind: 'trap', does: 'unreachable', more: '', fault: 'trap' },
  { kind: 'deadline', does: '(loop $forever (br $forever))', more: '', fault: 'deadline' },
  { kind: 'memory', does: GROW, more: '', fault: 'trap' },
  { kind: 'stack', does: '(call $again)', more: '(func $again (call $again))', fault: 'trap' },
];
/** An invalid answer; `start` has no answer but that it is up. */
const LIE: Misdeed = {
  kind: 'invalid answer',
  does: '(return (i32.const -4))',
  more: '',
  fault: '',
};

interface Outcome {
  readonly lines: readonly string[];
  readonly summary: RunSummary;
}

/** What does not come back is given up soon; everything else has all the time of a machine that is busy. */
function timesFor({ kind }: Misdeed): CallTimes {
  return kind === 'deadline'
    ? { callMaxMs: 300, startMaxMs: 3_000 }
    : { callMaxMs: 20_000, startMaxMs: 20_000 };
}

async function run(
  rulesFile: string,
  plugins: readonly object[],
  times: CallTimes,
): Promise<Outcome> {
  const { value: config, diagnostics: found } = loadConfig({
    configFile: undefined,
    rulesFiles: [rulesFile],
    options: [`plugins=${JSON.stringify(plugins)}`, 'rule_matching=all', 'workers=2'],
    plugin: undefined,
    openParams: undefined,
  });
  if (config === undefined) throw new Error(found.map(({ message }) => message).join());
  const { engine, diagnostics } = await buildEngine(config, {
    limits: { batchEventsMax: 2_048, batchSizeMax: 1 << 20 },
    times,
  });
  if (engine === undefined) throw new Error(diagnostics.map(({ message }) => message).join());
  const lines: string[] = [];
  const summary = await engine.run({
    deliver: (alerts) => {
      for (const { rule, line } of alerts) lines.push(`${rule} ${line.split('Informational ')[1]}`);
    },
  });
  return { lines, summary };
}

function ofRule({ lines }: Outcome, rule: string): string[] {
  return lines
    .filter((line) => line.startsWith(`${rule} `))
    .map((line) => line.slice(rule.length + 1));
}

function expectBooks({ summary }: Outcome): void {
  expect(summary.eventsInFull + summary.eventsInPart).toBe(summary.events);
}

const ALL = ['1', '2', '3', '4', '5'];
const PLACES = ['start', 'condition fields', 'output fields'] as const;

function casesOf<Place extends string>(place: Place): [string, Place, Misdeed][] {
  const misdeeds = place === 'start' ? MISDEEDS : [...MISDEEDS, LIE];
  return misdeeds.map((misdeed) => [`${place}: ${misdeed.kind}`, place, misdeed]);
}

describe('an extractor', () => {
  const cases = PLACES.flatMap(casesOf);

  it.each(sampled(cases, 4))(
    'that fails at %s',
    async (_name, place, misdeed) => {
      const { does, more, fault } = misdeed;
      const plan = place === 'output fields' ? 1 : 0;
      const isGuilty = `(i32.and (i32.eq (local.get $plan) (i32.const ${plan})) (i32.gt_u (local.get $size) (i32.const ${LONG_SIZE})))`;
      const module =
        place === 'start'
          ? extractorModule({ init: does, extract: NOTHING_FOUND, more })
          : extractorModule({
              extract: `(if ${isGuilty} (then ${does})) ${NOTHING_FOUND}`,
              more,
            });
      const hostile = { name: 'hostile', library_path: await buildPlugin(folder.path, module) };
      const plugins = [hostile, { name: 'cloudtrail', open_params: log }];
      const outcome = await run(rules, plugins, timesFor(misdeed));
      expect(ofRule(outcome, 'good')).toEqual(ALL);
      expect(ofRule(outcome, 'prints')).toEqual(ALL.map((number) => `${number} <NA>`));
      expectBooks(outcome);
      const { summary } = outcome;
      const inPart = { start: 5, 'condition fields': 1, 'output fields': 0 }[place];
      expect(summary.eventsInPart).toBe(inPart);
      expect([...summary.rulesNotEvaluated]).toEqual(inPart === 0 ? [] : [['needs', inPart]]);
      expect(summary.pluginFaults.map(({ plugin }) => plugin)).toContain('hostile');
      if (fault !== '') expect(summary.pluginFaults.map(({ kind }) => kind)).toEqual([fault]);
      expect(summary.quarantined).toEqual(place === 'start' ? ['hostile'] : []);
      expect(summary.failures).toEqual([]);
    },
    30_000,
  );
});

describe('a source', () => {
  const cases = (['start', 'a call'] as const).flatMap(casesOf);

  it.each(sampled(cases, 4))(
    'that fails at %s',
    async (_name, place, misdeed) => {
      const { does, more } = misdeed;
      const module = sourceModule({ [place === 'start' ? 'open' : 'next']: does, more });
      const path = await buildPlugin(folder.path, module, SOURCE_MANIFEST);
      const plugins = [
        { name: 'hostile_source', library_path: path, open_params: '' },
        { name: 'cloudtrail', open_params: log },
      ];
      const outcome = await run(sourceRules, plugins, timesFor(misdeed));
      // The other stream is read as if nothing were.
      expect(ofRule(outcome, 'good')).toEqual(ALL);
      // What the source gave before is evaluated, once, however often it is started again.
      expect(ofRule(outcome, 'other')).toEqual(place === 'start' ? [] : ['1']);
      expectBooks(outcome);
      const { summary } = outcome;
      expect(summary.events).toBe(place === 'start' ? 5 : 6);
      expect(summary.failures).toMatchObject([
        { plugin: 'hostile_source', atStart: place === 'start' },
      ]);
      const counts = summary.pluginFaults.map(({ count }) => count);
      expect(counts).toEqual([place === 'start' ? 1 : 3]);
      expect(summary.eventsInPart).toBe(0);
    },
    30_000,
  );
});
