/* What a broken plugin could not take is set aside, and evaluated again when the plugin is mended. */

import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildEngine, loadConfig, type RunSummary } from '../../engine/index.ts';
import { parseDeadLetter, writeDeadLetter } from '../../engine/run/dead-letter/dead-letter.ts';
import { DeadLetterFile } from '../../engine/run/dead-letter/dead-letter-file.ts';
import { buildPlugin, extractorModule, NOTHING_FOUND } from '../support/hostile-module.ts';
import { sampled } from '../support/sampled.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('dead-letters');
const LONG_SIZE = 500;
const event = (name: string, more = ''): string =>
  `{"eventName":"${name}","eventTime":"2026-01-01T00:00:0${name.length}Z"${more}}`;
const LONG = `,"requestParameters":"${'x'.repeat(LONG_SIZE)}"`;
const log = folder.write(
  'events.jsonl',
  [event('A'), event('AA', LONG), event('AAA', LONG), event('B'), event('AAAA', LONG)].join('\n'),
);
const rules = folder.write(
  'rules.yaml',
  ['first|ct.name = AA', 'needs|ct.name startswith A and not bad.value exists', 'last|evt.num > 0']
    .map((row) => row.split('|'))
    .map(
      ([rule, condition]) =>
        `- {rule: ${rule}, desc: d, condition: ${condition}, output: "%evt.num %evt.reltime %ct.name", priority: INFO, source: aws_cloudtrail}`,
    )
    .join('\n'),
);

interface Outcome {
  readonly alerts: readonly string[];
  readonly summary: RunSummary;
  readonly problems: readonly string[];
}

interface Input {
  readonly module: string;
  readonly matching: 'first' | 'all';
  /** Where letters go. */
  readonly letters: string;
  /** Evaluated again. */
  readonly from?: string;
}

async function run({ module, matching, letters, from }: Input): Promise<Outcome> {
  const plugins = [
    { name: 'hostile', library_path: await buildPlugin(folder.path, module) },
    { name: 'cloudtrail', open_params: log },
  ];
  const { value: config, diagnostics: found } = loadConfig({
    configFile: undefined,
    rulesFiles: [rules],
    options: [`plugins=${JSON.stringify(plugins)}`, `rule_matching=${matching}`, 'workers=2'],
    plugin: undefined,
    openParams: undefined,
    deadLettersFrom: from,
  });
  if (config === undefined) throw new Error(found.map(({ message }) => message).join());
  const { engine, diagnostics } = await buildEngine(config, {
    limits: { batchEventsMax: 2_048, batchSizeMax: 1 << 20 },
    times: { callMaxMs: 300, startMaxMs: 20_000 },
  });
  if (engine === undefined) throw new Error(diagnostics.map(({ message }) => message).join());
  const alerts: string[] = [];
  const problems: string[] = [];
  const file = new DeadLetterFile(letters, (message) => problems.push(message));
  const summary = await engine.run({
    deliver: (some) => {
      for (const { rule, line } of some) alerts.push(`${rule} ${line.split('Informational ')[1]}`);
    },
    onDeadLetters: (some) => file.write(some),
    onProblem: ({ line, message }) => problems.push(`${line}: ${message}`),
  });
  return { alerts, summary, problems };
}

const MENDED = extractorModule({ extract: NOTHING_FOUND });
const isLong = `(i32.gt_u (local.get $size) (i32.const ${LONG_SIZE}))`;
const faultyWith = (does: string): string =>
  extractorModule({ extract: `(if ${isLong} (then ${does})) ${NOTHING_FOUND}` });
const BROKEN: readonly (readonly [string, string, string])[] = [
  ['trap', faultyWith('unreachable'), 'trap'],
  ['hang', faultyWith('(loop $forever (br $forever))'), 'deadline'],
  [
    'do not come up',
    extractorModule({ init: 'unreachable', extract: NOTHING_FOUND }),
    'quarantined',
  ],
];

