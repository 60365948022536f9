/* `tiercel plugin build`: a folder with AssemblyScript becomes a plugin, with the compiler of its project and our SDK. */

import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runLive } from '../support/run-live.ts';
import { REPOSITORY, runProgram } from '../support/run-program.ts';
import { sampled } from '../support/sampled.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('build');
const project = join(scratch.path, 'shop');
const MANIFEST = {
  name: 'shop',
  version: '1.0.0',
  description: 'Orders of a shop',
  contact: 'tests',
  license: 'Apache-2.0',
  world: 'source-extractor-plugin@0.1.0',
  source: { name: 'shop', openParams: 'location', openParamsDescription: 'files of orders' },
  extractor: {
    sources: ['shop'],
    fields: [
      { name: 'shop.customer', type: 'string', description: 'who ordered' },
      { name: 'shop.total', type: 'uint64', description: 'with tax' },
    ],
  },
  capabilities: { store: ['input'] },
};
const FIELDS = `import { FieldTable } from 'tiercel/sdk/field-table';
import { EventView, pointer } from 'tiercel/sdk/event-view';

const NET = pointer('/net');
const TAX = pointer('/tax');

function total(event: EventView): void {
  if (event.has(NET)) event.putNumber(event.number(NET) + event.number(TAX));
}

export const fields = new FieldTable();

fields.text('shop.customer', pointer('/customer/name'));
fields.computed('shop.total', [NET, TAX], total);
`;
const INDEX = `import { Extractor } from 'tiercel/sdk/extractor';
import { plugin } from 'tiercel/sdk/plugin';
import { JsonShape } from 'tiercel/sdk/json-shape';
import { FileVerdict, Verdict } from 'tiercel/sdk/record-shape';
import { JsonSource } from 'tiercel/sdk/source';
import { fields } from './fields';

class Orders extends JsonShape {
  get envelopeKeys(): string[] {
    return ['orders'];
  }
  get fileNames(): string {
    return '*.json';
  }
  judge(start: usize, end: usize): Verdict {
    this.eventStart = start;
    this.eventEnd = end;
    return Verdict.Event;
  }
  judgeString(_start: usize, _end: usize): Verdict {
    this.reason = 'a text';
    return Verdict.Lost;
  }
  judgeFile(_path: string): FileVerdict {
    return FileVerdict.Read;
  }
}

plugin.source = new JsonSource(new Orders());
plugin.extractor = new Extractor(fields);
`;
const orders = scratch.write(
  'orders.json',
  '{"customer":{"name":"ann"},"net":10,"tax":2}\n{"customer":{"name":"bob"},"net":1,"tax":1}\n',
);
const rules = scratch.write(
  'rules.yaml',
  '- {rule: large, desc: d, condition: shop.total > 5, output: "<%shop.customer %shop.total>", priority: INFO, source: shop}\n',
);

const build = (folder: string, ...args: string[]) =>
  runProgram(['plugin', 'build', folder, ...args, '--no-color']);
/** A copy of the project with one file that is otherwise. */
function changed(name: string, file: string, text: string): string {
  const folder = join(scratch.path, name);
  cpSync(project, folder, { recursive: true, verbatimSymlinks: true });
  writeFileSync(join(folder, file), text);
  return folder;
}

beforeAll(() => {
  mkdirSync(join(project, 'assembly'), { recursive: true });
  mkdirSync(join(project, 'node_modules'));
  const compiler = join(REPOSITORY, 'node_modules/assemblyscript');
  symlinkSync(compiler, join(project, 'node_modules/assemblyscript'));
  writeFileSync(join(project, 'manifest.json'), JSON.stringify(MANIFEST, undefined, 2));
  writeFileSync(join(project, 'assembly/fields.ts'), FIELDS);
  writeFileSync(join(project, 'assembly/index.ts'), INDEX);
});

