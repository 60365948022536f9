import { describe, expect, it } from 'vitest';
import { EVERY_EVENT, loginRecord } from '../support/cloudtrail-events.ts';
import { type ProgramOptions, type ProgramResult, runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('configuration');
const events = folder.write('event.jsonl', loginRecord());
const rules = folder.write('every.yaml', EVERY_EVENT);

function run(args: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  return runProgram(args, { cwd: folder.path, ...options });
}

/** A configuration that reads one event with one rule, and `more`. */
function configuration(more: string): string {
  return folder.write(
    'c.yaml',
    `rules_files: [${rules}]\nload_plugins: [cloudtrail, json]\nplugins:\n  - name: cloudtrail\n    open_params: ${events}\n${more}`,
  );
}

const ALERT = '03:04:05.000000000: Informational 1 ConsoleLogin\n';

describe('selections and options', () => {
  it('a selection that names no rule is a warning with the nearest name', async () => {
    const args = ['run', 'cloudtrail', events, '-r', rules];
    const { code, stderr } = await run([
      ...args,
      '-o',
      'rules[].disable.rule=r2',
      '-o',
      'rules[].disable.tag=none',
    ]);
    expect(stderr).toMatch(
      /warning: `rules`: nothing to disable, no rule has the name `r2`[\s\S]*did you mean `R`/,
    );
    expect(stderr).toContain('no rule has the tag `none`');
    expect(code).toBe(0);
  });

  it('a misspelt priority is answered with the priorities', async () => {
    const { code, stderr } = await run(['run', 'cloudtrail', events, '-o', 'priority=hig']);
    expect(stderr).toMatch(/`priority` is "hig", expected one of emergency, .*debug/);
    expect(stderr).not.toContain('[Ee]');
    expect(code).toBe(1);
  });

  it('a file output without a name is refused', async () => {
    const { code, stderr } = await run([
      'run',
      'cloudtrail',
      events,
      '-o',
      'file_output.enabled=true',
    ]);
    expect(stderr).toContain('`file_output` is enabled and has no `filename`');
    expect(code).toBe(1);
  });

  it('several rules files and globs may follow -r', async () => {
    folder.write('many/a.yaml', EVERY_EVENT);
    folder.write('many/b.yaml', EVERY_EVENT.replace('rule: R', 'rule: B'));
    const all = ['-o', 'rule_matching=all'];
    for (const named of [['many/a.yaml', 'many/b.yaml'], ['many/*.yaml'], ['many']]) {
      const { stdout } = await run(['run', ...all, '-r', ...named, 'cloudtrail', events]);
      expect(stdout).toBe(ALERT + ALERT);
    }
  });
});

describe('a quiet run', () => {
  it('names what makes its alerts other ones than the rules say, one line each', async () => {
    const exceptions = '  exceptions:\n    - {name: known, fields: ct.user, value: [eve]}\n';
    const file = folder.write(
      'typo.yaml',
      `- list: unused\n  items: [a]\n${EVERY_EVENT}${exceptions}`,
    );
    const args = ['run', '-q', 'cloudtrail', events, '-r', file, '-o', 'rules[].disable.rule=X'];
    const { stdout, stderr } = await run(args);
    expect(stdout).toBe(ALERT);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringContaining('unknown key `value` in an exception'),
      expect.stringContaining('no rule has the name `X`'),
    ]);
  });
});

describe('the verdict of validate', () => {
  it('agrees with its exit code when a plugin version is wanted that is not there', async () => {
    const file = folder.write(
      'version.yaml',
      `- required_plugin_versions:\n  - {name: cloudtrail, version: 9.0.0}\n${EVERY_EVENT}`,
    );
    const { code, stdout } = await run(['validate', file]);
    expect(stdout).toContain('Invalid');
    expect(code).toBe(1);
  });

  it('is Invalid for warnings under --strict', async () => {
    const file = folder.write('unused.yaml', `- list: never\n  items: [a]\n${EVERY_EVENT}`);
    expect(await run(['validate', file])).toMatchObject({
      code: 0,
      stdout: `${file}: Ok, with warnings\n`,
    });
    expect(await run(['validate', '--strict', file])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('Invalid'),
    });
  });

  it('tells a configuration from a rules file, both ways', async () => {
    const config = configuration('');
    expect((await run(['validate', config])).stderr).toContain(`tiercel validate -c ${config}`);
    expect((await run(['validate', '-c', rules])).stderr).toContain(`tiercel validate ${rules}`);
  });
});
