import { truncateSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../../engine/config/load-config.ts';
import { readComponentFile } from '../../../../engine/plugin/gate/component-file.ts';
import { loadAll } from '../../../../engine/run/load/load-all.ts';
import { bareComponent, withManifest } from '../../../support/plugin-files.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';

const folder = scratchFolder('component-file');
const json = bareComponent('json');
const cloudtrail = bareComponent('cloudtrail');

function changed(
  manifest: Record<string, unknown>,
  change: Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries({ ...manifest, ...change }).filter(([, value]) => value !== undefined),
  );
}

const extractor = json.manifest.extractor as { fields: object[] };
const rows: [name: string, contents: Uint8Array | string, code: string, said: RegExp][] = [
  ['a text', 'hello', 'PLUGIN_NOT_A_COMPONENT', /something else, expected a WebAssembly component/],
  ['an empty file', '', 'PLUGIN_NOT_A_COMPONENT', /expected a WebAssembly component/],
  [
    'a core module',
    Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
    'PLUGIN_NOT_A_COMPONENT',
    /a core module/,
  ],
  ['a native library', '\u007fELF\u0002\u0001\u0001', 'PLUGIN_NOT_A_COMPONENT', /something else/],
  [
    'a component that is cut off',
    json.component.subarray(0, 5000),
    'PLUGIN_NOT_A_COMPONENT',
    /not a WebAssembly component/,
  ],
  [
    'a component without a manifest',
    json.component,
    'PLUGIN_NO_MANIFEST',
    /no usable custom section/,
  ],
  ['a manifest that is no JSON', withManifest(json.component, '{"name":'), 'MANIFEST_SYNTAX', /./],
  [
    'a misspelt key',
    withManifest(json.component, changed(json.manifest, { licence: 'x' })),
    'MANIFEST_SCHEMA',
    /unknown key `licence`/,
  ],
  [
    'a missing key',
    withManifest(json.component, changed(json.manifest, { version: undefined })),
    'MANIFEST_SCHEMA',
    /key `version` is missing/,
  ],
  [
    'an invalid version',
    withManifest(json.component, changed(json.manifest, { version: 'new' })),
    'MANIFEST_SCHEMA',
    /`version` is "new"/,
  ],
  [
    'a world with a source that is not described',
    withManifest(
      json.component,
      changed(json.manifest, { world: 'source-extractor-plugin@0.1.0' }),
    ),
    'MANIFEST_INCONSISTENT',
    /has a source, the manifest describes none/,
  ],
  [
    'a field twice',
    withManifest(
      json.component,
      changed(json.manifest, {
        extractor: { ...extractor, fields: [...extractor.fields, extractor.fields[0]] },
      }),
    ),
    'MANIFEST_INCONSISTENT',
    /is listed twice/,
  ],
  [
    'equal keys',
    withManifest(json.component, '{"name":"a","name":"b"}'),
    'MANIFEST_SYNTAX',
    /unique/,
  ],
  [
    'an import that it does not ask for',
    withManifest(
      cloudtrail.component,
      changed(cloudtrail.manifest, { capabilities: { clock: 'optional' } }),
    ),
    'PLUGIN_IMPORT_DENIED',
    /imports `tiercel:plugin\/store/,
  ],
];

describe('a plugin file', () => {
  it.each(rows)('that is %s is refused', (_name, contents, code, said) => {
    const { value, diagnostics } = readComponentFile(folder.write('plugin.wasm', contents));
    expect(value).toBeUndefined();
    expect(diagnostics[0]).toMatchObject({ code, message: expect.stringMatching(said) });
  });

  it('that is not there, or too large, is refused before it is read', () => {
    expect(readComponentFile('/nowhere.wasm').diagnostics[0]?.code).toBe('PLUGIN_FILE_UNREADABLE');
    expect(readComponentFile(folder.path).diagnostics[0]?.code).toBe('PLUGIN_FILE_UNREADABLE');
    const path = folder.write('large.wasm', json.component);
    truncateSync(path, 20 << 20);
    expect(readComponentFile(path).diagnostics[0]?.code).toBe('PLUGIN_TOO_LARGE');
  });

  it('that is right is judged without running it', () => {
    const { value, diagnostics } = readComponentFile(
      folder.write('right.wasm', withManifest(json.component, json.manifest)),
    );
    expect(diagnostics).toEqual([]);
    expect(value?.manifest.name).toBe('json');
    expect(value?.digest).toMatch(/^[0-9a-f]{64}$/);
  });
});

async function codesOf(config: string): Promise<string[]> {
  const { value, diagnostics } = loadConfig({
    configFile: folder.write('tiercel.yaml', config),
    rulesFiles: [],
    options: ['rules_files=[]'],
    plugin: undefined,
    openParams: undefined,
  });
  const loaded = value === undefined ? [] : (await loadAll(value)).diagnostics;
  return [...diagnostics, ...loaded].map(({ code }) => code);
}

describe('plugins together', () => {
  const copy = folder.write(
    'other.wasm',
    withManifest(json.component, changed(json.manifest, { name: 'other' })),
  );
  const clock = folder.write(
    'clock.wasm',
    withManifest(
      json.component,
      changed(json.manifest, { name: 'clock', capabilities: { clock: true } }),
    ),
  );
  const second = folder.write(
    'second.wasm',
    withManifest(cloudtrail.component, changed(cloudtrail.manifest, { name: 'second' })),
  );
  const configurations: [name: string, config: string, codes: string[]][] = [
    [
      'a name that is not that of the manifest',
      `plugins: [{name: mine, library_path: ${copy}}]`,
      ['PLUGIN_NAME_MISMATCH'],
    ],
    [
      'a capability that was not granted',
      `load_plugins: [clock]\nplugins: [{name: clock, library_path: ${clock}}]`,
      ['PLUGIN_CAPABILITY_DENIED'],
    ],
    [
      'a capability that was granted',
      `load_plugins: [clock]\nplugins: [{name: clock, library_path: ${clock}, grants: [clock]}]`,
      [],
    ],
    [
      'two sources of the same events',
      `load_plugins: [cloudtrail, second]\nplugins: [{name: second, library_path: ${second}}]`,
      ['PLUGIN_DUPLICATE'],
    ],
    [
      'two extractors of the same fields',
      `plugins: [{name: other, library_path: ${copy}}]`,
      ['PLUGIN_FIELD_TAKEN'],
    ],
    [
      'a source instead of the bundled one',
      `plugins: [{name: second, library_path: ${second}}]`,
      [],
    ],
    [
      'an init configuration that is not taken',
      `plugins: [{name: json, init_config: {a: 1}}]`,
      ['PLUGIN_CONFIG_SCHEMA'],
    ],
    [
      'an init configuration that breaks the schema',
      `plugins: [{name: cloudtrail, init_config: {a: 1}}]`,
      ['PLUGIN_CONFIG_SCHEMA'],
    ],
  ];
  it.each(configurations)('%s', async (_name, config, codes) => {
    expect(await codesOf(config)).toEqual(codes);
  });
});