describe.each(['all', 'first'] as const)('with rule_matching: %s, dead letters', (matching) => {
  it.each(sampled(BROKEN, 2))(
    'of plugins that %s give exactly the alerts that were missing',
    async (name, module, kind) => {
      const letters = join(folder.path, `${matching}-${name}.jsonl`);
      const again = join(folder.path, `${matching}-${name}-again.jsonl`);
      const healthy = await run({ module: MENDED, matching, letters: again });
      const broken = await run({ module, matching, letters });
      const lines = readFileSync(letters, 'utf8').trim().split('\n');
      const parsed = lines.map(parseDeadLetter);
      const numbers = kind === 'quarantined' ? [1, 2, 3, 4, 5] : [2, 3, 5];
      expect(parsed.map((letter) => letter?.event)).toEqual(numbers);
      expect(parsed.map((letter) => letter?.rules)).toEqual(numbers.map(() => ['needs']));
      for (const letter of parsed) {
        expect(letter?.faults.map((fault) => fault.plugin)).toEqual(['hostile']);
        expect(letter?.faults.map((fault) => fault.kind)).toEqual([kind]);
      }
      const mended = await run({ module: MENDED, matching, letters: again, from: letters });
      const ofNeeds = healthy.alerts.filter((alert) => alert.startsWith('needs '));
      const given = broken.alerts.filter((alert) => alert.startsWith('needs '));
      expect([...given, ...mended.alerts].toSorted()).toEqual(ofNeeds.toSorted());
      expect(mended.alerts.length).toBeGreaterThan(0);
      expect(mended.summary.events).toBe(numbers.length);
      expect(mended.summary.eventsInPart).toBe(0);
      expect(mended.problems).toEqual([]);
      // Others gave theirs at once; in `first` mode also where `needs` would have come before.
      const others = healthy.alerts.filter((alert) => !alert.startsWith('needs '));
      expect(broken.alerts).toEqual(expect.arrayContaining(others));
    },
    30_000,
  );

  it('that fail again are set aside again, whole', async () => {
    const letters = join(folder.path, `${matching}-twice.jsonl`);
    const again = join(folder.path, `${matching}-twice-again.jsonl`);
    const module = faultyWith('unreachable');
    await run({ module, matching, letters });
    const second = await run({ module, matching, letters: again, from: letters });
    expect(second.alerts).toEqual([]);
    expect(second.summary.eventsInPart).toBe(3);
    expect(readFileSync(again, 'utf8')).toBe(readFileSync(letters, 'utf8'));
  });
});

describe('a file of dead letters', () => {
  it('names the invalid lines and the unknown sources, and continues', async () => {
    const letter = {
      stream: 's',
      source: 'aws_cloudtrail',
      event: 7,
      time: 5n,
      firstTime: 5n,
      faults: [],
      rules: ['last'],
      bytes: Buffer.from(event('A')),
    };
    const other = writeDeadLetter({ ...letter, source: 'okta' });
    const path = folder.write(
      'mixed.jsonl',
      ['{', writeDeadLetter(letter), other, '{"stream":1}', other].join('\n'),
    );
    const letters = join(folder.path, 'mixed-again.jsonl');
    const { alerts, problems, summary } = await run({
      module: MENDED,
      matching: 'all',
      letters,
      from: path,
    });
    expect(alerts).toEqual(['last 7 0 A']);
    expect(problems).toEqual([
      '1: is not a dead letter',
      '4: is not a dead letter',
      '0: 2 events of source `okta`, which no loaded plugin has',
    ]);
    expect(summary.lostProblems).toBe(3);
  });

  const message = { stream: 's', queue: 'sqs://q', id: '1', reason: 'r', body: 'b' };

  it('that cannot be written wait until they can be', async () => {
    const path = join(folder.path, 'later/letters.jsonl');
    const problems: string[] = [];
    const file = new DeadLetterFile(path, (text) => problems.push(text));
    const writing = file.writeMessage(message);
    while (problems.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(problems[0]).toMatch(/^cannot be written: it does not exist; events wait$/);
    mkdirSync(dirname(path));
    expect(await writing).toBe(true);
    expect(file.messagesWritten).toBe(1);
  });

  it('that cannot be written when the run ends are counted, and said once', async () => {
    const problems: string[] = [];
    const file = new DeadLetterFile(folder.path, (text) => problems.push(text));
    file.stopWaiting();
    expect(await file.writeMessage(message)).toBe(false);
    expect(await file.writeMessage(message)).toBe(false);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^cannot be written: it is a folder/);
  });
});
