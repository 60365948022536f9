import { cpSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { EVERY_EVENT, loginRecord } from '../support/cloudtrail-events.ts';
import { REPOSITORY, runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('plugin-trust');
const cwd = folder.path;
const ALERT = '03:04:05.000000000: Informational 1 ConsoleLogin\n';
const plugin = (...args: string[]) => runProgram(['plugin', ...args], { cwd });
const withPassword = (password: string, ...args: string[]) =>
  runProgram(['plugin', ...args], { cwd, env: { TIERCEL_KEY_PASSWORD: password } });
const configure = (text: string): string =>
  folder.write(
    'tiercel.yaml',
    `rules_files: [every.yaml]\nload_plugins: [cloudtrail]\nplugins:\n  - {name: cloudtrail, library_path: trail.wasm, open_params: events.jsonl}\n${text}`,
  );
const run = () => runProgram(['run', '--quiet'], { cwd });
const keyIn = (name: string): string => readFileSync(join(cwd, name), 'utf8').split('\n')[1] ?? '';

beforeAll(async () => {
  folder.write('every.yaml', EVERY_EVENT);
  folder.write('events.jsonl', loginRecord());
  cpSync(join(REPOSITORY, 'dist/plugins/cloudtrail.wasm'), join(cwd, 'trail.wasm'));
  const made = await withPassword('open sesame', 'keygen', '-o', 'acme');
  expect(made.code).toBe(0);
  expect(made.stdout).toContain(`trusted_keys: [${keyIn('acme.pub')}]`);
});

describe('the way of a plugin from its author to who runs it', () => {
  it('is refused as long as nobody signed it', async () => {
    configure('trusted_keys: [acme.pub]\n');
    const { code, stdout, stderr } = await run();
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('trail.wasm is not signed (1 key is trusted) [SIGNATURE_MISSING]');
  });

  it('is signed, looked at, and gives its alerts', async () => {
    const signed = await withPassword('open sesame', 'sign', 'trail.wasm', '-k', 'acme.key');
    expect([signed.code, signed.stderr]).toEqual([0, '']);
    expect(signed.stdout).toMatch(
      /^cloudtrail \S+ → trail\.wasm: signed with the key [0-9A-F]{16}\n$/,
    );
    expect((await plugin('inspect', 'trail.wasm')).stdout).toMatch(
      /^signed by {4}[0-9A-F]{16} \(not verified\)$/m,
    );
    expect((await plugin('verify', 'trail.wasm')).code).toBe(0);
    for (const isolation of ['', ', isolation: thread']) {
      configure('trusted_keys: [acme.pub]\n');
      const path = join(cwd, 'tiercel.yaml');
      writeFileSync(path, readFileSync(path, 'utf8').replace('jsonl}', `jsonl${isolation}}`));
      expect(await run()).toEqual({ code: 0, stdout: ALERT, stderr: expect.any(String) });
    }
  });

  it('is refused when its key was revoked, and when only another one is trusted', async () => {
    configure(`trusted_keys: ['${keyIn('acme.pub')}']\nrevoked_keys: [acme.pub]\n`);
    expect((await run()).stderr).toContain('which was revoked (1 key is trusted)');
    configure('trusted_keys: []\n');
    expect((await run()).stderr).toContain('which is not trusted (0 keys are trusted)');
  });

  it('may not be called in this process unless it is signed by who is trusted', async () => {
    configure('');
    const path = join(cwd, 'tiercel.yaml');
    const text = readFileSync(path, 'utf8').replace('jsonl}', 'jsonl, isolation: thread}');
    writeFileSync(path, text);
    const { code, stderr } = await run();
    expect([code, stderr]).toEqual([1, expect.stringContaining('[PLUGIN_ISOLATION_UNTRUSTED]')]);
  });

  it('is pinned by its digest where nobody signs', async () => {
    const { stdout } = await plugin('inspect', 'trail.wasm', '--json');
    const { digest } = JSON.parse(stdout) as { digest: string };
    const pin = (sha256: string): void => {
      configure('');
      const path = join(cwd, 'tiercel.yaml');
      writeFileSync(
        path,
        readFileSync(path, 'utf8').replace('jsonl}', `jsonl, sha256: ${sha256}}`),
      );
    };
    pin(digest);
    expect((await run()).stdout).toBe(ALERT);
    pin('f'.repeat(64));
    expect((await run()).stderr).toContain('[PLUGIN_DIGEST_MISMATCH]');
  });
});

describe('a key', () => {
  it('is the owner’s alone, and is not written over', async () => {
    expect(statSync(join(cwd, 'acme.key')).mode & 0o777).toBe(0o600);
    const { code, stderr } = await plugin('keygen', '-o', 'acme', '--no-password');
    expect([code, stderr]).toEqual([1, expect.stringContaining('acme.key exists already')]);
    expect(existsSync(join(cwd, 'acme.key'))).toBe(true);
  });

  it('is made with a password, or without one on request', async () => {
    const { code, stderr } = await plugin('keygen', '-o', 'silent');
    expect([code, stderr]).toEqual([1, expect.stringContaining('set TIERCEL_KEY_PASSWORD')]);
    const open = await plugin('keygen', '-o', 'open', '--no-password', '--json');
    const { id, key } = JSON.parse(open.stdout) as { id: string; key: string };
    expect([key, id]).toEqual([keyIn('open.pub'), expect.stringMatching(/^[0-9A-F]{16}$/)]);
  });

  it.each([
    ['another password', 'shut', ['-k', 'acme.key'], 'the password is not that of acme.key'],
    ['none', '', ['-k', 'acme.key'], 'the password of acme.key is not known'],
    ['a public key', '', ['-k', 'acme.pub'], 'acme.pub is no secret key'],
    [
      'a file that is not there',
      '',
      ['-k', 'no.key'],
      'cannot read the secret key no.key: it does not exist',
    ],
  ])('does not sign with %s', async (_name, password, args, said) => {
    const { code, stderr, stdout } = await withPassword(password, 'sign', 'trail.wasm', ...args);
    expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining(said)]);
  });
});

describe('verify', () => {
  it('says what is wrong as JSON too', async () => {
    cpSync(join(REPOSITORY, 'dist/plugins/json.wasm'), join(cwd, 'plain.wasm'));
    const args = ['verify', 'plain.wasm', '-k', 'acme.pub', '--json'];
    const { code, stdout } = await plugin(...args);
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string }[] };
    expect([code, diagnostics.map((one) => one.code)]).toEqual([1, ['SIGNATURE_MISSING']]);
  });

  it('takes a signature beside the file', async () => {
    const signed = await withPassword(
      'open sesame',
      'sign',
      'plain.wasm',
      '-k',
      'acme.key',
      '--detached',
    );
    expect(signed.stdout).toContain('→ plain.wasm.minisig: signed');
    const { code, stdout } = await plugin('verify', 'plain.wasm', '-k', keyIn('acme.pub'));
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^plain\.wasm: signed with the key /),
    ]);
  });

  it.each([
    ['without a key', [], /no key to verify with: tiercel\.yaml has no `trusted_keys`/],
    ['with what is no key', ['-k', 'events.jsonl'], /events\.jsonl is not a public key/],
  ])('is refused %s', async (_name, args, said) => {
    configure('');
    const { code, stderr } = await plugin('verify', 'plain.wasm', ...args);
    expect([code, stderr]).toEqual([1, expect.stringMatching(said)]);
  });
});
