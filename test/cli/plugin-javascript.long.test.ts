import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { installTools } from '../support/author-tools.ts';
import { runLive } from '../support/run-live.ts';
import { runProgram } from '../support/run-program.ts';
import { sampled } from '../support/sampled.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('plugin-javascript-');

const MANIFEST = {
  name: 'every',
  version: '1.0.0',
  description: 'Every type of value',
  contact: 'tests',
  license: 'Apache-2.0',
  world: 'source-extractor-plugin@0.1.0',
  source: { name: 'every', openParams: 'location', openParamsDescription: 'files' },
  extractor: {
    sources: ['every'],
    fields: [
      ['every.text', 'string'],
      ['every.number', 'uint64'],
      ['every.flag', 'bool'],
      ['every.address', 'ipaddr'],
      ['every.time', 'abstime'],
      ['every.span', 'reltime'],
      ['every.thrown', 'string'],
    ]
      .map(([name, type]) => ({ name, type, description: 'd' }))
      .concat([
        { name: 'every.list', type: 'string', description: 'd', isList: true } as never,
        {
          name: 'every.member',
          type: 'string',
          description: 'd',
          argument: { kind: 'key', required: true },
        } as never,
      ]),
  },
  initConfigSchema: { type: 'object', properties: { prefix: { type: 'string' } } },
  capabilities: { store: ['input'] },
};

const PLUGIN = `import { LineSource } from 'tiercel/js/line-source';
import { definePlugin } from 'tiercel/js/plugin';
import manifest from './manifest.json';
import { thrown } from './thrown';

type Every = Record<string, unknown>;

let prefix = '';

export const { plugin, source, extractor } = definePlugin<Every>({
  manifest,
  source: new LineSource({
    time: (line) => (JSON.parse(line) as { at?: number }).at === undefined ? undefined : 5n,
    isWanted: (path) => /\\.log(\\.gz)?$/.test(path),
  }),
  parse: JSON.parse,
  configure: (config) => {
    const { prefix: wanted = '' } = (config ?? {}) as { prefix?: string };
    if (wanted === 'bad') throw new Error('no such prefix');
    prefix = wanted;
  },
  fields: {
    'every.text': (event) => event.text && prefix + String(event.text),
    'every.number': (event) => event.number,
    'every.flag': (event) => event.flag,
    'every.address': (event) => event.address,
    'every.time': (event) => event.time && new Date(String(event.time)),
    'every.span': (event) => event.span,
    'every.thrown': thrown,
    'every.list': (event) => event.list,
    'every.member': (event, argument) => event[argument ?? ''],
  },
});
`;

const RULES = `- rule: every
  desc: d
  condition: evt.num >= 0
  output: "%every.text %every.number %every.flag %every.address %every.time %every.span %every.thrown %every.list %every.member[a.b]"
  priority: WARNING
  source: every
`;

interface Alert {
  readonly time: string;
  readonly output_fields: Record<string, unknown>;
}

