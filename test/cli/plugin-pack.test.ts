/* `tiercel plugin pack`: a module of any toolchain becomes a plugin, or the error is reported with its place. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  EXTRACTOR_MANIFEST,
  extractorModule,
  SOURCE_MANIFEST,
  sourceModule,
} from '../support/hostile-module.ts';
import { bareComponent } from '../support/plugin-files.ts';
import { REPOSITORY, runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('pack');
const rules = folder.write(
  'rules.yaml',
  '- {rule: all, desc: d, condition: evt.num > 0, output: "<%evt.num>", priority: INFO, source: hostile}\n',
);
const wit = readFileSync(join(REPOSITORY, 'schemas/wit/v0.1/plugin.wit'), 'utf8');
const WIDE = 'tiercel:plugin/plugin@0.1.0#init") (param i32 i32)';
/** The stream is over. */
const END = '(i32.store (i32.const 1028) (i32.const 2)) (return (i32.const 1024))';
let core = '';

const pack = (...args: string[]) => runProgram(['plugin', 'pack', ...args], { cwd: folder.path });
/** Writes a manifest to its own file, with a line for each key. */
const written = (name: string, manifest: object | string): string =>
  folder.write(
    name,
    typeof manifest === 'string' ? manifest : JSON.stringify(manifest, undefined, 2),
  );
/** Compiles a module given as WebAssembly text. */
const compiled = async (name: string, text: string): Promise<string> =>
  folder.write(name, await parse(text));

beforeAll(async () => {
  core = await compiled('source.core.wasm', sourceModule({ next: END }));
  written('manifest.json', SOURCE_MANIFEST);
});

