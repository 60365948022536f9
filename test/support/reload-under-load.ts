/* Rules that are read again and again while events come: each event is evaluated under one set of them, whole. */

import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildEngine, loadConfig } from '../../engine/index.ts';
import type { ScratchFolder } from './scratch-folder.ts';

export interface LoadResult {
  readonly events: number;
  /** By event number, the generations of the rules that gave an alert for it. */
  readonly generations: ReadonlyMap<number, readonly number[]>;
  readonly eventCount: number;
  readonly reloads: number;
}

/** Each generation has two rules, one at the front and one at the back. */
function rulesOf(generation: number): string {
  const rule = (name: string, condition: string): string =>
    `- {rule: ${name} ${generation}, desc: d, condition: '${condition}', output: "%evt.num", priority: INFO, source: aws_cloudtrail}\n`;
  // Every other one needs a further plugin.
  const back = generation % 2 === 0 ? 'evt.num > 0' : 'json.value[/eventName] = A';
  return rule('front', 'ct.name = A') + rule('back', back);
}

export async function reloadUnderLoad(folder: ScratchFolder, reloads: number): Promise<LoadResult> {
  const log = folder.write('load/a.jsonl', '');
  const rules = folder.write('load-rules.yaml', rulesOf(0));
  const { value: config } = loadConfig({
    configFile: undefined,
    rulesFiles: [rules],
    options: ['rule_matching=all', 'follow=true', 'workers=2'],
    plugin: 'cloudtrail',
    openParams: log,
  });
  if (config === undefined) throw new Error('the configuration is not right');
  const { engine } = await buildEngine(config);
  if (engine === undefined) throw new Error('there is no engine');
  const generations = new Map<number, number[]>();
  const abort = new AbortController();
  const run = engine.run({
    signal: abort.signal,
    deliver: (alerts) => {
      for (const { rule, eventNumber } of alerts) {
        const generation = Number(rule.split(' ')[1]);
        const known = generations.get(eventNumber);
        if (known === undefined) generations.set(eventNumber, [generation]);
        else known.push(generation);
      }
    },
  });
  let events = 0;
  let isWriting = true;
  const lines = '{"eventName":"A","eventTime":"2026-01-01T00:00:00Z"}\n'.repeat(200);
  const writer = (async () => {
    while (isWriting) {
      appendFileSync(log, lines);
      events += 200;
      await sleep(2);
    }
  })();
  while (generations.size === 0) await sleep(10);
  let used = 0;
  for (let generation = 1; generation <= reloads; generation++) {
    writeFileSync(rules, rulesOf(generation));
    if ((await engine.reload(config)).isUsed) used += 1;
  }
  isWriting = false;
  await writer;
  for (let waitedMs = 0; generations.size < events && waitedMs < 10_000; waitedMs += 50)
    await sleep(50);
  abort.abort();
  const { events: eventCount } = await run;
  return { events, generations, eventCount, reloads: used };
}
