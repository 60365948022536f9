import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loginRecord } from '../support/cloudtrail-events.ts';
import { makeSamples } from '../support/make-samples.mjs';
import { REPOSITORY, runProgram } from '../support/run-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiercel-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The rule with which Falco announced its plugins, as printed, declaring nothing else. */
const ANNOUNCED_RULE = `
- rule: Console Login Without MFA
  desc: Detect a console login without MFA.
  condition: ct.name="ConsoleLogin" and ct.error=""
    and ct.user.identitytype!="AssumedRole" and json.value[/responseElements/ConsoleLogin]="Success"
    and json.value[/additionalEventData/MFAUsed]="No"
  output: Detected a console login without MFA (requesting user=%ct.user, requesting IP=%ct.srcip, AWS region=%ct.region)
  priority: CRITICAL
  source: aws_cloudtrail
`;

describe('tiercel run', () => {
  it('finds every attack of the sample story once, and nothing else', async () => {
    const { code, stdout, stderr } = await runProgram([
      'run',
      'cloudtrail',
      'rules/samples/AWSLogs',
    ]);
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(15);
    expect(stderr).toContain('378 events');
    const rules = readFileSync(join(REPOSITORY, 'rules/aws_cloudtrail_rules.yaml'), 'utf8');
    for (const [, name] of rules.matchAll(/^- rule: (.+)$/gm))
      expect(stderr).toContain(`1  ${name}`);
  });

  it('gives an alert the same uuid whenever its event is read, and none unless asked', async () => {
    const rules = write('announced.yaml', ANNOUNCED_RULE);
    const [first, second] = [loginRecord({}), loginRecord({ userAgent: 'other' })];
    const one = write('uuid-one.jsonl', `${first}\n${second}\n`);
    const other = write('uuid-other.json', `{"Records":[${second},\n ${first}]}`);
    const uuidsOf = async (path: string, ...more: string[]): Promise<unknown[]> => {
      const args = ['run', 'cloudtrail', path, '-r', rules, '--json', ...more];
      const { stdout } = await runProgram(args);
      return stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).uuid);
    };
    const asked = ['-o', 'json_include_uuid=true'];
    const uuids = await uuidsOf(one, ...asked);
    expect(new Set(uuids).size).toBe(2);
    expect(await uuidsOf(other, ...asked)).toEqual(uuids.toReversed());
    expect(await uuidsOf(one)).toEqual([undefined, undefined]);
  });

  it('fires the announced rule when the error is absent, and not when there is one', async () => {
    const rules = write('announced.yaml', ANNOUNCED_RULE);
    const events = write(
      'logins.jsonl',
      [loginRecord({}), loginRecord({ errorCode: 'Failed' }), loginRecord({ errorCode: '' })].join(
        '\n',
      ),
    );
    const { code, stdout } = await runProgram(['run', 'cloudtrail', events, '-r', rules]);
    expect(code).toBe(0);
    const line =
      '03:04:05.000000000: Critical Detected a console login without MFA' +
      ' (requesting user=eve, requesting IP=198.51.100.7, AWS region=us-east-1)';
    expect(stdout).toBe(`${line}\n${line}\n`);
  });

  it('prints one JSON object a line and nothing else with --json', async () => {
    const rules = write('announced.yaml', ANNOUNCED_RULE);
    const events = write('login.jsonl', loginRecord({}));
    const { stdout } = await runProgram(['run', 'cloudtrail', events, '-r', rules, '--json']);
    expect(stdout.endsWith('}\n')).toBe(true);
    const alert = JSON.parse(stdout) as Record<string, unknown>;
    expect(Object.keys(alert)).toEqual([...Object.keys(alert)].sort());
    expect(alert).toMatchObject({
      priority: 'Critical',
      rule: 'Console Login Without MFA',
      source: 'aws_cloudtrail',
      tags: [],
      time: '2026-01-02T03:04:05.000000000Z',
      output_fields: { 'ct.user': 'eve', 'ct.srcip': '198.51.100.7', 'ct.region': 'us-east-1' },
    });
  });

  it('reads what can be read, names what cannot, and says so in its exit code', async () => {
    const rules = write('announced.yaml', ANNOUNCED_RULE);
    const events = write(
      'mixed.jsonl',
      [loginRecord({}), '{"broken', 'not json', loginRecord({})].join('\n'),
    );
    const { code, stdout, stderr } = await runProgram(['run', 'cloudtrail', events, '-r', rules]);
    expect(code).toBe(3);
    expect(stdout.trim().split('\n')).toHaveLength(2);
    expect(stderr).toContain('mixed.jsonl:2: incomplete JSON');
    expect(stderr).toContain('mixed.jsonl:3: not JSON');
    expect(stderr).toContain('2 parts of the input could not be read');
  });

  it('has the sample story that its generator makes', () => {
    makeSamples(folder);
    const committed = join(REPOSITORY, 'rules/samples/AWSLogs');
    const names = (path: string): string[] =>
      readdirSync(path, { recursive: true }).map(String).sort();
    expect(names(join(folder, 'AWSLogs'))).toEqual(names(committed));
  });
});

