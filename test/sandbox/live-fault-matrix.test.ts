/* Live streams side by side: whoever fails in one of them, the other one gives every alert, in order, as events come. */

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { buildEngine, loadConfig, type RunSummary } from '../../engine/index.ts';
import {
  buildPlugin,
  extractorModule,
  NOTHING_FOUND,
  SOURCE_MANIFEST,
  sourceModule,
} from '../support/hostile-module.ts';
import { sampled } from '../support/sampled.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('live-fault-matrix');
const EVENTS = 12;
const LONG_SIZE = 500;
const event = (stream: string, number: number, size = 0): string =>
  `{"eventName":"${stream}","eventID":"${number}","eventTime":"2026-01-01T00:00:00Z","requestParameters":"${'x'.repeat(size)}"}\n`;
const writeRules = (name: string, rows: readonly string[]): string =>
  folder.write(
    name,
    rows
      .map((row) => row.split('|'))
      .map(
        ([rule, condition, output, source]) =>
          `- {rule: ${rule}, desc: d, condition: ${condition}, output: "${output}", priority: INFO, source: ${source}}`,
      )
      .join('\n'),
  );
const GOOD = 'good|ct.name = good|%evt.num %ct.id|aws_cloudtrail';
const sourceRules = writeRules('source-rules.yaml', [GOOD, 'other|evt.num > 0|%evt.num|hostile']);
const extractorRules = writeRules('extractor-rules.yaml', [
  GOOD,
  'needs|bad.value = x|%evt.num|aws_cloudtrail',
  'prints|ct.name = good|%evt.num %bad.value|aws_cloudtrail',
]);
const ofGood = Array.from({ length: EVENTS }, (_, index) => `good ${index + 1} ${index + 1}`);

interface Outcome {
  readonly alerts: readonly string[];
  readonly summary: RunSummary;
}

/** Writes to `good.log` one event at a time, to the other log as well, and waits for each alert. */
async function runLive(
  name: string,
  rules: string,
  plugins: readonly object[],
  bad: object,
): Promise<Outcome> {
  const logs = join(folder.path, name);
  const good = folder.write(`${name}/good.log`, '');
  const noisy = folder.write(`${name}/noisy/a.log`, '');
  const streams = [
    { plugin: 'cloudtrail', open_params: join(logs, 'noisy'), ...bad },
    { name: 'good', plugin: 'cloudtrail', open_params: good },
  ];
  const { value: config, diagnostics: found } = loadConfig({
    configFile: undefined,
    rulesFiles: [rules],
    options: [
      `plugins=${JSON.stringify(plugins)}`,
      `streams=${JSON.stringify(streams)}`,
      ...['follow=true', 'rule_matching=all', 'workers=2'],
    ],
    plugin: undefined,
    openParams: undefined,
  });
  if (config === undefined) throw new Error(found.map(({ message }) => message).join());
  const { engine, diagnostics } = await buildEngine(config, {
    limits: { batchEventsMax: 2_048, batchSizeMax: 1 << 20 },
    // Longer than a sound source is kept waiting where all of these run at once.
    times: { callMaxMs: 500, startMaxMs: 20_000 },
  });
  if (engine === undefined) throw new Error(diagnostics.map(({ message }) => message).join());
  const alerts: string[] = [];
  const abort = new AbortController();
  let faults = 0;
  const run = engine.run({
    signal: abort.signal,
    onFault: () => {
      faults += 1;
    },
    deliver: (some) => {
      for (const { rule, line } of some) alerts.push(`${rule} ${line.split('Informational ')[1]}`);
    },
  });
  for (let number = 1; number <= EVENTS; number++) {
    appendFileSync(noisy, event('noisy', number, LONG_SIZE));
    appendFileSync(good, event('good', number));
    const wanted = `good ${number} ${number}`;
    for (let waitedMs = 0; !alerts.includes(wanted) && waitedMs < 10_000; waitedMs += 5)
      await sleep(5);
  }
  // It is another stream: on a busy machine it may not have begun when this one is read.
  for (let waitedMs = 0; faults === 0 && waitedMs < 10_000; waitedMs += 5) await sleep(5);
  abort.abort();
  return { alerts, summary: await run };
}

