import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVERY_EVENT, loginRecord, ruleText } from '../support/cloudtrail-events.ts';
import {
  type ProgramOptions,
  type ProgramResult,
  REPOSITORY,
  runProgram,
} from '../support/run-program.ts';
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

describe('a configuration of Falco', () => {
  it('loads as it ships, and says what it asks for in vain', async () => {
    const config = folder.write(
      'falco.yaml',
      `config_files: [/nowhere/config.d]
watch_config_files: true
rules_files: [/nowhere/falco_rules.yaml, /nowhere/rules.d, ${rules}]
engine: {kind: modern_ebpf, modern_ebpf: {cpus_for_each_buffer: 2, buf_size_preset: 4}}
load_plugins: [cloudtrail, json]
plugins:
  - {name: k8saudit, library_path: libk8saudit.so, init_config: "", open_params: "http://:9765/k8s-audit"}
  - {name: cloudtrail, library_path: libcloudtrail.so, open_params: ${events}}
  - {name: json, library_path: libjson.so}
plugins_hostinfo: true
time_format_iso_8601: false
priority: debug
json_output: false
outputs_queue: {capacity: 0}
append_output:
  - suggested_output: true
static_fields:
stdout_output: {enabled: true}
syslog_output: {enabled: true}
http_output: {enabled: false, url: "", mtls: false, max_consecutive_timeouts: 5}
webserver: {enabled: true, threadiness: 0, listen_port: 0, listen_address: 0.0.0.0}
log_level: info
metrics: {enabled: false, interval: 1h}
falco_libs: {thread_table_size: 262144}
`,
    );
    const { code, stdout, stderr } = await run(['run', '-c', config]);
    expect(stdout).toBe(ALERT);
    const warnings = stderr.split('\n').filter((line) => line.includes('warning: `'));
    const named = ['engine.kind'];
    expect(warnings.map((line) => /`([\w.]+)`/.exec(line)?.[1])).toEqual(named);
    expect(stderr).toContain('the bundled plugin `cloudtrail` is used instead');
    expect(stderr).toContain('the rules file /nowhere/rules.d');
    expect(code).toBe(0);
  });

  it('that loses alerts says so at start, with the place, and under --strict is refused', async () => {
    const config = configuration('capture:\n  enabled: true\n');
    const lenient = await run(['run', '-c', config]);
    expect(lenient.stderr).toMatch(
      /c\.yaml:7:3: warning: `capture\.enabled`: events around an alert are not captured/,
    );
    expect(lenient.stdout).toBe(ALERT);
    expect(lenient.code).toBe(0);
    const strict = await run(['run', '--strict', '-c', config]);
    expect(strict.stderr).toContain('error: `capture.enabled`');
    expect(strict.stdout).toBe('');
    expect(strict.code).toBe(1);
    const quiet = await run(['run', '-q', '-c', config]);
    expect(quiet.stderr).toMatch(/^tiercel: `capture\.enabled`: .*\n$/);
  });

  it('that asks in vain by an option says so as well', async () => {
    const options = ['-o', 'capture.enabled=true'];
    const { stderr } = await run(['run', 'cloudtrail', events, '-r', rules, ...options]);
    expect(stderr).toContain('warning: `capture.enabled`');
  });

  it.skipIf(existsSync('/dev/log'))(
    'with syslog is used without, where there is none',
    async () => {
      const options = ['-o', 'syslog_output.enabled=true'];
      const args = ['cloudtrail', events, '-r', rules, ...options];
      const lenient = await run(['run', ...args]);
      expect(lenient.stderr).toMatch(/warning: syslog \/dev\/log cannot be opened.*OUTPUT_MISSING/);
      expect(lenient.stdout).toBe(ALERT);
      expect(lenient.code).toBe(0);
      const strict = await run(['run', '--strict', ...args]);
      expect(strict.stderr).toContain('error: syslog /dev/log cannot be opened');
      expect(strict.code).toBe(1);
      const quiet = await run(['run', '-q', ...args]);
      expect(quiet.stderr).toMatch(/^tiercel: syslog \/dev\/log cannot be opened: .*\n$/);
    },
  );

  it('is used and named when it is tiercel.yaml in the current folder', async () => {
    const cwd = join(folder.path, 'project');
    folder.write(
      'project/tiercel.yaml',
      `plugins:\n  - {name: cloudtrail, open_params: ${events}}\nrules_files: [${rules}]\n`,
    );
    const { code, stdout, stderr } = await run(['run'], { cwd });
    expect(stderr).toContain('using tiercel.yaml of this folder');
    expect(stdout).toBe(ALERT);
    expect(code).toBe(0);
  });
});

