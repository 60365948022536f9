/* `data_dir`: the next start resumes after the events that the outputs had, however the last run ended. */

import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ROTATIONS, RotatingLog } from '../support/rotating-log.ts';
import { runProgram } from '../support/run-program.ts';
import { IS_WHOLE } from '../support/sampled.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('checkpoint-cli');
const rules = folder.write(
  'rules.yaml',
  `- rule: login
  desc: d
  condition: ct.name startswith Login
  output: "%evt.num %ct.name"
  priority: INFO
  source: aws_cloudtrail
`,
);
const UP_AFTER_MS = 1_500;
const record = (name: string): string =>
  `{"eventName":"${name}","eventTime":"2026-01-01T00:00:00Z"}\n`;

const run = (
  location: string,
  data: string,
  args: readonly string[] = [],
  more: Parameters<typeof runProgram>[1] = {},
) =>
  runProgram(
    [
      'run',
      'cloudtrail',
      location,
      '-r',
      rules,
      '-o',
      `data_dir=${join(folder.path, data)}`,
      ...args,
    ],
    more,
  );
const checkpointOf = (data: string): string =>
  join(folder.path, data, 'checkpoints/cloudtrail.json');
const outputsOf = (stdout: string): string[] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/^.*Informational /, ''));

const toFile = (alerts: string): string[] =>
  [
    '--json',
    ...['json_include_uuid=true', 'stdout_output.enabled=false'],
    ...['file_output.enabled=true', `file_output.filename=${alerts}`],
  ].flatMap((one) => (one.startsWith('--') ? [one] : ['-o', one]));

/** The alert ids for the name of each record. */
function uuidsIn(alerts: string): Map<string, Set<string>> {
  const uuidOf = new Map<string, Set<string>>();
  for (const line of readFileSync(alerts, 'utf8').trim().split('\n')) {
    // What was being written when the process was killed is cut, and a line of its own.
    if (!line.endsWith('}')) continue;
    const { output, uuid } = JSON.parse(line);
    const name = /Login\d+/.exec(output)?.[0] ?? '';
    uuidOf.set(name, (uuidOf.get(name) ?? new Set()).add(uuid));
  }
  return uuidOf;
}

describe('the next start', () => {
  it('resumes after the last event: in the same file, and in files that came since', async () => {
    const log = folder.write('logs/a.jsonl', record('LoginA') + record('LoginB'));
    const logs = join(folder.path, 'logs');
    expect(outputsOf((await run(logs, 'one')).stdout)).toEqual(['1 LoginA', '2 LoginB']);
    appendFileSync(log, record('LoginC'));
    folder.write('logs/b.jsonl', record('LoginD'));
    const second = await run(logs, 'one');
    expect(outputsOf(second.stdout)).toEqual(['3 LoginC', '4 LoginD']);
    expect(second.stderr).toContain('stream `cloudtrail` resumes after event 2');
    expect(second.stderr).toMatch(/^2 events,/m);
    const third = await run(logs, 'one');
    expect(third.stdout).toBe('');
    expect(third.code).toBe(0);
    const again = await run(logs, 'one', ['--from-start']);
    expect(outputsOf(again.stdout)).toHaveLength(4);
  });

  it('misses no alert after the process was killed, and repeats only what has the same uuid', async () => {
    const count = 60_000;
    const lines = Array.from({ length: count }, (_, index) => record(`Login${index}`));
    const log = folder.write('killed/a.jsonl', lines.join(''));
    const alerts = join(folder.path, 'alerts.jsonl');
    writeFileSync(alerts, '');
    let kills = 0;
    for (let isOver = false; !isOver; ) {
      const { code } = await run(log, 'killed', toFile(alerts), {
        onStart: (child) => {
          if (kills === 3) return;
          // In the middle of it, wherever that is.
          const before = readFileSync(alerts).length;
          const timer = setInterval(() => {
            if (readFileSync(alerts).length <= before + 100_000 * (kills + 1)) return;
            clearInterval(timer);
            kills += 1;
            child.kill('SIGKILL');
          }, 5);
          child.once('exit', () => clearInterval(timer));
        },
      });
      isOver = code === 0;
    }
    const uuidOf = uuidsIn(alerts);
    expect(uuidOf.size).toBe(count);
    expect([...uuidOf.values()].filter(({ size }) => size !== 1)).toEqual([]);
  });
});

