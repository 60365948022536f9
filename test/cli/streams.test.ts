/* Several streams of one configuration: each with its own name, numbers and fate. */

import { appendFileSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildPlugin, SOURCE_MANIFEST, sourceModule } from '../support/hostile-module.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('streams');
const record = (name: string): string =>
  `{"eventName":"${name}","eventTime":"2026-01-01T00:00:00Z"}\n`;
const rule = (source: string): string =>
  `- {rule: ${source}, desc: d, condition: evt.num > 0, output: "%evt.num %evt.source", priority: INFO, source: ${source}}`;
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

function configure(name: string, text: string): string {
  return folder.write(name, `rules_files: [${rules}]\n${text}`);
}

const run = (config: string, more: Parameters<typeof runProgram>[1] = {}) =>
  runProgram(['run', '-c', config], more);
const sorted = (stdout: string): string[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => line.replace(/^.*Informational /, ''))
    .toSorted();

describe('streams', () => {
  it('may be several of one plugin: events are numbered and counted in each', async () => {
    folder.write('a/x.jsonl', record('LoginA') + record('LoginB'));
    folder.write('b/x.jsonl', `${record('LoginC')}broken\n`);
    const config = configure(
      'two.yaml',
      `streams:
  - {name: production, plugin: cloudtrail, open_params: a}
  - {name: staging, plugin: cloudtrail, open_params: b}
`,
    );
    const { stdout, stderr, code } = await run(config);
    expect(sorted(stdout)).toEqual(['1 LoginA', '1 LoginC', '2 LoginB']);
    expect(stderr).toContain('not read: staging: x.jsonl:2: not JSON');
    expect(stderr).toContain('  production: 2 events, 2 alerts\n');
    expect(stderr).toContain('  staging: 1 event, 1 alert, 1 part not read\n');
    expect(code).toBe(3);
  });

  it('stand beside a plugin with open parameters, which is a stream of its own name', async () => {
    const config = configure(
      'both.yaml',
      `plugins: [{name: cloudtrail, open_params: a}]
streams: [{name: other, plugin: cloudtrail, open_params: b/x.jsonl}]
`,
    );
    const { stdout, stderr } = await run(config);
    expect(sorted(stdout)).toHaveLength(3);
    expect(stderr).toContain('  cloudtrail: 2 events, 2 alerts\n');
  });

  it('are left out when the command line says what is read', async () => {
    const config = configure(
      'left.yaml',
      'streams: [{name: other, plugin: cloudtrail, open_params: b}]\n',
    );
    const { stdout } = await runProgram(['run', 'cloudtrail', `${folder.path}/a`, '-c', config]);
    expect(sorted(stdout)).toEqual(['1 LoginA', '2 LoginB']);
  });

  it.each([
    [
      '{name: x, plugin: cloudtrail, open_params: a}, {name: x, plugin: cloudtrail, open_params: b}',
      'two streams are called `x`',
    ],
    ['{plugin: cloudtrial, open_params: a}', 'unknown plugin `cloudtrial`'],
    [
      '{plugin: json, open_params: a}',
      'stream `json`: plugin `json` only has fields, it reads nothing',
    ],
    ['{plugin: cloudtrail}', 'open_params'],
    ['{name: "a b", plugin: cloudtrail, open_params: a}', 'name'],
    ['{plugin: cloudtrail, open_params: nowhere}', 'nowhere: it does not exist'],
  ])('that are wrong are refused before anything is read: [%s]', async (streams, said) => {
    const { code, stderr } = await run(configure('wrong.yaml', `streams: [${streams}]\n`));
    expect(stderr).toContain(said);
    expect(code).toBe(1);
  });

  it('go on when another one fails again and again', async () => {
    const trapping = sourceModule({ next: 'unreachable' });
    const manifest = {
      ...SOURCE_MANIFEST,
      capabilities: { store: ['input'] },
      source: { ...SOURCE_MANIFEST.source, openParams: 'location' },
    };
    const library = await buildPlugin(folder.path, trapping, manifest);
    const log = folder.write('live/x.jsonl', record('LoginA'));
    const config = folder.write(
      'failing.yaml',
      `rules_files: [${rules}, ${folder.write('own.yaml', rule('hostile'))}]
follow: true
plugins: [{name: hostile_source, library_path: ${library}, open_params: a}]
streams: [{name: good, plugin: cloudtrail, open_params: live}]
`,
    );
    let written = 1;
    const { stdout, stderr, code } = await run(config, {
      onStderr: (text, child) => {
        // A line after every fault of the other stream, and its alert before the next one is waited for.
        for (const _fault of text.matchAll(/stream `hostile_source`: /g)) {
          // What is written while it stops need not be read.
          if (written === 5) return;
          written += 1;
          appendFileSync(log, record(`Login${written}`));
          if (written === 5) setTimeout(() => child.kill('SIGTERM'), 1_000);
        }
      },
    });
    const logins = sorted(stdout).filter((line) => line.includes('Login'));
    expect(logins).toHaveLength(readFileSync(log, 'utf8').trim().split('\n').length);
    expect(stdout).toContain(' 1 hostile\n');
    expect(stderr).toMatch(/ {2}hostile_source: 1 event, 1 alert, \d faults\n/);
    expect(stderr).not.toContain('given up');
    expect(code).toBe(3);
  });
});
