import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { withCustomSection } from '../../engine/plugin/file/wasm-binary.ts';
import { exampleComponent } from '../support/made-once.ts';
import { REPOSITORY, runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('plugin-carried-');
const NGINX = join(REPOSITORY, 'plugins-wasm/examples/nginx');
const LOG = readFileSync(join(NGINX, 'samples/access.log'));
const RULES = readFileSync(join(NGINX, 'rules.yaml'), 'utf8');

/** A folder with the one file and a log, and nothing else. */
const folder = join(scratch.path, 'elsewhere');
const plugin = join(folder, 'nginx.wasm');
const run = (...args: string[]): ReturnType<typeof runProgram> => runProgram(args, { cwd: folder });

beforeAll(async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'access.log'), LOG);
  cpSync(await exampleComponent('nginx'), plugin);
});

describe('what a plugin carries', () => {
  it('is enough to alert, with the one file', async () => {
    const { stdout, code } = await run('run', 'nginx', './access.log');
    expect([stdout, code]).toEqual([
      '04:05:09.000000000: Warning secrets asked for (client=2001:db8::5 path=/.env status=404 agent=curl/8.5.0)\n',
      0,
    ]);
  });

  it('gives way to rules that are named', async () => {
    writeFileSync(join(folder, 'none.yaml'), '[]');
    const { stdout } = await run('run', 'nginx', './access.log', '-r', 'none.yaml');
    expect(stdout).toBe('');
  });

  it('is listed, and printed as it is', async () => {
    const [text, json, rules, sample, wrong] = await Promise.all([
      run('plugin', 'inspect', 'nginx'),
      run('plugin', 'inspect', 'nginx.wasm', '--json'),
      run('plugin', 'inspect', 'nginx', '--rules'),
      run('plugin', 'inspect', 'nginx', '--sample', 'access.log'),
      run('plugin', 'inspect', 'nginx', '--sample', 'other.log'),
    ]);
    expect(text.stdout).toMatch(/^rules +rules\.yaml\nsamples +access\.log$/m);
    expect(JSON.parse(json.stdout)).toMatchObject({ rules: 'rules.yaml', samples: ['access.log'] });
    expect([rules.stdout, sample.stdout]).toEqual([RULES, LOG.toString()]);
    expect([wrong.stderr, wrong.code]).toEqual([
      'error: plugin `nginx` carries no sample `other.log` (there are: access.log)\n',
      1,
    ]);
  });

  it('comes with the plugins that ship too', async () => {
    const { stdout } = await run('plugin', 'inspect', 'cloudtrail', '--rules');
    expect(stdout).toBe(readFileSync(join(REPOSITORY, 'rules/aws_cloudtrail_rules.yaml'), 'utf8'));
    const { stdout: none, stderr, code } = await run('plugin', 'inspect', 'json', '--rules');
    expect([none, stderr, code]).toEqual(['', 'error: plugin `json` carries no rules\n', 1]);
  });

  it('is found by the name only where no plugin that ships has it', async () => {
    writeFileSync(join(folder, 'cloudtrail.wasm'), 'nothing of the sort');
    const { stdout } = await run('plugin', 'inspect', 'json');
    expect(stdout).toContain('Tiercel maintainers');
    const listed = await run('run', 'cloudtrail', './access.log');
    expect(listed.stderr).not.toContain('not a WebAssembly component');
    const unknown = await run('run', 'apache', './access.log');
    expect(unknown.stderr).toContain('there is no apache.wasm in this folder');
  });

  it('has to be there', async () => {
    const stripped = withCustomSection(readFileSync(plugin), 'tiercel:rules/rules.yaml', LOG);
    const name = Buffer.from('tiercel:rules/rules.yaml');
    const at = Buffer.from(stripped).lastIndexOf(name);
    const renamed = Buffer.from(stripped);
    renamed.write('tiercel:rules/rules.yamx', at);
    writeFileSync(join(folder, 'stripped.wasm'), renamed);
    const { stderr, code } = await run('plugin', 'inspect', 'stripped.wasm');
    expect(stderr).toContain(
      'plugin `nginx` 0.1.0 has no usable custom section `tiercel:rules/rules.yaml`',
    );
    expect([stderr.includes('PLUGIN_WITHOUT_ATTACHMENT'), code]).toEqual([true, 1]);
  });

  it.each([
    [
      'rules.yaml',
      'rule.yaml',
      'manifest.json:34:12: error: cannot read rule.yaml: it does not exist',
    ],
    [
      '["samples/access.log"]',
      '["samples/access.log", "access.log"]',
      'two samples have the name `access.log`',
    ],
    ['"samples/access.log"', '"samples/"', '`samples.0` is "samples/"'],
  ])('is searched beside the manifest: %s', async (from, to, said) => {
    const copy = join(scratch.path, `copy-${to.length}`);
    cpSync(NGINX, copy, { recursive: true });
    const modules = join(copy, 'node_modules');
    mkdirSync(modules);
    symlinkSync(join(REPOSITORY, 'node_modules/assemblyscript'), join(modules, 'assemblyscript'));
    const manifest = join(copy, 'manifest.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(from, to));
    const { stderr, stdout, code } = await runProgram(['plugin', 'build', copy, '--no-color']);
    expect(stderr).toContain(said);
    expect([stdout, code]).toEqual(['', 1]);
  });
});
