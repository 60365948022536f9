/* Two people on one machine, with the package as it is published and a real registry between them. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERY_EVENT, loginRecord } from '../support/cloudtrail-events.ts';
import { missingRegistry, type RealRegistry, startRegistry } from '../support/docker-registry.ts';
import { FakeRegistry } from '../support/fake-registry.ts';
import { installPackage } from '../support/installed-package.ts';
import { trailVariant, type Variant } from '../support/plugin-variant.ts';
import { type ProgramResult, runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { servers } from '../support/serve.ts';

const scratch = scratchFolder('plugin-registry');
const serve = servers();
const ALERT = '03:04:05.000000000: Informational 1 ConsoleLogin\n';
const missing = missingRegistry();
let program = '';
let real: RealRegistry | undefined;

interface Person {
  readonly cwd: string;
  tiercel(...args: string[]): Promise<ProgramResult>;
}

function person(name: string): Person {
  const cwd = join(scratch.path, name, 'work');
  mkdirSync(cwd, { recursive: true });
  const home = join(scratch.path, name);
  const env = {
    HOME: home,
    XDG_DATA_HOME: undefined,
    XDG_CACHE_HOME: undefined,
    DOCKER_CONFIG: undefined,
  };
  return { cwd, tiercel: (...args) => runProgram(args, { program, cwd, env }) };
}

beforeAll(async () => {
  program = join(await installPackage(scratch.path), 'dist/engine/cli/main.js');
  if (missing === undefined) real = await startRegistry();
});
afterAll(() => real?.stop());

describe('from one who makes plugins to one who runs them', () => {
  const [author, operator] = [person('author'), person('operator')];
  const offer = async (variant: Variant, ...more: string[]): Promise<ProgramResult> => {
    writeFileSync(join(author.cwd, 'trail.wasm'), trailVariant(variant));
    const signed = await author.tiercel('plugin', 'sign', 'trail.wasm', '-k', 'author.key');
    expect([signed.code, signed.stderr]).toEqual([0, '']);
    return author.tiercel(
      'plugin',
      'push',
      'trail.wasm',
      `oci://${real?.host}/security/trail`,
      ...more,
    );
  };
  const lock = () =>
    (
      JSON.parse(readFileSync(join(operator.cwd, 'tiercel.lock'), 'utf8')) as {
        plugins: { trail: Record<string, string> };
      }
    ).plugins.trail;
  const run = () => operator.tiercel('run', 'trail', 'events.jsonl', '--quiet');

  beforeAll(async () => {
    writeFileSync(join(operator.cwd, 'events.jsonl'), loginRecord());
    writeFileSync(join(operator.cwd, 'every.yaml'), EVERY_EVENT);
    if (missing !== undefined) return;
    const made = await author.tiercel(
      'plugin',
      'keygen',
      '-o',
      'author',
      '--no-password',
      '--json',
    );
    const { key } = JSON.parse(made.stdout) as { key: string };
    writeFileSync(
      join(operator.cwd, 'tiercel.yaml'),
      `trusted_keys: ['${key}']\nrules_files: [every.yaml]\n`,
    );
  });

  it('a plugin is signed, published, installed, and gives its alerts', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const pushed = await offer({});
    expect([pushed.code, pushed.stdout]).toEqual([
      0,
      expect.stringMatching(
        /^trail 1\.0\.0 → oci:\/\/127\.0\.0\.1:\d+\/security\/trail:1\.0\.0@sha256:[0-9a-f]{64}\n$/,
      ),
    ]);
    const reference = `oci://${real?.host}/security/trail`;
    const installed = await operator.tiercel('plugin', 'install', reference);
    expect([installed.code, installed.stderr]).toEqual([0, '']);
    expect(installed.stdout).toMatch(/^signed by {4}the key [0-9A-F]{16}$/m);
    expect(lock().from).toMatch(/\/security\/trail:1\.0\.0@sha256:[0-9a-f]{64}$/);
    expect((await run()).stdout).toBe(ALERT);
  });

  it('a newer one is seen, looked at, and installed when it is granted what it asks for', async ({
    skip,
  }) => {
    skip(missing !== undefined, missing);
    await offer({ version: '1.1.0', capabilities: { clock: true, store: ['input', 'names'] } });
    const outdated = await operator.tiercel('plugin', 'outdated');
    expect(outdated.stdout).toMatch(/^trail +1\.0\.0 +1\.1\.0 +oci:\S+\/security\/trail:1\.1\.0$/m);
    const reference = `oci://${real?.host}/security/trail:1.1.0`;
    const diff = await operator.tiercel('plugin', 'diff', 'trail', reference);
    expect(diff.stdout).toMatch(/^trail 1\.0\.0 → trail 1\.1\.0\n/);
    expect(diff.stdout).toMatch(
      /^plugin +~ version: 1\.0\.0 → 1\.1\.0\nasks for +\+ clock\n +- clock \(optional\)\n/m,
    );
    expect(diff.stdout).toMatch(/^ +\+ store root names \(read-only\)$/m);
    const refused = await operator.tiercel('plugin', 'install', reference);
    expect(refused.stderr).toContain(
      'asks for `clock`, `store:names`, which 1.0.0 was not granted',
    );
    const args = ['--grant', 'clock', '--grant', 'store:names=.'];
    expect((await operator.tiercel('plugin', 'install', reference, ...args)).code).toBe(0);
    expect((await run()).stdout).toBe(ALERT);
    expect((await operator.tiercel('plugin', 'outdated')).stdout).toBe(
      'nothing is outdated (1 installed)\n',
    );
  });

  it('a tag that moved is another plugin, which nobody agreed to', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const refused = await offer({ version: '1.1.0', description: 'another' });
    expect(refused.stderr).toContain('exists already with other contents');
    expect((await offer({ version: '1.1.0', description: 'another' }, '--force')).code).toBe(0);
    const before = lock();
    // By its name it is the one that was agreed to, by its digest.
    expect((await operator.tiercel('plugin', 'install', 'trail')).code).toBe(0);
    const moved = await operator.tiercel(
      'plugin',
      'install',
      `oci://${real?.host}/security/trail:1.1.0`,
    );
    expect([moved.code, moved.stderr]).toEqual([1, expect.stringContaining('[INSTALL_CHANGED]')]);
    expect(lock()).toEqual(before);
  });

  it('a plugin is fetched to be looked at', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const reference = `oci://${real?.host}/security/trail:1.0.0`;
    const pulled = await operator.tiercel('plugin', 'pull', reference, '-o', 'seen.wasm');
    expect(pulled.stdout).toMatch(/^trail 1\.0\.0 → seen\.wasm: \d+ bytes, sha256 [0-9a-f]{64}\n$/);
    expect((await operator.tiercel('plugin', 'verify', 'seen.wasm')).code).toBe(0);
    const none = await operator.tiercel(
      'plugin',
      'pull',
      `oci://${real?.host}/security/nothing:1.0.0`,
    );
    expect([none.code, none.stderr]).toEqual([
      1,
      expect.stringMatching(/has no oci:\S+ \(status 404, [A-Z_]+: .*\) \[INSTALL_UNREACHABLE\]/),
    ]);
  });
});

describe('rules, from one who writes them to one who runs them', () => {
  it('are signed, published, installed, and give their alerts', async ({ skip }) => {
    skip(missing !== undefined, missing);
    const [author, operator] = [person('writer'), person('reader')];
    writeFileSync(join(author.cwd, 'logins.yaml'), EVERY_EVENT);
    writeFileSync(join(operator.cwd, 'events.jsonl'), loginRecord());
    await author.tiercel('plugin', 'keygen', '--no-password');
    const key = readFileSync(join(author.cwd, 'tiercel.pub'), 'utf8').split('\n')[1] ?? '';
    expect((await author.tiercel('rules', 'sign', 'logins.yaml')).stdout).toMatch(
      /^logins\.yaml → logins\.yaml\.minisig: signed with the key [0-9A-F]{16}\n$/,
    );
    const reference = `oci://${real?.host}/security/logins:1.0.0`;
    const pushed = await author.tiercel('rules', 'push', 'logins.yaml', reference);
    expect([pushed.code, pushed.stdout]).toEqual([
      0,
      expect.stringMatching(/^logins 1\.0\.0 → oci:/),
    ]);
    const installed = await operator.tiercel('rules', 'install', reference, '-k', key);
    expect([installed.code, installed.stderr]).toEqual([0, '']);
    expect(installed.stdout).toMatch(/^signed by {4}the key [0-9A-F]{16}$/m);
    expect(installed.stdout).toMatch(/^has {10}1 item$/m);
    const run = await operator.tiercel('run', 'cloudtrail', 'events.jsonl', '-r', 'logins', '-q');
    expect([run.code, run.stdout]).toEqual([0, ALERT]);
    expect((await operator.tiercel('validate', 'logins')).stdout).toContain(
      'logins (installed): Ok',
    );
    expect((await operator.tiercel('rules', 'list')).stdout).toMatch(
      /^logins +1\.0\.0 +[0-9A-F]{16} +oci:\S+ +yes$/m,
    );
    expect((await operator.tiercel('rules', 'remove', 'logins')).code).toBe(0);
    const without = await operator.tiercel('run', 'cloudtrail', 'events.jsonl', '-r', 'logins');
    expect(without.stderr).toContain('[RULE_FILE_UNREADABLE');
  });

  it.each([
    [
      ['push', 'none.yaml', 'oci://ghcr.io/me/x:1.0.0'],
      /cannot read the rules file none\.yaml: it does not exist/,
    ],
    [['push', 'rules.yaml', 'oci://ghcr.io/me/x'], /expected a version as its tag/],
    [['push', 'no-rules.yaml', 'oci://ghcr.io/me/x:1.0.0'], /\[INSTALL_NO_RULES\]/],
    [['remove', 'nothing'], /no rules `nothing` in \S+ \[INSTALL_UNKNOWN\]/],
  ])('are not %j', async (args, said) => {
    const someone = person('someone');
    writeFileSync(join(someone.cwd, 'rules.yaml'), EVERY_EVENT);
    writeFileSync(join(someone.cwd, 'no-rules.yaml'), 'a: 1\n');
    const { code, stderr } = await someone.tiercel('rules', ...args);
    expect([code, stderr]).toEqual([1, expect.stringMatching(said)]);
  });
});

describe('a registry that fails while something is installed', () => {
  it('leaves everything as it was', async () => {
    const someone = person('someone');
    writeFileSync(join(someone.cwd, 'trail.wasm'), trailVariant({}));
    const registry = new FakeRegistry();
    const host = (await serve(registry.listener)).replace('http://', '');
    const reference = `oci://${host}/x/trail:1.0.0`;
    expect((await someone.tiercel('plugin', 'push', 'trail.wasm', reference)).code).toBe(0);
    registry.before = ({ url = '' }, response) => {
      if (!url.includes('/blobs/')) return false;
      response.end(Buffer.alloc(100));
      return true;
    };
    const { code, stdout, stderr } = await someone.tiercel('plugin', 'install', reference);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /the file of .* has SHA-256 [0-9a-f]{64}, its manifest says .*\[INSTALL_UNREACHABLE\]/,
    );
    expect((await someone.tiercel('plugin', 'list')).stdout).toContain('nothing is installed');
  });

  it.each([
    [['push', 'trail.wasm', 'ghcr.io/me/x'], /names no repository|is no host|expected oci/],
    [
      ['push', 'trail.wasm', `oci://ghcr.io/me/x@sha256:${'a'.repeat(64)}`],
      /the digest is found out, not chosen/,
    ],
    [['pull', 'nowhere'], /nowhere does not exist; expected a \.wasm file, an https URL, or oci:/],
  ])('is not asked for %j', async (args, said) => {
    const someone = person('someone');
    const { code, stderr } = await someone.tiercel('plugin', ...args);
    expect([code, stderr]).toEqual([1, expect.stringMatching(said)]);
  });
});
