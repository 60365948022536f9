import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { generateKey } from '../../engine/packages/trust/secret-key.ts';
import { digestOf } from '../../engine/packages/trust/signed-file.ts';
import { EVERY_EVENT, loginRecord } from '../support/cloudtrail-events.ts';
import { signedWith, trailVariant, type Variant } from '../support/plugin-variant.ts';
import { runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { servers } from '../support/serve.ts';

const folder = scratchFolder('plugin-install');
const serve = servers();
const cwd = join(folder.path, 'here');
const home = join(folder.path, 'home');
const userLock = join(home, 'tiercel/tiercel.lock');
const ALERT = '03:04:05.000000000: Informational 1 ConsoleLogin\n';
const [ours, theirs] = [generateKey(), generateKey()];

folder.write('here/every.yaml', EVERY_EVENT);
folder.write('here/events.jsonl', loginRecord());

const tiercel = (args: readonly string[], data = home) =>
  runProgram(args, { cwd, env: { XDG_DATA_HOME: data } });
const install = (...args: string[]) => tiercel(['plugin', 'install', ...args]);
const run = () => tiercel(['run', 'trail', 'events.jsonl', '-r', 'every.yaml', '--quiet']);
const offer = (variant: Variant, name = 'trail.wasm'): string => {
  folder.write(`here/${name}`, trailVariant(variant));
  return name;
};
const lockOf = (path: string) =>
  (JSON.parse(readFileSync(path, 'utf8')) as { plugins: Record<string, Record<string, unknown>> })
    .plugins;

beforeEach(() => {
  rmSync(home, { recursive: true, force: true });
  for (const name of ['tiercel.yaml', 'tiercel.lock']) rmSync(join(cwd, name), { force: true });
});

describe('a plugin that is installed', () => {
  it('is shown, locked for the user, and run by its name', async () => {
    const installed = await install(offer({ version: '1.2.3' }));
    expect([installed.code, installed.stderr]).toEqual([0, '']);
    expect(installed.stdout).toMatch(/^plugin {7}trail 1\.2\.3$/m);
    expect(installed.stdout).toMatch(/^signed by {4}no known key$/m);
    expect(installed.stdout).toMatch(/^sha256 {7}[0-9a-f]{64} \(\d+ bytes\)$/m);
    expect(installed.stdout).toMatch(/^granted {6}nothing beyond the location that it is given$/m);
    // Built again since: that is another file, which nobody agreed to.
    offer({ version: '1.2.4' });
    const { stdout, stderr } = await tiercel(['run', 'trail', 'events.jsonl', '-r', 'every.yaml']);
    expect(stdout).toBe(ALERT);
    expect(stderr).toMatch(/the one that is installed is used, \S+trail\.wasm is another/);
    rmSync(join(cwd, 'trail.wasm'));
    expect((await run()).stdout).toBe(ALERT);
    const inspected = await tiercel(['plugin', 'inspect', 'trail']);
    expect(inspected.stdout).toMatch(/^from {9}\S+here\/trail\.wasm$/m);
    const listed = await tiercel(['plugin', 'list']);
    expect(listed.stdout).toMatch(/^trail +1\.2\.3 +- +- +\S+trail\.wasm +yes$/m);
  });

  it('goes beside the configuration, where there is one', async () => {
    writeFileSync(join(cwd, 'tiercel.yaml'), 'rules_files: [every.yaml]\n');
    const { stdout } = await install(offer({}), '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'trail',
      key: null,
      lock: 'tiercel.lock',
    });
    expect([existsSync(userLock), Object.keys(lockOf(join(cwd, 'tiercel.lock')))]).toEqual([
      false,
      ['trail'],
    ]);
    expect((await tiercel(['run', 'trail', 'events.jsonl', '-q'])).stdout).toBe(ALERT);
  });

  it('is gone after `remove`, and its file too with `--purge`', async () => {
    await install(offer({}));
    rmSync(join(cwd, 'trail.wasm'));
    const files = join(home, 'tiercel/plugins');
    expect(readdirSync(files)).toHaveLength(1);
    expect((await tiercel(['plugin', 'remove', 'trail', '--purge'])).code).toBe(0);
    expect([readdirSync(files), lockOf(userLock)]).toEqual([[], {}]);
    expect((await run()).stderr).toContain('unknown plugin `trail`');
    const again = await tiercel(['plugin', 'remove', 'trail']);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('[INSTALL_UNKNOWN]')]);
  });
});

