/* `tiercel run --follow`: alerts for lines as they are written, until it is stopped. */

import { appendFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('follow-cli');
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

/** Does one thing after the other: each when the alerts of the one before have come. */
function follow(location: string, steps: readonly (readonly [act: () => void, alert: string])[]) {
  let done = 0;
  let stdout = '';
  const started = performance.now();
  const act = (): void => steps[done]?.[0]();
  return runProgram(['run', 'cloudtrail', location, '--follow', '-r', rules], {
    onStdout: (text, child) => {
      stdout += text;
      const [, alert] = steps[done] ?? [];
      if (alert === undefined || !stdout.includes(alert)) return;
      done += 1;
      if (done === steps.length) child.kill('SIGTERM');
      else act();
    },
    onStart: (child) => {
      act();
      setTimeout(() => child.kill('SIGKILL'), 20_000).unref();
    },
  }).then((result) => ({ ...result, seconds: (performance.now() - started) / 1000 }));
}

describe('a followed folder', () => {
  it('gives an alert for every line once, whatever becomes of its file', async () => {
    const log = folder.write('logs/app.log', record('LoginA'));
    const { stdout, stderr, code } = await follow(join(folder.path, 'logs'), [
      [() => {}, 'LoginA'],
      [() => appendFileSync(log, record('LoginB')), 'LoginB'],
      [() => folder.write('logs/deep/new.log', record('LoginC')), 'LoginC'],
      [
        () => {
          appendFileSync(log, record('LoginD'));
          renameSync(log, `${log}.1`);
          folder.write('logs/app.log', record('LoginE'));
        },
        'LoginE',
      ],
      [() => folder.write('logs/older.json.gz', gzipSync(record('LoginF'))), 'LoginF'],
      [() => appendFileSync(log, `broken\n${record('LoginG')}`), 'LoginG'],
    ]);
    const names = stdout.match(/Login./g);
    expect(names?.toSorted().join(' ')).toBe('LoginA LoginB LoginC LoginD LoginE LoginF LoginG');
    // Of the file it is in, and of its lines there: not of the run that was read.
    expect(stderr).toContain('not read: app.log:2: not JSON');
    expect(stderr).toMatch(/^7 events,/m);
    expect(code).toBe(3);
  });

  it('may be empty at first; whoever stops it has lost nothing', async () => {
    folder.write('empty/x/y', '');
    const log = join(folder.path, 'empty/x/new.jsonl');
    const steps = [
      [() => setTimeout(() => folder.write('empty/x/new.jsonl', record('LoginA')), 300), 'LoginA'],
    ] as const;
    const { stdout, stderr, code } = await follow(join(log, '../..'), steps);
    expect(stdout).toMatch(/ 1 LoginA\n$/);
    expect(stderr).not.toContain('before the end');
    expect(code).toBe(0);
  });
});
