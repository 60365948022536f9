/* A configuration, carried to a machine that has no network and nothing of what it needs. */

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { signDetached } from '../../engine/packages/trust/detached-signature.ts';
import { generateKey } from '../../engine/packages/trust/secret-key.ts';
import { loginRecord, ruleText } from '../support/cloudtrail-events.ts';
import { signedWith, trailVariant } from '../support/plugin-variant.ts';
import { REPOSITORY, runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('bundle');
const here = join(scratch.path, 'here');
const ARCHIVE = join(here, 'out.tar.gz');
const [ours, theirs] = [generateKey(), generateKey()];
const rule = (name: string): string =>
  ruleText('evt.num > 0', `${name} %evt.num`).replace('rule: R', `rule: ${name}`);

const at = (home: string, cwd: string) => (args: readonly string[]) =>
  runProgram(args, { cwd, env: { XDG_DATA_HOME: join(scratch.path, home) } });
const tiercel = at('home', here);

/** Rules from five places, one plugin that is installed, one that lies elsewhere, a key in a file. */
const CONFIG = `# what is read is typed
rules_files:
  - own.yaml            # beside it
  - rules.d             # a folder
  - 'more/*.yaml'
  - ${join(scratch.path, 'elsewhere/far.yaml')}
  - installed
  - not-there.yaml
rule_matching: all
trusted_keys: [ours.pub]
load_plugins: [trail, json]
plugins:
  - {name: json, library_path: ${join(scratch.path, 'elsewhere/json.wasm')}}
dead_letter_file: ./set-aside.jsonl
`;

beforeAll(async () => {
  mkdirSync(here);
  scratch.write('here/own.yaml', rule('own'));
  scratch.write('here/rules.d/a.yaml', rule('folder'));
  scratch.write('here/rules.d/notes.txt', 'no rules');
  scratch.write('here/more/b.yaml', rule('glob'));
  scratch.write('elsewhere/far.yaml', rule('far'));
  scratch.write('here/ours.pub', `${ours.publicKey.text}\n`);
  const json = readFileSync(join(REPOSITORY, 'dist/plugins/json.wasm'));
  scratch.write('elsewhere/json.wasm', json);
  scratch.write('elsewhere/json.wasm.minisig', signDetached(json, ours, 'x'));
  scratch.write('trail.wasm', signedWith(trailVariant({}), ours));
  const text = rule('installed');
  scratch.write('installed.yaml', text);
  scratch.write('installed.yaml.minisig', signDetached(Buffer.from(text), ours, 'x'));
  scratch.write('here/tiercel.yaml', CONFIG);
  for (const args of [
    ['plugin', 'install', '../trail.wasm'],
    ['rules', 'install', '../installed.yaml'],
  ]) {
    const { code, stderr } = await tiercel(args);
    expect([code, stderr]).toEqual([0, '']);
  }
});

describe('a bundle', () => {
  it('is made of all that a configuration needs, and says what it leaves out', async () => {
    const { code, stdout, stderr } = await tiercel(['bundle', 'create', '-o', ARCHIVE]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^tiercel\.yaml → \S+: 11 files, [\d.]+ kB, sha256 [0-9a-f]{64}\n$/),
    ]);
    expect(stderr).toBe('left out, it is this machine’s: dead_letter_file: ./set-aside.jsonl\n');
    const again = join(here, 'again.tar.gz');
    await tiercel(['bundle', 'create', '-o', again]);
    expect(readFileSync(again).equals(readFileSync(ARCHIVE))).toBe(true);
    rmSync(again);
  });

  it('installs elsewhere without a network, and gives the same alerts', async () => {
    const cwd = join(scratch.path, 'there');
    mkdirSync(cwd);
    cpSync(ARCHIVE, join(cwd, 'carried.tar.gz'));
    writeFileSync(join(cwd, 'events.jsonl'), loginRecord());
    // Nothing of where it was made may be used.
    cpSync(join(scratch.path, 'elsewhere'), join(scratch.path, 'kept'), { recursive: true });
    rmSync(join(scratch.path, 'elsewhere'), { recursive: true });
    const there = at('other-home', cwd);
    const installed = await there(['bundle', 'install', 'carried.tar.gz', 'etc']);
    expect([installed.stderr, installed.code]).toEqual(['', 0]);
    const config = readFileSync(join(cwd, 'etc/tiercel.yaml'), 'utf8');
    expect(config).toContain(
      `  - own.yaml # beside it\n  - rules.d # a folder\n  - 'more/*.yaml'\n  - bundled/1-far.yaml\n`,
    );
    expect(config).toContain(ours.publicKey.text);
    expect(existsSync(join(cwd, 'etc/rules.d/notes.txt'))).toBe(false);
    const run = await there(['run', 'trail', 'events.jsonl', '-c', 'etc/tiercel.yaml', '-q']);
    expect(run.stdout.match(/\w+ 1$/gm)).toEqual([
      'own 1',
      'folder 1',
      'glob 1',
      'far 1',
      'installed 1',
    ]);
    expect(run.code).toBe(0);
    const listed = await there(['plugin', 'list', '-c', 'etc/tiercel.yaml']);
    expect(listed.stdout).toMatch(/^trail .* yes$/m);
    cpSync(join(scratch.path, 'kept'), join(scratch.path, 'elsewhere'), { recursive: true });
  });

  it('does not overwrite files without `--force`', async () => {
    const cwd = join(scratch.path, 'taken');
    mkdirSync(cwd);
    writeFileSync(join(cwd, 'own.yaml'), '[]');
    const there = at('third-home', cwd);
    const refused = await there(['bundle', 'install', ARCHIVE]);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/own\.yaml exists already with other contents \[BUNDLE_IN_THE_WAY\]/),
    ]);
    expect([
      existsSync(join(cwd, 'tiercel.yaml')),
      existsSync(join(scratch.path, 'third-home')),
    ]).toEqual([false, false]);
    expect((await there(['bundle', 'install', ARCHIVE, '--force'])).code).toBe(0);
    expect((await there(['bundle', 'install', ARCHIVE])).code).toBe(0);
  });

  it('is signed by who is named, or it is not installed', async () => {
    const cwd = join(scratch.path, 'signed');
    mkdirSync(cwd);
    const there = at('fourth-home', cwd);
    const install = (...more: string[]) => there(['bundle', 'install', ARCHIVE, ...more]);
    const key = ours.publicKey.text;
    expect((await install('-k', key)).stderr).toContain('[SIGNATURE_MISSING]');
    writeFileSync(`${ARCHIVE}.minisig`, signDetached(readFileSync(ARCHIVE), theirs, 'x'));
    expect((await install('-k', key)).stderr).toContain('[SIGNATURE_UNKNOWN_KEY]');
    writeFileSync(`${ARCHIVE}.minisig`, signDetached(readFileSync(ARCHIVE), ours, 'x'));
    expect((await install('-k', key)).code).toBe(0);
    rmSync(`${ARCHIVE}.minisig`);
  });

  it.each([
    ['create', ['-c', 'nowhere.yaml'], /cannot read the configuration nowhere\.yaml/],
    [
      'install',
      ['nowhere.tar.gz'],
      /cannot read nowhere\.tar\.gz: it does not exist \[BUNDLE_UNUSABLE\]/,
    ],
    ['install', ['own.yaml'], /own\.yaml is no gzipped tar/],
  ])('is not made of or by what is wrong: %s %j', async (what, args, said) => {
    const { code, stderr } = await tiercel(['bundle', what, ...args]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(said)]);
  });

  it('is not made of a configuration that does not load', async () => {
    const folder = join(scratch.path, 'broken');
    mkdirSync(folder);
    writeFileSync(join(folder, 'tiercel.yaml'), 'rules_files: [r.yaml]\n');
    writeFileSync(join(folder, 'r.yaml'), ruleText('ct.nme = A'));
    const { code, stderr } = await at('home', folder)(['bundle', 'create']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('ct.nme')]);
    expect(existsSync(join(folder, 'tiercel-bundle.tar.gz'))).toBe(false);
  });
});