describe('wrong input', () => {
  const rows: [name: string, args: () => string[], code: number, said: RegExp][] = [
    [
      'a missing file',
      () => ['run', 'cloudtrail', 'nowhere.json'],
      1,
      /nowhere\.json: it does not exist/,
    ],
    [
      'an unknown plugin',
      () => ['run', 'cloudtrial', '.'],
      1,
      /unknown plugin `cloudtrial`[\s\S]*did you mean `cloudtrail`/,
    ],
    ['no source', () => ['run'], 1, /no source is opened/],
    ['an unknown command', () => ['rnu'], 2, /Did you mean run/],
    ['a missing rules file', () => ['validate', 'nowhere.yaml'], 1, /cannot read the rules file/],
    [
      'bad YAML',
      () => ['validate', write('bad.yaml', '- rule: [')],
      1,
      /bad\.yaml:1:\d+: error: .*RULE_YAML_SYNTAX/,
    ],
    [
      'an unknown field',
      () => [
        'validate',
        write(
          'field.yaml',
          '- rule: R\n  desc: d\n  condition: ct.nmae = x\n  output: o\n  priority: INFO\n  source: aws_cloudtrail\n',
        ),
      ],
      1,
      /field\.yaml:3:14: error: .*ct\.nmae[\s\S]*did you mean `ct\.name`/,
    ],
    [
      'rules without -r',
      () => ['run', 'cloudtrail', '.', 'r.yaml'],
      2,
      /rules files come after -r/,
    ],
    [
      'a location without a plugin',
      () => ['run', 'README.md'],
      1,
      /unknown plugin `README\.md`[\s\S]*name the plugin first: `tiercel run cloudtrail README\.md`/,
    ],
    [
      'a misspelt plugin to inspect',
      () => ['plugin', 'inspect', 'cloudtrial'],
      1,
      /did you mean `cloudtrail`/,
    ],
    [
      'a key of the configuration',
      () => ['run', '-c', write('c.yaml', 'rule_files: []\n')],
      1,
      /c\.yaml:1:1: error: unknown key `rule_files`[\s\S]*did you mean `rules_files`/,
    ],
    [
      'a wrong option',
      () => ['run', 'cloudtrail', '.', '-o', 'rule_matching=some'],
      1,
      /`rule_matching` is "some"/,
    ],
    [
      'no component',
      () => ['plugin', 'inspect', write('x.wasm', 'hello')],
      1,
      /expected a WebAssembly component/,
    ],
  ];
  it.each(rows)('%s gives one clear diagnostic', async (_name, args, code, said) => {
    const result = await runProgram(args());
    expect(result.stderr).toMatch(said);
    expect(result.stderr).not.toMatch(/at .*\.js:\d+/);
    expect(result.code).toBe(code);
  });
});

describe('the letter V', () => {
  const broken = (): string =>
    write(
      'letter.yaml',
      '- rule: A\n  desc: d\n  condition: evt.num = 1\n  output: o\n  priority: hmm\n',
    );
  it.each([
    ['run -V FILE', () => ['run', '-V', broken()]],
    ['run --validate FILE', () => ['run', '--validate', broken()]],
    ['-V FILE', () => ['-V', broken()]],
    ['run -V GOOD BROKEN', () => ['run', '-V', write('good.yaml', ANNOUNCED_RULE), broken()]],
  ])('`%s` validates and fails for a broken file', async (_name, args) => {
    const result = await runProgram(args());
    expect(result.stderr).toContain('unknown priority `hmm`');
    expect(result.code).toBe(1);
  });

  it.each(['-V', '--version'])('%s alone is the version', async (flag) => {
    const { code, stdout } = await runProgram([flag]);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(code).toBe(0);
  });

  it('`run -V` without a file is wrong usage', async () => {
    expect((await runProgram(['run', '-V'])).code).toBe(2);
  });
});

describe('tiercel validate', () => {
  it('prints load results in the form of Falco', async () => {
    const rules = write('announced.yaml', ANNOUNCED_RULE);
    const { code, stdout } = await runProgram(['validate', '--json', rules]);
    expect(code).toBe(0);
    const { falco_load_results: results } = JSON.parse(stdout) as { falco_load_results: object[] };
    expect(results).toEqual([
      {
        name: rules,
        successful: true,
        schema_valid: true,
        schema_warnings: [],
        errors: [],
        warnings: [],
      },
    ]);
  });
});

describe('tiercel list', () => {
  it('lists all fields of CloudTrail for editors', async () => {
    const { stdout } = await runProgram([
      'list',
      'fields',
      '--source',
      'aws_cloudtrail',
      '--format',
      'json',
    ]);
    const fields = JSON.parse(stdout) as { name: string; plugin: string | null }[];
    expect(
      fields.filter(({ plugin, name }) => plugin === 'cloudtrail' && name !== 'evt.plugininfo'),
    ).toHaveLength(73);
    expect(fields.filter(({ plugin }) => plugin === 'json')).toHaveLength(6);
  });
});

describe('tiercel plugin inspect', () => {
  it('says what a plugin is without running it', async () => {
    const { code, stdout } = await runProgram([
      'plugin',
      'inspect',
      'dist/plugins/cloudtrail.wasm',
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/cloudtrail 0\.17\.1/);
    expect(stdout).toMatch(/sha256 +[0-9a-f]{64}/);
    expect(stdout).toContain('store root input (read-only)');
  });
});
