/* `tiercel validate`: what a person and a program see of files with mistakes. */

import { describe, expect, it } from 'vitest';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('validate');
const BASE = `- rule: Reads
  desc: d
  condition: ct.name = DescribeInstances
  output: reads (user=%ct.user)
  priority: INFO
  source: aws_cloudtrail
`;
const LOCAL = `- rule: Reads
  condition: and ct.usr = ana and evt.num = many
  override: {condition: append}
`;
const validate = (...args: readonly string[]) => runProgram(['validate', ...args]);
const files = () => [scratch.write('base.yaml', BASE), scratch.write('local.yaml', LOCAL)];

describe('tiercel validate', () => {
  it('shows every error at its place, with the rule of the other file that it changes', async () => {
    const { code, stdout, stderr } = await validate(...files(), '--no-color');
    expect(code).toBe(1);
    expect(stdout).toMatch(/base\.yaml: Ok\n.*local\.yaml: Invalid\n$/);
    expect(stderr.replaceAll(scratch.path, '')).toBe(
      [
        '/local.yaml:2:18: error: rule `Reads`: unknown field `ct.usr` of source `aws_cloudtrail` [CONDITION_UNKNOWN_FIELD, LOAD_ERR_COMPILE_CONDITION]',
        '  2 |   condition: and ct.usr = ana and evt.num = many',
        '    |                  ^^^^^^',
        '  from /base.yaml:1:3: rule `Reads` is changed by the text above',
        '  1 | - rule: Reads',
        '    |   ^^^^^^^^^^^',
        '  hint: did you mean `ct.user`?',
        '/local.yaml:2:45: error: rule `Reads`: `evt.num` is a number; found `many` [CONDITION_TYPE_MISMATCH, LOAD_ERR_COMPILE_CONDITION]',
        '  2 |   condition: and ct.usr = ana and evt.num = many',
        '    |                                             ^^^^',
        '  from /base.yaml:1:3: rule `Reads` is changed by the text above',
        '  1 | - rule: Reads',
        '    |   ^^^^^^^^^^^',
        '',
      ].join('\n'),
    );
  });

  it('has Falco’s sentence beside ours in JSON', async () => {
    const { stdout } = await validate(...files(), '--json');
    const { diagnostics, falco_load_results } = JSON.parse(stdout);
    const falcoMessage = 'filter_check called with nonexistent field ct.usr';
    expect(diagnostics[0]).toMatchObject({ falcoMessage, position: { line: 2, character: 18 } });
    expect(falco_load_results.map((one: { errors: object[] }) => one.errors)).toEqual([
      [],
      [expect.objectContaining({ message: falcoMessage })],
    ]);
  });

  it('stops at the first error when that is asked for', async () => {
    const { code, stderr } = await validate(...files(), '--first-error');
    expect([code, stderr.match(/ error: /g)]).toEqual([1, [' error: ']]);
  });

  it('gives SARIF for code reviews', async () => {
    const { code, stdout } = await validate(...files(), '--format', 'sarif');
    const [run] = JSON.parse(stdout).runs;
    expect(code).toBe(1);
    expect(run.results.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual([
      'CONDITION_UNKNOWN_FIELD',
      'CONDITION_TYPE_MISMATCH',
    ]);
  });
});
