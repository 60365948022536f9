import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createTar } from 'nanotar';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../../engine/config/load-config.ts';
import type { Diagnostic } from '../../../../engine/diagnostic/diagnostic.ts';
import {
  fetchRules,
  RULES_CONFIG_TYPE,
  RULES_LAYER_TYPE,
  toRulesArtifact,
} from '../../../../engine/packages/install/fetch-rules.ts';
import { storedPath } from '../../../../engine/packages/install/file-store.ts';
import {
  commitInstall,
  type InstallPlace,
  restoreMissing,
} from '../../../../engine/packages/install/install.ts';
import { proposeRules } from '../../../../engine/packages/install/install-rules.ts';
import { readLock } from '../../../../engine/packages/install/lock.ts';
import { parseReference } from '../../../../engine/packages/install/reference.ts';
import { artifactOf } from '../../../../engine/packages/install/registry/artifact.ts';
import { signDetached } from '../../../../engine/packages/trust/detached-signature.ts';
import type { TrustPolicy } from '../../../../engine/packages/trust/judge-signature.ts';
import { generateKey } from '../../../../engine/packages/trust/secret-key.ts';
import { loadAll } from '../../../../engine/run/load/load-all.ts';
import { ruleText } from '../../../support/cloudtrail-events.ts';
import { FakeRegistry, sha256 } from '../../../support/fake-registry.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';
import { servers } from '../../../support/serve.ts';

const serve = servers();
const folder = scratchFolder('rules');
const [ours, theirs] = [generateKey(), generateKey()];
const lockPath = join(folder.path, 'here/tiercel.lock');
const config = folder.write('here/tiercel.yaml', 'rules_files: [mine]\n');
const TEXT = ruleText('evt.num > 0');
let before: string | undefined;

beforeAll(() => {
  before = process.env.XDG_DATA_HOME;
  process.env.XDG_DATA_HOME = folder.path;
});
afterAll(() => {
  if (before === undefined) delete process.env.XDG_DATA_HOME;
  else process.env.XDG_DATA_HOME = before;
});
beforeEach(() => writeFileSync(lockPath, '{"lockVersion":1,"plugins":{}}'));

function place(policy?: TrustPolicy): InstallPlace {
  const { value: lock } = readLock(lockPath);
  if (lock === undefined) throw new Error();
  return { path: lockPath, lock, policy };
}

interface Wish {
  readonly keys?: readonly (typeof ours)[];
  readonly policy?: TrustPolicy;
  readonly isForced?: boolean;
  readonly name?: string;
}

/** The error, or what was installed. */
async function install(reference: string, wish: Wish = {}): Promise<string> {
  const keys = (wish.keys ?? []).map(({ publicKey }) => publicKey);
  const { value, diagnostics } = await proposeRules(
    place(wish.policy),
    { reference, name: wish.name ?? 'mine', keys, isForced: wish.isForced ?? false },
    () => {},
  );
  if (value === undefined) return textOf(diagnostics);
  const stored = commitInstall(place(), value);
  if (typeof stored !== 'string') throw new Error(stored.message);
  return `${value.name} ${value.locked.version} ${value.itemCount}`;
}

const textOf = (diagnostics: readonly Diagnostic[]): string =>
  diagnostics.map(({ code, message }) => `${code} ${message}`).join('\n');

async function load(): Promise<{ names: string[]; said: string }> {
  const request = {
    configFile: config,
    rulesFiles: [],
    options: [],
    plugin: 'cloudtrail',
    openParams: '.',
  };
  const { value, diagnostics } = loadConfig(request);
  if (value === undefined) return { names: [], said: textOf(diagnostics) };
  const loaded = await loadAll(value);
  const names = loaded.documents.map(({ name }) => name);
  return {
    names,
    said: textOf(
      [...diagnostics, ...loaded.diagnostics].filter(({ severity }) => severity === 'error'),
    ),
  };
}

