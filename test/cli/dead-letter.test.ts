/* `dead_letter_file` and `--from-dead-letter`, as an operator uses them. */

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildPlugin, extractorModule, NOTHING_FOUND } from '../support/hostile-module.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('dead-letter-cli');
const event = (name: string): string =>
  `{"eventName":"${name}","eventTime":"2026-01-01T00:00:00Z"}\n`;
const log = folder.write('events.jsonl', event('A') + event('B'.repeat(300)) + event('C'));
const rules = folder.write(
  'rules.yaml',
  `- rule: quiet
  desc: d
  condition: ct.name exists and not bad.value exists
  output: "%evt.num"
  priority: INFO
  source: aws_cloudtrail
`,
);
const letters = join(folder.path, 'letters.jsonl');
const broken = extractorModule({
  extract: `(if (i32.gt_u (local.get $size) (i32.const 300)) (then unreachable)) ${NOTHING_FOUND}`,
});
const mended = extractorModule({ extract: NOTHING_FOUND });

const run = async (module: string, args: readonly string[]) => {
  const hostile = { name: 'hostile', library_path: await buildPlugin(folder.path, module) };
  const plugins = JSON.stringify([hostile, { name: 'cloudtrail' }]);
  return runProgram(['run', ...args, '-r', rules, '-o', `plugins=${plugins}`]);
};
const numbersIn = (stdout: string): string[] => stdout.match(/\d+$/gm) ?? [];

describe('events that a plugin could not take', () => {
  it('are set aside, and evaluated again when it is mended', async () => {
    const toFile = ['-o', `dead_letter_file=${letters}`];
    const first = await run(broken, ['cloudtrail', log, ...toFile]);
    expect(numbersIn(first.stdout)).toEqual(['1', '3']);
    expect(first.stderr).toContain(`1 event set aside in ${letters}`);
    expect(first.code).toBe(3);
    // They hold whole events.
    expect(statSync(letters).mode & 0o777).toBe(0o600);
    const before = readFileSync(letters, 'utf8');
    // With the same configuration: what fails again is in the file already.
    const still = await run(broken, ['--from-dead-letter', letters, ...toFile]);
    expect(still.stdout).toBe('');
    expect(still.stderr).toContain('1 event was evaluated in part');
    expect(still.code).toBe(3);
    expect(readFileSync(letters, 'utf8')).toBe(before);
    const again = await run(mended, ['--from-dead-letter', letters, ...toFile]);
    expect(numbersIn(again.stdout)).toEqual(['2']);
    expect(again.stderr).toMatch(/^1 event,/m);
    expect(again.code).toBe(0);
  });

  it('come from a file that is there', async () => {
    const missing = join(folder.path, 'missing.jsonl');
    const { code, stderr } = await run(mended, ['--from-dead-letter', missing]);
    expect(stderr).toContain(`cannot read dead letters: ${missing}: it does not exist`);
    expect(stderr).toContain('hint: name the file that was the `dead_letter_file`');
    expect(code).toBe(1);
    const isFolder = await run(mended, ['--from-dead-letter', folder.path]);
    expect(isFolder.stderr).toContain('is not a file');
    expect(isFolder.code).toBe(1);
  });

  it('are either read from a location or evaluated again', async () => {
    const both = await run(mended, ['cloudtrail', log, '--from-dead-letter', letters]);
    expect(both.stderr).toContain('--from-dead-letter');
    expect(both.code).toBe(2);
  });
});