function expectUnharmed({ alerts, summary }: Outcome): void {
  expect(alerts.filter((alert) => alert.startsWith('good '))).toEqual(ofGood);
  const good = summary.streams.find(({ name }) => name === 'good');
  expect(good).toMatchObject({ events: EVENTS, sourceFaults: 0, lostProblems: 0, stopped: 'end' });
  expect(summary.eventsInFull + summary.eventsInPart + summary.eventsUndelivered).toBe(
    summary.events,
  );
}

const MISDEEDS: readonly (readonly [string, string, string])[] = [
  ['traps', 'unreachable', ''],
  ['hangs', '(loop $forever (br $forever))', ''],
  [
    'eats memory',
    '(loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable',
    '',
  ],
  ['eats the stack', '(call $again)', '(func $again (call $again))'],
  ['lies', '(return (i32.const -4))', ''],
];

describe('beside a live stream whose source', () => {
  const places = ['open', 'next', 'acknowledge'] as const;
  const cases = places.flatMap((place) =>
    MISDEEDS.filter(([what]) => place === 'next' || what !== 'lies').map(
      ([what, does, more]) => [`${what} in ${place}`, place, does, more] as const,
    ),
  );
  it.concurrent.each(sampled(cases, 12))(
    '%s',
    async (name, place, does, more) => {
      const manifest = {
        ...SOURCE_MANIFEST,
        source: { ...SOURCE_MANIFEST.source, openParams: 'location' },
      };
      // Where `next` is right the source says that it has nothing for now.
      const idle = `(i32.store (i32.const 1028) (i32.const 1)) (i32.store (i32.const 1032) (i32.const 50))
      (return (i32.const 1024))`;
      const module = sourceModule({ next: idle, [place]: does, more });
      const library = await buildPlugin(folder.path, module, manifest);
      const outcome = await runLive(
        name.replaceAll(' ', '-'),
        sourceRules,
        [{ name: 'hostile_source', library_path: library }, { name: 'cloudtrail' }],
        { name: 'bad', plugin: 'hostile_source' },
      );
      expectUnharmed(outcome);
      const bad = outcome.summary.streams.find((one) => one.name === 'bad');
      if (place === 'open') expect(outcome.summary.failures).toMatchObject([{ atStart: true }]);
      else expect(bad?.sourceFaults).toBeGreaterThan(0);
    },
    60_000,
  );
});

describe('beside a live stream with events that an extractor', () => {
  const cases = (['condition', 'output'] as const).flatMap((fields) =>
    MISDEEDS.map(
      ([what, does, more]) => [`${what} at, for ${fields} fields`, fields, does, more] as const,
    ),
  );
  it.concurrent.each(sampled(cases, 12))(
    '%s',
    async (name, fields, does, more) => {
      const plan = fields === 'output' ? 1 : 0;
      const isGuilty = `(i32.and (i32.eq (local.get $plan) (i32.const ${plan})) (i32.gt_u (local.get $size) (i32.const ${LONG_SIZE})))`;
      const module = extractorModule({
        extract: `(if ${isGuilty} (then ${does})) ${NOTHING_FOUND}`,
        more,
      });
      const hostile = { name: 'hostile', library_path: await buildPlugin(folder.path, module) };
      const outcome = await runLive(
        name.replaceAll(/\W+/g, '-'),
        extractorRules,
        [hostile, { name: 'cloudtrail' }],
        { name: 'noisy' },
      );
      expectUnharmed(outcome);
      const printed = outcome.alerts.filter((alert) => alert.startsWith('prints '));
      expect(printed).toEqual(ofGood.map((_, index) => `prints ${index + 1} <NA>`));
      if (fields === 'condition') expect(outcome.summary.eventsInPart).toBeGreaterThan(0);
    },
    60_000,
  );
});