describe('plugins of a configuration', () => {
  it('that are native and have no component give one error, not what follows from it', async () => {
    const okta = folder.write(
      'okta.yaml',
      ruleText('okta.app = x').replace('aws_cloudtrail', 'okta').repeat(1) +
        ruleText('okta.app = y').replace('aws_cloudtrail', 'okta').replace('rule: R', 'rule: S'),
    );
    const config = folder.write(
      'native.yaml',
      `rules_files: [${okta}]\nload_plugins: [okta]\nplugins: [{name: okta, library_path: libokta.so}]\n`,
    );
    for (const command of ['run', 'validate']) {
      const { code, stderr } = await run([command, '-c', config]);
      expect(stderr).toMatch(
        /error: plugin `okta`: `library_path: libokta\.so` is a native library/,
      );
      expect(stderr.match(/(?:error|warning):/g)).toHaveLength(1);
      expect(code).toBe(1);
    }
  });

  it('that are missing come before what follows from them, which is one line', async () => {
    const config = folder.write(
      'missing.yaml',
      `rules_files: [${rules}]\nplugins: [{name: cloudtrail, library_path: /nowhere/cloudtrail.wasm, open_params: ${events}}]\n`,
    );
    const { code, stderr } = await run(['run', '-c', config]);
    expect(stderr).toMatch(/^error: cannot read the plugin \/nowhere\/cloudtrail\.wasm/);
    expect(stderr).toContain('1 more finding about rules may only follow');
    expect(stderr).not.toContain('not used');
    expect(code).toBe(1);
  });

  it('are known by their manifest, whatever the name of the file', async () => {
    const renamed = join(folder.path, 'renamed.wasm');
    copyFileSync(join(REPOSITORY, 'dist/plugins/cloudtrail.wasm'), renamed);
    const { code, stdout } = await run(['run', './renamed.wasm', events, '-r', rules]);
    expect(stdout).toBe(ALERT);
    expect(code).toBe(0);
  });

  it('are inspected by name when they are bundled', async () => {
    const { code, stdout } = await run(['plugin', 'inspect', 'cloudtrail']);
    expect(stdout).toContain('cloudtrail 0.17.1');
    expect(code).toBe(0);
  });
});

describe('a location that is not supported', () => {
  it('gives one error that says what to do instead', async () => {
    const { code, stderr } = await run(['run', 'cloudtrail', 'ftp://host', '-r', rules]);
    expect(stderr).toMatch(/error: cannot open ftp:\/\/host: .* is not supported[\s\S]*hint: /);
    expect(code).toBe(1);
  });
});

describe('a run without something to read', () => {
  it.each([
    ['an extractor', ['json', events], 'plugin `json` only has fields, it reads nothing'],
    ['a source without a location', ['cloudtrail'], 'plugin `cloudtrail` has no location to read'],
    ['nothing', [], 'no source is opened'],
  ])('from %s', async (_name, args, said) => {
    const { code, stderr } = await run(['run', ...args, '-r', rules]);
    expect(stderr).toContain(said);
    expect(code).toBe(1);
  });
});

describe('runs in which nothing could be found', () => {
  const syscall = (): string =>
    folder.write('syscall.yaml', EVERY_EVENT.replace(/ {2}source.*\n/, ''));
  const cases: [name: string, args: () => string[], said: RegExp][] = [
    [
      'an empty rules file',
      () => ['-r', folder.write('empty.yaml', '')],
      /holds no rule, macro or list[\s\S]*no rules for `aws_cloudtrail`: the rules files are empty/,
    ],
    [
      'a rules folder without rules',
      () => ['-r', join(folder.write('none/x.txt', ''), '..')],
      /has no rules files[\s\S]*no rules files were found/,
    ],
    [
      'all rules switched off',
      () => ['-r', rules, '-o', 'rules[].disable.rule=*'],
      /no rule can match.*: of 1 rule, 1 is not enabled/,
    ],
    [
      'rules that are not urgent enough',
      () => ['-r', rules, '-o', 'priority=error'],
      /1 is not enabled/,
    ],
    [
      'rules without a source',
      () => ['-r', syscall()],
      /rule `R` is not used.*`syscall`, which is the source of rules that say none[\s\S]*hint: add `source: aws_cloudtrail`/,
    ],
  ];
  it.each(cases)('%s', async (_name, args, said) => {
    const { code, stderr } = await run(['run', 'cloudtrail', events, ...args()]);
    expect(stderr).toMatch(said);
    expect(code).toBe(1);
  });

  it('`validate` with nothing to validate', async () => {
    const { code, stderr } = await run(['validate']);
    expect(stderr).toContain('there is nothing to validate');
    expect(code).toBe(1);
  });
});