describe('rules that are installed', () => {
  it('stand for their file by their name, and are what was agreed to', async () => {
    const file = folder.write('a.yaml', TEXT);
    expect(await install(file)).toBe('mine 0.0.0 1');
    expect(await load()).toEqual({ names: ['mine (installed)'], said: '' });
    const path = storedPath('rules', place().lock.rules.mine?.digest ?? '') ?? '';
    expect(readFileSync(path, 'utf8')).toBe(TEXT);
    writeFileSync(path, ruleText('evt.num > 1'));
    expect((await load()).said).toMatch(
      /^LOCK_MISMATCH the rules `mine` .* have SHA-256 .*, the lock says /,
    );
    writeFileSync(lockPath, readFileSync(lockPath, 'utf8').replace(/sha256:..../, 'sha256:0000'));
    expect((await load()).said).toMatch(
      /^PLUGIN_NOT_INSTALLED the rules `mine` were installed from .*a\.yaml/,
    );
  });

  it('give way to a file of that name', async () => {
    await install(folder.write('a.yaml', TEXT));
    const own = folder.write('here/mine', TEXT);
    expect((await load()).names).toEqual([own]);
    writeFileSync(own, '');
  });

  it.each([
    ['no list', 'a: 1', /^INSTALL_NO_RULES .* is no list of rules/],
    ['no YAML', '- [', /^INSTALL_NO_RULES /],
  ])('are not %s', async (_name, text, said) => {
    expect(await install(folder.write('wrong.yaml', text))).toMatch(said);
  });

  it('have a name that can be written', async () => {
    expect(await install(folder.write('a.yaml', TEXT), { name: 'My Rules' })).toMatch(
      /no name for rules/,
    );
  });
});

describe('who signed them', () => {
  const signed = (name: string, key = ours, text = TEXT): string => {
    const file = folder.write(`${name}.yaml`, text);
    folder.write(`${name}.yaml.minisig`, signDetached(Buffer.from(text), key, 'x'));
    return file;
  };
  const policy = { keys: [ours.publicKey], revokedIds: new Set<string>() };

  it('counts where keys are trusted', async () => {
    expect(await install(folder.write('a.yaml', TEXT), { policy })).toMatch(/^SIGNATURE_MISSING/);
    expect(await install(signed('s', theirs), { policy })).toMatch(/^SIGNATURE_UNKNOWN_KEY/);
    const changed = signed('c');
    writeFileSync(changed, `${TEXT}# more\n`);
    expect(await install(changed, { policy })).toMatch(/^SIGNATURE_WRONG/);
    expect(await install(signed('s'), { policy })).toBe('mine 0.0.0 1');
    expect(place().lock.rules.mine?.key).toBe(ours.publicKey.text);
  });

  it('stays the same, unless another is named', async () => {
    expect(await install(signed('s'), { keys: [ours] })).toBe('mine 0.0.0 1');
    expect(await install(folder.write('a.yaml', TEXT))).toMatch(
      /^INSTALL_KEY_CHANGED the rules `mine`/,
    );
    expect(await install(signed('t', theirs), { keys: [theirs] })).toBe('mine 0.0.0 1');
  });
});