describe('building', () => {
  it('makes a plugin that reads and alerts, the same one each time', async () => {
    const { stdout, stderr, code } = await build(project);
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout).toMatch(/^shop 1\.0\.0 → .*shop\.wasm: \d+ bytes, sha256 [\da-f]{64}\n$/);
    const plugin = join(project, 'shop.wasm');
    const run = await runProgram(['run', plugin, orders, '-r', rules]);
    expect(run.stdout).toContain('<ann 12>');
    expect(run.stdout).not.toContain('bob');
    const other = join(scratch.path, 'again.wasm');
    const again = await build(project, '-o', other);
    expect(again.stdout.split('sha256')[1]).toBe(stdout.split('sha256')[1]);
    expect(readFileSync(other).equals(readFileSync(plugin))).toBe(true);
  });

  it('makes one for debugging', async () => {
    const { stdout, code } = await build(
      project,
      '--debug',
      '-o',
      join(scratch.path, 'debug.wasm'),
    );
    expect(code).toBe(0);
    const size = Number(/(\d+) bytes/.exec(stdout)?.[1]);
    expect(size).toBeGreaterThan(readFileSync(join(project, 'shop.wasm')).length);
  });

  it('goes on building while something changes', async () => {
    const folder = changed('watched', 'assembly/fields.ts', FIELDS);
    const args = ['plugin', 'build', folder, '--watch', '--no-color'];
    const { stdout, stderr, code } = await runLive(args, async ({ until, ...program }) => {
      await until('shop 1.0.0 →');
      appendFileSync(join(folder, 'assembly/index.ts'), 'nonsense;\n');
      await until("Cannot find name 'nonsense'");
      writeFileSync(join(folder, 'assembly/index.ts'), INDEX);
      const manifest = JSON.stringify({ ...MANIFEST, version: '1.0.1' });
      writeFileSync(join(folder, 'manifest.json'), manifest);
      await until('shop 1.0.1 →');
      expect(program.child.exitCode).toBeNull();
    });
    expect(stdout).toContain('shop 1.0.1 →');
    expect(stderr).toContain('assembly/index.ts:');
    expect(code).toBe(0);
  });
});

describe('a mistake', () => {
  const files = ['manifest.json', 'assembly/index.ts', 'assembly/fields.ts'] as const;
  const [MANIFEST_FILE, INDEX_FILE, FIELDS_FILE] = files;
  const json = (manifest: object): string => JSON.stringify(manifest, undefined, 2);
  const swapped = { ...MANIFEST.extractor, fields: MANIFEST.extractor.fields.toReversed() };
  const short = { ...MANIFEST.extractor, fields: MANIFEST.extractor.fields.slice(0, 1) };
  it.each(
    sampled<[name: string, file: string, text: string, said: string]>(
      [
        ['no JSON', MANIFEST_FILE, '{', 'manifest.json:1:2: error: not JSON'],
        ['no version', MANIFEST_FILE, json({ ...MANIFEST, version: undefined }), '`version`'],
        [
          'a capability too few',
          MANIFEST_FILE,
          json({ ...MANIFEST, capabilities: {} }),
          'imports `tiercel:plugin/store@0.1.0`',
        ],
        [
          'fields in another order',
          MANIFEST_FILE,
          json({ ...MANIFEST, extractor: swapped }),
          'fields.ts:13:1: error: field 1 is `shop.customer` here and `shop.total` in',
        ],
        [
          'a field too few in the manifest',
          MANIFEST_FILE,
          json({ ...MANIFEST, extractor: short }),
          'fields.ts:14:1: error: field 2 is `shop.total` here and none in',
        ],
        [
          'a field too few in the table',
          FIELDS_FILE,
          FIELDS.replace(/^fields\.computed.*\n/m, ''),
          'field 2 is none here and `shop.total` in manifest.json',
        ],
        [
          'an unknown name',
          INDEX_FILE,
          INDEX.replace('new Orders()', 'new Odrers()'),
          "index.ts:29:36: error: Cannot find name 'Odrers'",
        ],
        [
          'a type',
          FIELDS_FILE,
          FIELDS.replace('event.number(NET) + event.number(TAX)', "'x'"),
          'fields.ts:8:',
        ],
        [
          'a module that is not there',
          INDEX_FILE,
          INDEX.replace("'./fields'", "'./feilds'"),
          'feilds',
        ],
        ['no syntax', INDEX_FILE, `${INDEX}}`, 'index.ts:31:1: error:'],
      ],
      2,
    ),
  )('is reported with its place: %s', async (name, file, text, said) => {
    const folder = changed(`wrong-${name.replaceAll(' ', '-')}`, file, text);
    const args = ['plugin', 'build', folder, '-o', join(folder, 'out.wasm'), '--no-color'];
    // The compiler prints in colour where `CI` is set, to a pipe too.
    const { stderr, stdout, code } = await runProgram(args, { env: { CI: 'true' } });
    expect(stderr).toContain(said);
    expect([stdout, code]).toEqual(['', 1]);
    expect(existsSync(join(folder, 'out.wasm'))).toBe(false);
  });

  it('reports, when it is called, a part that the world has and the code does not', async () => {
    const text = INDEX.replace('plugin.source =', 'let source =');
    const folder = changed('no-source', 'assembly/index.ts', text);
    const plugin = join(folder, 'shop.wasm');
    expect((await build(folder)).code).toBe(0);
    const { stderr, code } = await runProgram(['run', plugin, orders, '-r', rules]);
    expect(stderr).toContain('assembly/index.ts gives `plugin` no source');
    expect(code).not.toBe(0);
  });

  it('is reported for the folder: no code, no manifest', async () => {
    const bare = join(scratch.path, 'bare');
    mkdirSync(join(bare, 'assembly'), { recursive: true });
    expect((await build(bare)).stderr).toContain('cannot read the manifest');
    writeFileSync(join(bare, 'manifest.json'), JSON.stringify(MANIFEST));
    expect((await build(bare)).stderr).toContain('has no assembly/index.ts (AssemblyScript), nor ');
  });
});

