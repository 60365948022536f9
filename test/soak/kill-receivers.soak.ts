/*
 * The built program under kills, over receivers of each type that are slow and die as well: no alert may be missing.
 * KILLS says how often for each type, SEED when. Prints a table.
 */

import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, it } from 'vitest';
import {
  idsOf,
  KILL_RULE,
  KillTable,
  Pass,
  type Row,
  seededRandom,
  toLine,
} from '../support/kill-pass.ts';
import { HttpReceiver, type Receiver, SyslogReceiver } from '../support/receivers.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const KILLS = Number(process.env.KILLS ?? 100);
const SEED = Number(process.env.SEED ?? 1);
const LIFE_MAX_MS = 2_500;
const scratch = scratchFolder('kill-receivers');
const rules = scratch.write('rules.yaml', KILL_RULE);
const table = new KillTable();
afterAll(() => console.log(table.toString()));

interface Target {
  /** The output's part of the configuration. */
  readonly output: object;
  /** JSON alerts, one a line, that arrived so far. */
  readonly arrived: () => readonly string[];
  /** Dies now and then; `undefined`: it does by itself. */
  readonly receiver: Receiver | undefined;
}

type MakeTarget = (folder: string, random: (below: number) => number) => Promise<Target>;

function slowHttp(batch: object): MakeTarget {
  return async (_, random) => {
    const receiver = new HttpReceiver();
    receiver.answer = (body, respond) => {
      const bodies = body.startsWith('[') ? JSON.parse(body).map(JSON.stringify) : [body];
      receiver.lines.push(...bodies.join('\n').split('\n').filter(Boolean));
      // Now and then it takes long.
      if (random(10) === 0) setTimeout(() => respond.end('ok'), 50 + random(100));
      else respond.end('ok');
      return true;
    };
    await receiver.start();
    const output = { type: 'http', url: `http://127.0.0.1:${receiver.port}/`, ...batch };
    return { output, arrived: () => receiver.lines, receiver };
  };
}

async function syslog(): Promise<Target> {
  const receiver = new SyslogReceiver();
  await receiver.start();
  const output = { type: 'syslog', address: `tcp://127.0.0.1:${receiver.port}` };
  return {
    output,
    arrived: () => receiver.lines.map((line) => line.slice(line.indexOf('{'))),
    receiver,
  };
}

/** `script`: what the program does, with the file of the lines that it took. */
function program(mode: object, script: (got: string) => string): MakeTarget {
  return async (folder) => {
    const got = join(folder, 'got.jsonl');
    writeFileSync(got, '');
    const output = { type: 'program', program: script(got), ...mode };
    const arrived = (): string[] => readFileSync(got, 'utf8').split('\n').filter(Boolean);
    return { output, arrived, receiver: undefined };
  };
}

const SLOW_READER = (got: string): string =>
  `while read -r line; do echo "$line" >> ${got}; sleep 0.002; done`;
/** It takes more than its pipe holds, else nobody could know that it gets on. */
const DYING_READER = (got: string): string =>
  `n=0; while read -r line; do n=$((n+1)); [ $n = 1500 ] && kill -9 $$; echo "$line" >> ${got}; done`;

const targets: Record<string, MakeTarget> = {
  'HTTP, one alert a request': slowHttp({}),
  'HTTP, arrays of 50': slowHttp({ batch_size: 50, batch_format: 'array' }),
  'syslog over TCP': syslog,
  'a program that is slow, kept': program({ keep_alive: true }, SLOW_READER),
  'a program that dies, kept': program({ keep_alive: true }, DYING_READER),
  'a program for each, which fails': program(
    { retry: { max_tries: 0, min_pause: 5, max_pause: 20 } },
    (got) => `read -r line; [ $(($$ % 5)) = 0 ] && exit 1; echo "$line" >> ${got}`,
  ),
  'a file': async (folder) => {
    const filename = join(folder, 'got.jsonl');
    writeFileSync(filename, '');
    const arrived = (): string[] => readFileSync(filename, 'utf8').split('\n').filter(Boolean);
    return { output: { type: 'file', filename }, arrived, receiver: undefined };
  },
};

describe(`killed again and again (seed ${SEED}), over`, () => {
  it.each(Object.keys(targets))('%s', async (what) => {
    const random = seededRandom(SEED);
    const row = table.add(what);
    const folder = join(scratch.path, what.replace(/\W/g, '-'));
    mkdirSync(join(folder, 'logs'), { recursive: true });
    const target = await targets[what]?.(folder, random);
    if (target === undefined) return;
    const log = join(folder, 'logs/a.log');
    writeFileSync(log, '');
    const stream = { name: 'a', plugin: 'cloudtrail', open_params: join(folder, 'logs') };
    const config = {
      file_output: { enabled: false },
      outputs: [{ name: 'out', retry: { max_pause: 300 }, ...target.output }],
    };
    const streams = [{ ...stream, follow: true }];
    const one = new Pass({ folder, rules, streams, random, lifeMaxMs: LIFE_MAX_MS, config });
    let [lines, isOver] = [0, false];
    const life = live(target.receiver, random, () => isOver);
    const writer = (async () => {
      while (row.kills < KILLS) {
        const count = 1 + random(100);
        const text = Array.from(
          { length: count },
          (_, index) => `${toLine('l', lines + index + 1)}\n`,
        );
        appendFileSync(log, text.join(''));
        lines += count;
        await sleep(random(60));
      }
    })();
    let lookedMs = 0;
    const isDone = (): boolean => {
      if (row.kills < KILLS || performance.now() - lookedMs < 1_000) return false;
      lookedMs = performance.now();
      return seenIn(target.arrived()).size >= idsOf('l', lines).length;
    };
    while ((await one.run(row.kills < KILLS, isDone)) === undefined) row.kills += 1;
    await writer;
    // What was written since it looked last.
    await one.run(false, isDone);
    isOver = true;
    await life;
    count(row, seenIn(target.arrived()), idsOf('l', lines));
    if (row.missing > 0 || row.otherUuid > 0) throw new Error(JSON.stringify(row));
  });
});

async function live(
  receiver: Receiver | undefined,
  random: (below: number) => number,
  isOver: () => boolean,
): Promise<void> {
  while (receiver !== undefined && !isOver()) {
    await sleep(1_000 + random(4_000));
    await receiver.kill();
    await sleep(random(1_500));
    await receiver.start();
  }
}

type Seen = Map<string, { count: number; uuids: Set<string> }>;

function seenIn(lines: readonly string[]): Seen {
  const seen: Seen = new Map();
  for (const line of lines) {
    // What was cut when somebody was killed.
    if (!line.startsWith('{') || !line.endsWith('}')) continue;
    const { output, uuid } = JSON.parse(line);
    const id = output.slice(output.lastIndexOf(' ') + 1);
    const known = seen.get(id) ?? { count: 0, uuids: new Set() };
    seen.set(id, { count: known.count + 1, uuids: known.uuids.add(uuid) });
  }
  return seen;
}

function count(row: Row, seen: Seen, wanted: readonly string[]): void {
  row.alerts = wanted.length;
  row.missing = wanted.filter((id) => !seen.has(id)).length;
  row.repeated = [...seen.values()].reduce((sum, one) => sum + one.count - 1, 0);
  row.otherUuid = [...seen.values()].filter(({ uuids }) => uuids.size > 1).length;
}
