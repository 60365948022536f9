/* The README and the guides: what can be pasted from them does what they say, and their links lead somewhere. */

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { loginRecord } from '../support/cloudtrail-events.ts';
import { HttpReceiver } from '../support/receivers.ts';
import { REPOSITORY, runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { terminalLines, terminalPicture } from '../support/terminal-picture.ts';

const README_LINES_MAX = 130;
const GUIDES = ['sources', 'outputs', 'operations', 'plugins', 'no-alerts', 'falco'];
const PAGES = ['README.md', ...GUIDES.map((name) => `engine/guide/${name}.md`)];
/** What a clone needs is run by the tests of the package, and by the matrix. */
const OF_CLONES = /^npm ci/;
/** Not a configuration of Tiercel. */
const OF_OTHERS = ['kubernetes.yaml'];

const folder = scratchFolder('pages');

interface Block {
  readonly language: string;
  /** Name of the file that it is. */
  readonly name: string | undefined;
  readonly text: string;
}

interface Page {
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly files: readonly Block[];
}

const pages = PAGES.map((path): Page => {
  const text = readFileSync(join(REPOSITORY, path), 'utf8');
  const blocks = [...text.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map((match) => ({
    language: match[1] ?? '',
    name: match[2],
    text: match[3] ?? '',
  }));
  return { path, text, blocks, files: blocks.filter(({ name }) => name !== undefined) };
});
const rulesOfReadme = pages[0]?.files.find(({ name }) => name === 'my_rules.yaml')?.text ?? '';
const variables = Object.fromEntries(
  pages
    .flatMap(({ files }) => files)
    .flatMap(({ text }) => [...text.matchAll(/\$\{(\w+)\}/g)])
    .map(([, name = '']) => [name, name === 'TEAMS_URL' ? 'https://teams.example.com/x' : 'x']),
);

const isRules = ({ text }: Block): boolean => text.startsWith('- ');
const commandsOf = ({ text }: Block): string[] =>
  text
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !OF_CLONES.test(line));

function shell(command: string): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    cwd: folder.path,
    encoding: 'utf8',
    env: {
      ...process.env,
      ...variables,
      XDG_DATA_HOME: join(folder.path, 'data'),
      NO_COLOR: '1',
      PATH: `${folder.path}/bin:${process.env.PATH}`,
    },
  });
  return { code: status, stdout, stderr };
}

/** What a reader has before typing: the program, logs, and the rules of the README. */
beforeAll(() => {
  const program = join(REPOSITORY, 'dist/engine/cli/main.js');
  folder.write('bin/tiercel', `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
  spawnSync('chmod', ['+x', join(folder.path, 'bin/tiercel')]);
  for (const name of ['AWSLogs', 'production', 'staging'])
    cpSync(join(REPOSITORY, 'rules/samples/AWSLogs'), join(folder.path, name), { recursive: true });
  folder.write('events.jsonl', `${loginRecord()}\n`);
  folder.write('my_rules.yaml', rulesOfReadme);
  folder.write('rules/more.yaml', rulesOfReadme);
  mkdirSync(join(folder.path, 'state'));
});

describe.each(pages)('$path', ({ path, text, blocks, files }) => {
  const yaml = files.filter(({ language }) => language === 'yaml');

  it.each(yaml.filter(isRules))('has rules that are right: $name', ({ name = '', text: rules }) => {
    folder.write(name, rules);
    const { code, stdout, stderr } = shell(`tiercel validate ${name} --strict`);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Ok');
  });

  const configurations = yaml.filter((one) => !isRules(one) && !OF_OTHERS.includes(one.name ?? ''));
  it.each(configurations)(
    'has a configuration that is right: $name',
    ({ name = '', text: keys }) => {
      folder.write(name, keys);
      const { code, stderr } = shell(`tiercel validate -c ${name} --strict`);
      if (name === 'tiercel.yaml') shell(`rm ${name}`);
      expect([code, stderr]).toEqual([0, '']);
    },
  );

  it('has YAML of others that parses', () => {
    for (const { name, text: written } of yaml)
      expect(parseDocument(written).errors, name).toEqual([]);
  });

  it.each(blocks.filter(({ language }) => language === 'sh').flatMap((block) => commandsOf(block)))(
    '`%s` does what it says',
    (command) => {
      const { code, stderr } = shell(command);
      expect(stderr).not.toMatch(/error|warning|not read/);
      expect(code).toBe(0);
    },
  );

  it('shows what its commands print', () => {
    for (const [index, { language, text: shown }] of blocks.entries()) {
      const before = blocks[index - 1];
      if (!['text', 'json'].includes(language) || before?.language !== 'sh') continue;
      const { stdout } = shell(commandsOf(before).at(-1) ?? '');
      expect(stdout.replace(/"hostname":"[^"]*"/, '"hostname":"sensor-1"')).toBe(shown);
    }
  });

  it('has links that lead somewhere, to headings too', () => {
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const linked = file === '' ? path : join(dirname(path), file);
      expect(existsSync(join(REPOSITORY, linked)), target).toBe(true);
      if (anchor === undefined) continue;
      expect(anchorsOf(readFileSync(join(REPOSITORY, linked), 'utf8')), target).toContain(anchor);
    }
  });

  it('lists its headings at the top', () => {
    if (path === 'README.md' || !/^- \[/m.test(text)) return;
    const contents = text.slice(0, text.indexOf('\n## '));
    for (const anchor of anchorsOf(text.slice(contents.length)))
      expect(contents, anchor).toContain(`(#${anchor})`);
  });

  it('names files that the package has, or the repository', () => {
    for (const [, named = ''] of text.matchAll(
      /`((?:engine|plugins-wasm|rules|schemas|test)\/[\w./-]*)`/g,
    ))
      expect(existsSync(join(REPOSITORY, named)), named).toBe(true);
  });
});

