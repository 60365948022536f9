/*
 * However many workers evaluate, and however the stream is cut into batches: the same alerts in the same order, byte
 * for byte, and the same counts.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { buildEngine, loadConfig, type RunSummary } from '../../engine/index.ts';
import { REPOSITORY } from '../support/run-program.ts';
import { runsOf } from '../support/sampled.ts';

const SEED = 15;
const folder = mkdtempSync(join(tmpdir(), 'tiercel-workers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NAMES = ['GetObject', 'ConsoleLogin', 'AssumeRole', 'PutObject'];
/** Every fifth has no time of its own: it takes that of the event before, whichever batch that is in. */
const log = join(folder, 'events.jsonl');
writeFileSync(
  log,
  Array.from({ length: 3_000 }, (_, index) =>
    JSON.stringify({
      eventName: NAMES[(index * 7) % 4],
      eventSource: 's3.amazonaws.com',
      ...(index % 5 === 0
        ? {}
        : { eventTime: `2026-01-01T00:${String(index % 60).padStart(2, '0')}:00Z` }),
      awsRegion: `r${index % 11}`,
      userIdentity: { type: 'IAMUser', userName: `u${index % 97}` },
      requestParameters: { text: 'x'.repeat((index * 31) % 900) },
    }),
  ).join('\n'),
);
const rules = join(folder, 'rules.yaml');
writeFileSync(
  rules,
  `- rule: login
  desc: d
  condition: ct.name = ConsoleLogin and ct.region != r3
  output: "%evt.num %evt.time %evt.reltime %ct.user %ct.region %json.value[/requestParameters/text]"
  priority: INFO
  source: aws_cloudtrail
- rule: one user
  desc: d
  condition: json.value[/userIdentity/userName] in (u1, u50)
  output: "%evt.num %ct.name %evt.rawtime"
  priority: WARNING
  source: aws_cloudtrail
`,
);

interface Outcome {
  readonly lines: readonly string[];
  readonly summary: RunSummary;
}

async function run(
  location: string,
  workers: number,
  limits?: { batchEventsMax: number; batchSizeMax: number },
): Promise<Outcome> {
  const { value: config } = loadConfig({
    configFile: undefined,
    rulesFiles: [rules],
    options: [`workers=${workers}`, 'rule_matching=all'],
    plugin: 'cloudtrail',
    openParams: location,
  });
  if (config === undefined) throw new Error('no configuration');
  const { engine, diagnostics } = await buildEngine(
    config,
    limits && { limits, times: { callMaxMs: 5_000, startMaxMs: 10_000 } },
  );
  if (engine === undefined) throw new Error(diagnostics.map(({ message }) => message).join());
  const lines: string[] = [];
  const summary = await engine.run({
    deliver: (alerts) => {
      for (const { line } of alerts) lines.push(line);
    },
  });
  return { lines, summary };
}

function counts({ summary }: Outcome): unknown {
  const { elapsedMs, ...rest } = summary;
  return rest;
}

describe('evaluation workers', () => {
  const limits = fc.record({
    batchEventsMax: fc.integer({ min: 1, max: 256 }),
    batchSizeMax: fc.integer({ min: 1, max: 1 << 16 }),
  });

  it(`give the same alerts for any number of them and any batches (seed ${SEED})`, async () => {
    const expected = await run(log, 1);
    expect(expected.lines.length).toBeGreaterThan(700);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(1, 2, 4), limits, async (workers, cuts) => {
        const found = await run(log, workers, cuts);
        expect(found.lines).toEqual(expected.lines);
        expect(counts(found)).toEqual(counts(expected));
      }),
      { seed: SEED, numRuns: runsOf(12) },
    );
  });

  it('give the same alerts for the samples', async () => {
    const samples = join(REPOSITORY, 'rules/samples/AWSLogs');
    const [one, two, four] = await Promise.all([1, 2, 4].map((count) => run(samples, count)));
    expect(two?.lines).toEqual(one?.lines);
    expect(four?.lines).toEqual(one?.lines);
  });
});