describe('a new plugin', () => {
  const create = (name: string, ...more: string[]) =>
    runProgram(['plugin', 'new', name, ...more], { cwd: scratch.path });

  it('builds, and gives the alert that it is tried with', async () => {
    const { stdout, code } = await create('my-log');
    expect(code).toBe(0);
    expect(stdout).toContain('my-log/assembly/index.ts\n');
    expect(stdout).toContain('my-log/.gitignore\n');
    const folder = join(scratch.path, 'my-log');
    mkdirSync(join(folder, 'node_modules'));
    const compiler = join(REPOSITORY, 'node_modules/assemblyscript');
    symlinkSync(compiler, join(folder, 'node_modules/assemblyscript'));
    const { scripts, devDependencies } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    );
    expect(Object.keys(devDependencies)).toEqual(['assemblyscript', 'tiercel']);
    expect(devDependencies.assemblyscript).toMatch(/^\d+\.\d+\.\d+$/);
    for (const command of scripts.start.split(' && ')) {
      const [program, ...args] = command.split(' ');
      expect(program).toBe('tiercel');
      const result = await runProgram(args, { cwd: folder });
      expect(result.stderr).not.toMatch(/error|warning/);
      expect(result.code).toBe(0);
      if (args[0] === 'run')
        expect(result.stdout).toBe('08:00:03.000000000: Warning login failed (user=eve)\n');
    }
    for (const file of stdout.split('\n').filter((line) => line.startsWith('my-log/')))
      expect(readFileSync(join(scratch.path, file), 'utf8')).not.toMatch(/__[a-z]+__/);
  });

  it('is refused if something is in the way, or the name is not valid', async () => {
    await create('twice');
    const twice = await create('twice');
    expect(twice.stderr).toContain('twice exists already');
    expect(twice.code).toBe(1);
    for (const name of ['Upper', '9x', '../x', 'a b', 'x'.repeat(64)]) {
      const { stderr, code } = await create(name);
      expect(stderr).toContain('is not a valid name for a plugin');
      expect(code).toBe(1);
    }
    const { stdout } = await create('twice', '--json');
    expect(JSON.parse(stdout).diagnostics[0].code).toBe('PLUGIN_CANNOT_CREATE');
  });
});