/** As GitHub makes them. */
function anchorsOf(markdown: string): string[] {
  const prose = markdown.replace(/^```.*?^```$/gms, '');
  return [...prose.matchAll(/^##+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

describe('the picture of the terminal', () => {
  it('is what the program prints: `npm run shots`', async () => {
    const { stdout, stderr } = await runProgram(['run', 'cloudtrail', 'rules/samples/AWSLogs']);
    const picture = readFileSync(join(REPOSITORY, 'engine/guide/pictures/terminal.svg'), 'utf8');
    expect(picture).toBe(terminalPicture(terminalLines(stdout, stderr)));
  });
});

describe('the pages', () => {
  it('are short where people begin', () => {
    expect(pages[0]?.text.trimEnd().split('\n').length).toBeLessThanOrEqual(README_LINES_MAX);
  });

  it('document the exit codes that the program documents', () => {
    const { stdout } = shell('tiercel --help');
    const inHelp = [...stdout.matchAll(/^ {2}(\d+) {2,}/gm)].map((match) => match[1]);
    const operations = pages.find(({ path }) => path.endsWith('operations.md'))?.text ?? '';
    expect([...operations.matchAll(/^\| (\d+) \|/gm)].map((match) => match[1])).toEqual(inHelp);
  });

  const outputs = pages.find(({ path }) => path.endsWith('outputs.md'));
  const recipes = (outputs?.files ?? []).filter(
    ({ name, text }) => name !== 'outputs.yaml' && text.includes('type: http'),
  );
  it.each(recipes)('have recipes whose requests are JSON: $name', async ({ name = '', text }) => {
    const receiver = new HttpReceiver();
    await receiver.start();
    const here = `http://127.0.0.1:${receiver.port}`;
    const config = text
      .replace(/https?:\/\/[\w.:-]+|\$\{TEAMS_URL\}/, here)
      .replace(/priority: \w+/, 'priority: debug')
      .replaceAll(/\$\{\w+\}/g, 'x');
    expect(config).toContain(here);
    folder.write(`here-${name}`, config);
    const args = ['run', 'cloudtrail', 'events.jsonl', '-r', 'my_rules.yaml', '-c', `here-${name}`];
    const { code, stderr } = await runProgram(args, { cwd: folder.path });
    await receiver.kill();
    expect([code, stderr.includes('could not')], stderr).toEqual([0, false]);
    expect(receiver.bodies).toHaveLength(1);
    const body = JSON.stringify(JSON.parse(receiver.bodies[0] ?? ''));
    expect(body).toContain('console login without MFA');
  });
});