const SEED = 4;
describe.each(['folder', 'file'])('a followed %s', (kind) => {
  it.runIf(IS_WHOLE)(
    `resumes after the process was killed, through rotation (seed ${SEED})`,
    {
      timeout: 90_000,
    },
    async () => {
      const place = join(folder.write(`followed-${kind}/app.log.old`, ''), '..');
      // What is removed while nobody has it open nobody can read.
      const log = new RotatingLog(place, 1_000);
      const alerts = join(folder.path, `followed-${kind}.jsonl`);
      writeFileSync(alerts, '');
      let state = SEED;
      const random = (below: number): number => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
        return (state >> 8) % below;
      };
      const write = (count: number): void =>
        log.write(count, (number) => record(`Login${number}`).trim());
      const sizeOfAlerts = (): number => statSync(alerts).size;
      write(1);
      let isOver = false;
      let hasEnded = false;
      const writer = (async () => {
        while (sizeOfAlerts() === 0) await sleep(10);
        for (let round = 0; round < 500; round++) {
          write(1 + random(60));
          await sleep(random(30));
          if (round % 25 === 24) log.rotate(ROTATIONS[random(ROTATIONS.length)] ?? 'rename');
        }
        while (uuidsIn(alerts).size < log.lines && !hasEnded) await sleep(100);
        isOver = true;
      })();
      let code: number | undefined;
      for (let kills = 0; code === undefined && kills < 6; kills++) {
        const location = kind === 'folder' ? place : log.path;
        ({ code } = await run(location, `state-of-${kind}`, ['--follow', ...toFile(alerts)], {
          onStart: (child) => {
            const before = sizeOfAlerts();
            // Before its first checkpoint, or after some.
            const lifeMs = random(3_000);
            const startedMs = performance.now();
            const timer = setInterval(() => {
              const isTime = performance.now() > startedMs + lifeMs && sizeOfAlerts() > before;
              // A signal that comes before the program takes it ends it like any other.
              if (isOver && performance.now() < startedMs + UP_AFTER_MS) return;
              if (isOver) child.kill('SIGTERM');
              else if (kills < 4 && isTime) child.kill('SIGKILL');
              else return;
              clearInterval(timer);
            }, 5);
          },
        }));
      }
      hasEnded = true;
      await writer;
      expect(code).toBe(0);
      const uuidOf = uuidsIn(alerts);
      expect(uuidOf.size).toBe(log.lines);
      expect([...uuidOf.values()].filter(({ size }) => size !== 1)).toEqual([]);
    },
  );
});

const withoutChecksum = (text: string): string => text.replace(/,"crc32":"\w+"/, '');

describe('a checkpoint that does not fit', () => {
  const damage: readonly (readonly [string, (text: string) => string, string])[] = [
    ['damaged', (text) => text.slice(0, 40), 'is not a checkpoint'],
    ['changed', (text) => text.replace('"events":1', '"events":2'), 'is not a checkpoint'],
    [
      'of another location',
      (text) => withoutChecksum(text).replace('fit.jsonl', 'other.jsonl'),
      'other.jsonl, and the stream reads',
    ],
    [
      'of another plugin',
      (text) => withoutChecksum(text).replace('"name":"cloudtrail"', '"name":"okta"'),
      'is of plugin `okta`',
    ],
    [
      'with a position that the plugin does not know',
      (text) => withoutChecksum(text).replace(/"position":"[^"]*"/, '"position":"AAAA"'),
      'not a position of this plugin',
    ],
  ];
  it.each(damage)('is refused with a choice: %s', async (_what, change, said) => {
    const log = folder.write('fit.jsonl', record('LoginA'));
    await run(log, 'fit');
    const path = checkpointOf('fit');
    writeFileSync(path, change(readFileSync(path, 'utf8')));
    const { code, stdout, stderr } = await run(log, 'fit');
    expect(stderr).toContain(said);
    expect(stderr).toContain('--from-start');
    expect(stdout).toBe('');
    expect(code).toBe(1);
    const chosen = await run(log, 'fit', ['--from-start']);
    expect(outputsOf(chosen.stdout)).toEqual(['1 LoginA']);
    expect((await run(log, 'fit')).code).toBe(0);
  });

  it('of a stream that was not followed, and is now, is refused with a choice', async () => {
    const log = folder.write('kind.jsonl', record('LoginA'));
    await run(log, 'kind');
    const { code, stderr } = await run(log, 'kind', ['--follow']);
    expect(stderr).toContain('was read to its end, and is followed now');
    expect(stderr).toContain('--from-start');
    expect(code).toBe(1);
  });

  it('in a place that cannot be written is refused before anything is read', async () => {
    const log = folder.write('place.jsonl', record('LoginA'));
    folder.write('file-not-folder', '');
    const { code, stderr } = await run(log, 'file-not-folder/below');
    expect(stderr).toContain('cannot be used');
    expect(code).toBe(1);
  });
});