describe('packing', () => {
  it('makes a plugin of a core module, which runs', async () => {
    const { stdout, stderr, code } = await pack(core);
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout).toMatch(/^hostile_source 0\.1\.0 → hostile_source\.wasm: \d+ bytes, sha256 /);
    const plugin = join(folder.path, 'hostile_source.wasm');
    const run = await runProgram(['run', plugin, 'x', '-r', rules]);
    expect(run.stdout).toContain('<1>');
    const inspected = await runProgram(['plugin', 'inspect', plugin, '--json']);
    const json = await pack(core, '--json');
    const about = JSON.parse(json.stdout);
    expect(about).toEqual({ ...JSON.parse(inspected.stdout), path: 'hostile_source.wasm' });
  });

  it('gives the same bytes for the same files, however the manifest is laid out', async () => {
    await pack(core, '-o', 'one.wasm');
    const flat = written('flat.json', JSON.stringify(SOURCE_MANIFEST));
    await pack(core, '--manifest', flat, '-o', 'two.wasm');
    const read = (name: string): Buffer => readFileSync(join(folder.path, name));
    expect(read('one.wasm').equals(read('two.wasm'))).toBe(true);
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('takes a component, and puts its manifest in the place of another one', async () => {
    const { component, manifest } = bareComponent('json');
    const bare = folder.write('bare.wasm', component);
    const own = written('json.json', { ...manifest, version: '9.8.7' });
    expect((await pack(bare, '-m', own, '-o', 'json.wasm')).code).toBe(0);
    const again = written('again.json', { ...manifest, version: '9.8.8' });
    const { stdout } = await pack('json.wasm', '-m', again, '-o', 'json.wasm');
    expect(stdout).toContain('json 9.8.8 → json.wasm');
    const inspected = await runProgram(['plugin', 'inspect', join(folder.path, 'json.wasm')]);
    expect(inspected.stdout).toContain('json 9.8.8');
  });

  it('prints the WIT', async () => {
    const { stdout, code } = await runProgram(['plugin', 'wit']);
    expect(stdout).toBe(wit);
    expect(code).toBe(0);
  });
});

describe('a mistake', () => {
  const manifests: [name: string, manifest: () => object | string, said: string][] = [
    ['a manifest that is no JSON', () => '{"name": hostile}', 'broken.json:1:10: error:'],
    ['a key that is unknown', () => ({ ...SOURCE_MANIFEST, licence: 'x' }), '`licence`'],
    ['a key that is missing', () => ({ ...SOURCE_MANIFEST, license: undefined }), '`license`'],
    [
      'a name of another form',
      () => ({ ...SOURCE_MANIFEST, name: 'Not So' }),
      'a form like cloudtrail',
    ],
    ['an invalid version', () => ({ ...SOURCE_MANIFEST, version: '1' }), '`version`'],
    [
      'a world of another version',
      () => ({ ...SOURCE_MANIFEST, world: 'source-plugin@9.0.0' }),
      '`world`',
    ],
    [
      'a world with an extractor',
      () => ({ ...SOURCE_MANIFEST, world: 'source-extractor-plugin@0.1.0' }),
      'describes none',
    ],
    [
      'fields that the world has none of',
      () => ({ ...SOURCE_MANIFEST, extractor: EXTRACTOR_MANIFEST.extractor }),
      'has none',
    ],
    [
      'a field of an unknown type',
      () => ({
        ...EXTRACTOR_MANIFEST,
        extractor: { fields: [{ name: 'a.b', type: 'text', description: 'd' }] },
      }),
      'type',
    ],
    [
      'a field twice',
      () => ({
        ...EXTRACTOR_MANIFEST,
        extractor: {
          fields: [...EXTRACTOR_MANIFEST.extractor.fields, ...EXTRACTOR_MANIFEST.extractor.fields],
        },
      }),
      'listed twice',
    ],
    [
      'an unknown capability',
      () => ({ ...SOURCE_MANIFEST, capabilities: { network: true } }),
      '`network`',
    ],
  ];
  it.each(manifests)('in the manifest: %s', async (_, manifest, said) => {
    const path = written('broken.json', manifest());
    const { stderr, stdout, code } = await pack(core, '-m', path, '-o', 'broken.wasm');
    expect(stderr).toContain(said);
    expect(stderr).toMatch(/broken\.json:\d+:\d+: error: /);
    expect([stdout, code]).toEqual(['', 1]);
    expect(existsSync(join(folder.path, 'broken.wasm'))).toBe(false);
  });

  const modules: [name: string, module: () => string, said: string, hint: string][] = [
    [
      'an export that is missing',
      () => sourceModule({}).replace('#checkpoint"', '#check"'),
      '`checkpoint`',
      'export a function of the name `tiercel:plugin/source@0.1.0#checkpoint`',
    ],
    [
      'an export of another type',
      () => sourceModule({}).replace(WIDE, WIDE.replace('i32 i32', 'i32 i64')),
      'type mismatch for function `init`',
      '`tiercel plugin wit`',
    ],
    [
      'an import of a C library',
      () =>
        sourceModule({
          more: '(import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))',
        }),
      'wasi_snapshot_preview1',
      'build it without a C library',
    ],
    [
      'an import of its host in another world',
      () => sourceModule({ more: '(import "env" "abort" (func (param i32 i32 i32 i32)))' }),
      '`env`',
      '`tiercel plugin wit`',
    ],
    [
      'an import that the manifest does not ask for',
      () =>
        sourceModule({ more: '(import "tiercel:plugin/clock@0.1.0" "now" (func (result i64)))' }),
      'imports `tiercel:plugin/clock@0.1.0`',
      'add it to `capabilities`',
    ],
    [
      'no memory',
      () =>
        sourceModule({})
          .replace(/\(memory.*\n/, '')
          .replace(/\(data.*\n/g, ''),
      'memory',
      '',
    ],
    [
      'another world than the manifest says',
      () => extractorModule({ extract: '(i32.const 0)' }),
      'of interface `tiercel:plugin/source@0.1.0`',
      'export a function',
    ],
    [
      'an instruction that is not let through',
      () => sourceModule({ next: '(drop (i32.atomic.load (i32.const 0)))' }),
      'instruction',
      '',
    ],
  ];
  it.each(modules)('in the module: %s', async (_, module, said, hint) => {
    const path = await compiled('broken.core.wasm', module());
    const { stderr, stdout, code } = await pack(path, '-o', 'broken.wasm');
    expect(stderr).toContain(said);
    expect(stderr).toContain(hint);
    expect([stdout, code]).toEqual(['', 1]);
    expect(existsSync(join(folder.path, 'broken.wasm'))).toBe(false);
  });

  it.each<[string, string[], RegExp]>([
    ['no file', ['none.wasm'], /none\.wasm: it does not exist/],
    ['a folder', ['.'], /it is a folder/],
    ['no WebAssembly', ['manifest.json'], /is no WebAssembly[\s\S]*core module or a component/],
    [
      'no manifest',
      ['source.core.wasm', '-m', 'none.json'],
      /none\.json: it does not exist[\s\S]*every plugin has one/,
    ],
    [
      'nowhere to write',
      ['source.core.wasm', '-o', 'none/x.wasm'],
      /cannot write none\/x\.wasm: it does not exist/,
    ],
  ])('in the command: %s', async (_, args, said) => {
    const { stderr, code } = await pack(...args);
    expect(stderr).toMatch(said);
    expect(code).toBe(1);
  });

  it('in a file that is cut', async () => {
    const whole = readFileSync(core);
    const cut = folder.write('cut.wasm', whole.subarray(0, whole.length - 9));
    const { stderr, code } = await pack(cut);
    expect(stderr).toMatch(/cut\.wasm/);
    expect(code).toBe(1);
  });

  it('is JSON where that was asked for', async () => {
    const path = written('broken.json', { ...SOURCE_MANIFEST, name: 'Not So' });
    const { stdout, code } = await pack(core, '-m', path, '--json');
    const [diagnostic] = JSON.parse(stdout).diagnostics;
    expect(diagnostic.code).toBe('MANIFEST_SCHEMA');
    expect(JSON.stringify(diagnostic)).toContain('"line":7,"character":11');
    expect(code).toBe(1);
  });
});
