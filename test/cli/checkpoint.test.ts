/* `data_dir`: the next start goes on behind what the outputs had, however the one before ended. */

import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../support/run-program.ts';
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

describe('the next start', () => {
  it('goes on behind the last event: in the same file, and in those that came since', async () => {
    const log = folder.write('logs/a.jsonl', record('LoginA') + record('LoginB'));
    const logs = join(folder.path, 'logs');
    expect(outputsOf((await run(logs, 'one')).stdout)).toEqual(['1 LoginA', '2 LoginB']);
    appendFileSync(log, record('LoginC'));
    folder.write('logs/b.jsonl', record('LoginD'));
    const second = await run(logs, 'one');
    expect(outputsOf(second.stdout)).toEqual(['3 LoginC', '4 LoginD']);
    expect(second.stderr).toContain('stream `cloudtrail` goes on behind event 2');
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
    const args = ['--json', '-o', 'json_include_uuid=true', '-o', 'stdout_output.enabled=false'];
    const toFile = ['-o', 'file_output.enabled=true', '-o', `file_output.filename=${alerts}`];
    let kills = 0;
    for (let isOver = false; !isOver; ) {
      const { code } = await run(log, 'killed', [...args, ...toFile], {
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
    const uuidOf = new Map<string, Set<string>>();
    for (const line of readFileSync(alerts, 'utf8').trim().split('\n')) {
      // What was being written when the process was killed is cut, and a line of its own.
      if (!line.endsWith('}')) continue;
      const { output, uuid } = JSON.parse(line);
      const name = /Login\d+/.exec(output)?.[0] ?? '';
      uuidOf.set(name, (uuidOf.get(name) ?? new Set()).add(uuid));
    }
    expect(uuidOf.size).toBe(count);
    expect([...uuidOf.values()].filter(({ size }) => size !== 1)).toEqual([]);
  });
});

describe('a checkpoint that does not fit', () => {
  const damage: readonly (readonly [string, (text: string) => string, string])[] = [
    ['damaged', (text) => text.slice(0, 40), 'is not a checkpoint'],
    [
      'of another location',
      (text) => text.replace('fit.jsonl', 'other.jsonl'),
      'other.jsonl, and the stream reads',
    ],
    [
      'of another plugin',
      (text) => text.replace('"name": "cloudtrail"', '"name": "okta"'),
      'is of plugin `okta`',
    ],
    [
      'with a position that the plugin does not know',
      (text) => text.replace(/"position": "[^"]*"/, '"position": "AAAA"'),
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

  it('in a place that cannot be written is refused before anything is read', async () => {
    const log = folder.write('place.jsonl', record('LoginA'));
    folder.write('file-not-folder', '');
    const { code, stderr } = await run(log, 'file-not-folder/below');
    expect(stderr).toContain('cannot be used');
    expect(code).toBe(1);
  });
});