describe('rules in a registry', () => {
  async function publish(...versions: [tag: string, text: string][]) {
    const registry = new FakeRegistry();
    const host = (await serve(registry.listener)).replace('http://', '');
    for (const [tag, text] of versions) {
      const bytes = Buffer.from(text);
      const read = { bytes, detached: signDetached(bytes, ours, 'x') };
      put(registry, tag, toRulesArtifact({ name: 'mine', version: tag, read }));
    }
    return { registry, reference: (tag: string) => `oci://${host}/x/mine:${tag}` };
  }
  function put(
    registry: FakeRegistry,
    tag: string,
    { manifest, blobs }: ReturnType<typeof artifactOf>,
  ): void {
    for (const blob of blobs) registry.blobs.set(sha256(blob), Buffer.from(blob));
    for (const name of [tag, sha256(manifest)]) registry.manifests.set(name, Buffer.from(manifest));
  }

  it('come with version and signature, and an older one does not take their place', async () => {
    const { reference } = await publish(['1.0.0', TEXT], ['1.1.0', `${TEXT}# 1.1\n`]);
    expect(await install(reference('1.1.0'), { keys: [ours] })).toBe('mine 1.1.0 1');
    expect(place().lock.rules.mine?.from).toMatch(/:1\.1\.0@sha256:[0-9a-f]{64}$/);
    expect(await install(reference('1.0.0'))).toMatch(
      /^INSTALL_OLDER the rules `mine` 1\.0\.0 is older than 1\.1\.0/,
    );
    expect(await install(reference('1.0.0'), { isForced: true })).toBe('mine 1.0.0 1');
  });

  it('are fetched again where they are not, and only they', async () => {
    const { registry, reference } = await publish(['1.0.0', TEXT]);
    await install(reference('1.0.0'));
    process.env.XDG_DATA_HOME = join(folder.path, 'elsewhere');
    expect(await restoreMissing(place(), 'rules', () => {})).toEqual({
      installed: ['mine'],
      diagnostics: [],
    });
    expect((await load()).said).toBe('');
    registry.manifests.clear();
    process.env.XDG_DATA_HOME = join(folder.path, 'nowhere');
    const { diagnostics } = await restoreMissing(place(), 'rules', () => {});
    expect(textOf(diagnostics)).toMatch(/^INSTALL_UNREACHABLE .*status 404/);
    process.env.XDG_DATA_HOME = folder.path;
  });

  it('are the same bytes each time', () => {
    const read = { bytes: Buffer.from(TEXT), detached: undefined };
    const wanted = { name: 'mine', version: '1.0.0', read };
    expect(toRulesArtifact(wanted)).toEqual(toRulesArtifact(wanted));
  });

  const tar = (...files: [string, string][]) =>
    createTar(files.map(([name, data]) => ({ name, data, attrs: { mtime: 0 } })));
  it.each<[string, Uint8Array, RegExp | string]>([
    ['Falco’s, in a folder', gzipSync(tar(['rules/falco_rules.yaml', TEXT])), 'name-of-it 3.2.1'],
    [
      'one, beside other files',
      gzipSync(tar(['a.yml', TEXT], ['README', 'x'])),
      'name-of-it 3.2.1',
    ],
    ['two', gzipSync(tar(['a.yaml', TEXT], ['b.yaml', TEXT])), /has 2 rules files, expected one/],
    ['none', gzipSync(tar(['README', TEXT])), /has 0 rules files, expected one/],
    ['nothing', gzipSync(Buffer.of()), /has 0 rules files/],
    ['not compressed', tar(['a.yaml', TEXT]), /has no gzipped tar/],
    ['a bomb', gzipSync(Buffer.alloc(64 << 20)), /has no gzipped tar/],
    ['noise', gzipSync(Buffer.alloc(4096, 'x')), /has no gzipped tar|has 0 rules files/],
  ])('may be %s', async (_name, layer, expected) => {
    const { registry, reference } = await publish();
    put(
      registry,
      'latest',
      artifactOf({
        ...{ configType: RULES_CONFIG_TYPE, layerType: RULES_LAYER_TYPE, layer, annotations: {} },
        config: { name: 'name-of-it', version: '3.2.1', dependencies: [], requirements: [] },
      }),
    );
    const parsed = parseReference(reference('latest'));
    if (typeof parsed === 'string') throw new Error(parsed);
    const { value, diagnostics } = await fetchRules(parsed, () => {});
    const said = value === undefined ? textOf(diagnostics) : `${value.name} ${value.version}`;
    expect(said).toMatch(expected);
    if (value !== undefined) expect(Buffer.from(value.read.bytes).toString()).toBe(TEXT);
  });
});
