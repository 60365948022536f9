import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loginRecord } from '../support/cloudtrail-events.ts';
import { REPOSITORY } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('readme');
const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');

interface Block {
  readonly language: string;
  readonly text: string;
}

const blocks: Block[] = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map((match) => ({
  language: match[1] ?? '',
  text: match[2] ?? '',
}));
const yaml = blocks.filter(({ language }) => language === 'yaml').map(({ text }) => text);
const commands = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.split('\n'))
  .map((line) => line.replace(/\s+#.*$/, '').trim())
  .filter((line) => line !== '');
const ofTiercel = commands.filter((command) => /\btiercel /.test(command));

/** The blocks of YAML: rules, what webhooks are told, outputs, and a whole configuration. */
const isRules = (text: string): boolean => text.startsWith('- ');
const isWebhooks = (text: string): boolean => text.startsWith('webhook:');
const rules = yaml.find(isRules) ?? '';
const webhooks = yaml.find(isWebhooks) ?? '';
const isOutputs = (text: string): boolean => /^outputs:/m.test(text);
const outputs = yaml.find(isOutputs) ?? '';
const others = yaml.filter((text) => !isRules(text) && !isWebhooks(text) && !isOutputs(text));
const configuration = others[0] ?? '';

function shell(command: string): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    cwd: folder.path,
    encoding: 'utf8',
    env: {
      ...process.env,
      TZ: 'UTC',
      NO_COLOR: '1',
      PATH: `${folder.path}/bin:${process.env.PATH}`,
    },
  });
  return { code: status, stdout, stderr };
}

/** What a reader of the page has before typing: the program, logs, the rules and the configuration of the page. */
beforeAll(() => {
  const program = join(REPOSITORY, 'dist/engine/cli/main.js');
  folder.write('bin/tiercel', `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
  spawnSync('chmod', ['+x', join(folder.path, 'bin/tiercel')]);
  cpSync(join(REPOSITORY, 'rules/samples/AWSLogs'), join(folder.path, 'AWSLogs'), {
    recursive: true,
  });
  folder.write('events.jsonl', `${loginRecord()}\n`);
  folder.write('my_rules.yaml', rules);
  folder.write('rules/more.yaml', rules);
  mkdirSync(join(folder.path, 'configured'));
  writeFileSync(join(folder.path, 'tiercel.yaml.txt'), configuration);
});

describe('the README', () => {
  it('has commands, rules and a configuration', () => {
    expect(ofTiercel.length).toBeGreaterThan(8);
    expect(yaml).toHaveLength(4);
  });

  it('has a configuration of webhooks', () => {
    folder.write('hooks.yaml', `rules_files: [my_rules.yaml]\n${webhooks}`);
    expect(webhooks).toContain('authentication');
    const { code, stderr } = shell('EVENTS_TOKEN=x tiercel validate -c hooks.yaml');
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it('has a configuration of outputs', () => {
    folder.write('outputs.yaml', `rules_files: [my_rules.yaml]\n${outputs}`);
    const { code, stderr } = shell('SIEM_TOKEN=x tiercel validate -c outputs.yaml');
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it.each(ofTiercel)('`%s` does what it says', (command) => {
    // The configuration is there for its own command only: it would be used by the others as well.
    const usesConfiguration = command.includes('tiercel.yaml');
    const prepare = usesConfiguration
      ? 'cp tiercel.yaml.txt tiercel.yaml && '
      : 'rm -f tiercel.yaml && ';
    const { code, stderr } = shell(prepare + command);
    expect(stderr).not.toMatch(/error|warning|not read/);
    expect(code).toBe(0);
  });

  it('shows what its commands print', () => {
    shell('rm -f tiercel.yaml');
    const shown = blocks.flatMap((block, index) => {
      const before = blocks[index - 1];
      const isOutput =
        (block.language === 'text' || block.language === 'json') && before?.language === 'sh';
      return isOutput ? [[before.text, block.text] as const] : [];
    });
    expect(shown.length).toBeGreaterThan(2);
    for (const [command, output] of shown) {
      const hidden = (text: string): string =>
        text.replace(/"hostname":"[^"]*"/, '"hostname":"sensor-1"');
      expect(hidden(shell(command).stdout)).toBe(output);
    }
  });

  it('names files that the package has, and of the clone only in the section of that name', () => {
    const { files } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
      files: string[];
    };
    const [forUsers = '', forClones = ''] = readme.split('## In a clone');
    const pathsIn = (text: string): string[] =>
      [...text.matchAll(/`((?:engine|plugins-wasm|rules|schemas|test)\/[\w./-]*)`/g)].map(
        (match) => match[1] ?? '',
      );
    for (const path of [...pathsIn(forUsers), ...pathsIn(forClones)]) {
      expect(existsSync(join(REPOSITORY, path)), path).toBe(true);
    }
    for (const path of pathsIn(forUsers))
      expect(
        files.some((file) => path.startsWith(file)),
        path,
      ).toBe(true);
  });

  it('documents the exit codes that the program documents', () => {
    const { stdout } = shell('tiercel --help');
    const inHelp = [...stdout.matchAll(/^ {2}(\d+) {2,}/gm)].map((match) => match[1]);
    const inReadme = [...readme.matchAll(/^\| (\d+) \|/gm)].map((match) => match[1]);
    expect(inReadme).toEqual(inHelp);
  });
});