describe('another version', () => {
  it('takes its place when it is a newer one; an older or another one only by force', async () => {
    await install(offer({ version: '1.9.0' }));
    expect((await install(offer({ version: '1.10.0' }))).stdout).toContain(
      'trail 1.10.0 (there is 1.9.0)',
    );
    const older = await install(offer({ version: '1.9.0' }, 'older.wasm'));
    expect([older.code, older.stderr]).toEqual([1, expect.stringContaining('[INSTALL_OLDER]')]);
    const other = await install(offer({ version: '1.10.0', description: 'other' }, 'other.wasm'));
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('[INSTALL_CHANGED]')]);
    expect(lockOf(userLock).trail).toMatchObject({ version: '1.10.0' });
    expect((await install('older.wasm', '--force')).code).toBe(0);
    expect(lockOf(userLock).trail).toMatchObject({ version: '1.9.0' });
  });

  it('that asks for more is refused until it is granted', async () => {
    await install(offer({}));
    const more = offer(
      { version: '1.1.0', capabilities: { clock: true, store: ['input', 'names'] } },
      'more.wasm',
    );
    const refused = await install(more);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      'asks for `clock`, `store:names`, which 1.0.0 was not granted',
    );
    expect(refused.stderr).toMatch(/--grant clock --grant store:names=PATH`/);
    expect(lockOf(userLock).trail).toMatchObject({ version: '1.0.0' });
    const half = await install(more, '--grant', 'clock');
    expect(half.stderr).toContain('asks for `store:names`, which');
    const granted = await install(more, '--grant', 'clock', '--grant', 'store:names=names');
    expect(granted.stdout).toContain(`clock, store:names=${join(cwd, 'names')}`);
    expect(lockOf(userLock).trail?.granted).toEqual(['clock', `store:names=${join(cwd, 'names')}`]);
    // What was granted once needs not be granted again.
    expect((await install(offer({ version: '1.2.0', capabilities: { clock: true } }))).code).toBe(
      0,
    );
    expect(lockOf(userLock).trail?.granted).toEqual(['clock']);
    expect((await run()).stdout).toBe(ALERT);
    const unasked = await install(offer({ version: '1.3.0' }), '--grant', 'store:x=.');
    expect(unasked.stderr).toContain('does not ask for `store:x` [INSTALL_GRANT_UNUSED]');
  });
});

describe('who signed it', () => {
  const offerSigned = (variant: Variant, key = ours): string => {
    folder.write('here/signed.wasm', signedWith(trailVariant(variant), key));
    return 'signed.wasm';
  };

  it('is one of the keys of the configuration, or it is not installed', async () => {
    writeFileSync(
      join(cwd, 'tiercel.yaml'),
      `trusted_keys: [${ours.publicKey.text}]\nrules_files: [every.yaml]\n`,
    );
    expect((await install(offer({}))).stderr).toContain('[SIGNATURE_MISSING]');
    expect((await install(offerSigned({}, theirs))).stderr).toContain('[SIGNATURE_UNKNOWN_KEY]');
    const { stdout } = await install(offerSigned({}));
    expect(stdout).toContain(`the key ${ours.publicKey.id}`);
    expect(lockOf(join(cwd, 'tiercel.lock')).trail?.key).toBe(ours.publicKey.text);
    expect((await tiercel(['run', 'trail', 'events.jsonl', '-q'])).stdout).toBe(ALERT);
  });

  it('stays the same, unless somebody names the new one', async () => {
    await install(offerSigned({}), '-k', ours.publicKey.text);
    const other = await install(offerSigned({ version: '1.1.0' }, theirs));
    expect(other.stderr).toMatch(
      /was signed with the key .*, 1\.1\.0 is not by it \[INSTALL_KEY_CHANGED\]/,
    );
    const none = await install(offer({ version: '1.1.0' }));
    expect(none.stderr).toContain('[INSTALL_KEY_CHANGED]');
    expect((await install(offerSigned({ version: '1.1.0' }))).code).toBe(0);
    const renewed = await install(
      offerSigned({ version: '1.2.0' }, theirs),
      '-k',
      theirs.publicKey.text,
    );
    expect(renewed.code).toBe(0);
    expect(lockOf(userLock).trail?.key).toBe(theirs.publicKey.text);
  });
});

describe('a plugin from a server', () => {
  const bytes = trailVariant({});

  it('is installed, also when the server is busy at first, and on another machine by the lock', async () => {
    let isBusy = true;
    const url = await serve(({ url: path }, response) => {
      if (path?.endsWith('.minisig') === true) response.writeHead(404).end();
      else if (isBusy) response.writeHead(503, { 'retry-after': '0' }).end('busy');
      else response.end(bytes);
      isBusy = false;
    });
    const { code, stdout } = await install(`${url}/trail.wasm#sha256=${digestOf(bytes)}`);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`from         ${url}/trail.wasm`)]);
    // The lock goes to another machine, the file does not.
    const elsewhere = join(folder.path, 'elsewhere');
    folder.write('elsewhere/tiercel/tiercel.lock', readFileSync(userLock));
    const before = await tiercel(['run', 'trail', 'events.jsonl', '-r', 'every.yaml'], elsewhere);
    expect(before.stderr).toContain('is not on this machine [PLUGIN_NOT_INSTALLED]');
    const restored = await tiercel(['plugin', 'install'], elsewhere);
    expect([restored.code, restored.stdout]).toEqual([0, 'installed: trail\n']);
    const after = await tiercel(
      ['run', 'trail', 'events.jsonl', '-r', 'every.yaml', '-q'],
      elsewhere,
    );
    expect(after.stdout).toBe(ALERT);
    expect((await tiercel(['plugin', 'install'], elsewhere)).stdout).toContain(
      'nothing to install',
    );
  });
});