describe('the SDK for JavaScript', () => {
  const cwd = join(scratch.path, 'every');
  const config = (prefix: string): void =>
    writeFileSync(
      join(cwd, 'every.yaml'),
      `plugins:\n  - name: every\n    library_path: ${join(cwd, 'every.wasm')}\n    init_config: { prefix: ${prefix} }\n    open_params: logs\nload_plugins: [every]\n`,
    );
  const run = async (...args: string[]): Promise<{ alerts: Alert[]; stderr: string }> => {
    const { stdout, stderr } = await runProgram(
      ['run', ...args, '-r', 'rules.yaml', '--json', '-o', 'time_format_iso_8601=true'],
      { cwd },
    );
    const lines = stdout.split('\n').filter((line) => line !== '');
    return { alerts: lines.map((line) => JSON.parse(line) as Alert), stderr };
  };

  beforeAll(async () => {
    mkdirSync(join(cwd, 'logs'), { recursive: true });
    installTools(cwd, 'javascript');
    writeFileSync(join(cwd, 'manifest.json'), JSON.stringify(MANIFEST, null, 2));
    writeFileSync(join(cwd, 'plugin.ts'), PLUGIN);
    writeFileSync(
      join(cwd, 'thrown.ts'),
      'export const thrown = (event: { thrown?: { x: { y: string } } }) => event.thrown!.x.y;\n',
    );
    writeFileSync(join(cwd, 'rules.yaml'), RULES);
    // Its compiler once failed where temporary files lie below the current folder.
    const args = ['plugin', 'build', cwd, '--no-color'];
    const { stderr, code } = await runProgram(args, { cwd: dirname(scratch.path) });
    expect([stderr, code]).toEqual(['', 0]);
  });

  it('gives values of every type, and absent ones', async () => {
    const full = {
      ...{ at: 1, text: 'é\ud83d\ude00', number: 18446744073709551615n.toString(), flag: true },
      ...{ address: '2001:db8::5', time: '2026-02-03T04:05:06.007Z', span: 1_500_000_000 },
      ...{ thrown: { x: { y: 'z' } }, list: ['a', null, 'b', 1], 'a.b': { c: 1 } },
    };
    writeFileSync(join(cwd, 'full.log'), `${JSON.stringify(full)}\n{}\n`);
    const { alerts, stderr } = await run('every.wasm', 'full.log');
    const values = alerts.map(({ output_fields }) =>
      Object.entries(output_fields).flatMap(([name, value]) =>
        name.startsWith('every.') ? [value] : [],
      ),
    );
    expect(values).toMatchInlineSnapshot(`
      [
        [
          "2001:db8::5",
          true,
          [
            "a",
            "b",
            "1",
          ],
          "{"c":1}",
          18446744073709552000,
          1500000000,
          "é😀",
          "z",
          1770091506007000000,
        ],
        [
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
        ],
      ]
    `);
    expect(stderr.match(/every\.thrown: .* \(said once\)/g)).toHaveLength(1);
  });

  it('reads the files that are wanted, and says what it cannot read', async () => {
    const logs = join(cwd, 'logs');
    writeFileSync(join(logs, 'a.log'), '\ufeff{"text":"a1"}\r\n\n{"text":\n{"text":"a2"}');
    writeFileSync(join(logs, 'b.log.gz'), gzipSync('{"text":"b1"}\n'));
    writeFileSync(join(logs, 'c.txt'), '{"text":"c1"}\n');
    const long = 'x'.repeat(17 << 20);
    writeFileSync(join(logs, 'd.log'), `{"text":"d1"}\n${long}\n{"text":"d2"}\n`);
    config('p-');
    const { alerts, stderr } = await run('-c', 'every.yaml');
    expect(alerts.map(({ output_fields }) => output_fields['every.text'])).toEqual(
      ['a1', 'a2', 'b1', 'd1', 'd2'].map((text) => `p-${text}`),
    );
    expect(stderr).toContain('a.log:3: ');
    expect(stderr).toContain('d.log:2: longer than an event may be (16 MiB)');
    expect(stderr).toContain('1 file was left out (c.txt)');
  });

  it('has the memory that its engine needs', async () => {
    const { stdout } = await runProgram(['plugin', 'inspect', 'every.wasm'], { cwd });
    expect(stdout).toContain('memory 268435456 bytes');
  });

  it('refuses a configuration with the words of the plugin', async () => {
    config('bad');
    expect((await run('-c', 'every.yaml')).stderr).toContain('no such prefix');
  });

  it('follows', async () => {
    const path = join(cwd, 'grows.log');
    writeFileSync(path, '{"text":"g1"}\n');
    const args = ['run', 'every.wasm', path, '-r', 'rules.yaml', '--follow'];
    const { stdout } = await runLive(
      args,
      async ({ until }) => {
        await until('g1');
        appendFileSync(path, '{"text":"g2"}\n{"tex');
        await until('g2');
        appendFileSync(path, 't":"g3"}\n');
        await until('g3');
      },
      { cwd },
    );
    expect(stdout.match(/g\d/g)).toEqual(['g1', 'g2', 'g3']);
  });

  // More of them, for which it is built as well, are among `npm run mutations`.
  it.each(
    sampled<[name: string, from: string, to: string, said: string]>(
      [
        ['no syntax', 'let prefix', 'let let prefix', 'plugin.ts:8:'],
        ['a module that is not there', "'./thrown'", "'./trown'", './trown'],
        ['an SDK module that is not there', 'js/line-source', 'js/lines', 'tiercel/js/lines'],
        [
          'a function without a field',
          "'every.flag'",
          "'every.flags'",
          'manifest.json has no field `every.flags`',
        ],
      ],
      2,
    ),
  )('says what is wrong: %s', async (name, from, to, said) => {
    const wrong = join(scratch.path, name.replaceAll(' ', '-'));
    mkdirSync(wrong);
    installTools(wrong, 'javascript');
    for (const file of ['manifest.json', 'thrown.ts'])
      writeFileSync(join(wrong, file), readFileSync(join(cwd, file)));
    writeFileSync(join(wrong, 'plugin.ts'), PLUGIN.replace(from, to));
    const { stdout, stderr, code } = await runProgram(['plugin', 'build', wrong, '--no-color']);
    expect(stderr).toContain(said);
    expect(stderr).toContain('PLUGIN_CANNOT_BUILD');
    expect([stdout, code]).toEqual(['', 1]);
  });
});
