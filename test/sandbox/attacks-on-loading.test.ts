/* Files that do harm before anything of them runs: each is refused, by `inspect` and by `run`, within bounds. */

import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, print } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, it } from 'vitest';
import { HOSTILE_EXTRACTOR, runMeasured } from '../support/containment.ts';
import { buildWithin, extractorModule, NOTHING_FOUND } from '../support/hostile-module.ts';
import { bareComponent, withManifest } from '../support/plugin-files.ts';
import { sampled } from '../support/sampled.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('attacks-on-loading');
const GOOD = extractorModule({ extract: NOTHING_FOUND });

const NEEDS_IT = folder.write(
  'rules.yaml',
  '- {rule: r, desc: d, condition: bad.value exists, output: o, priority: INFO, source: aws_cloudtrail}\n',
);

/** Refused with this, as a file and as a plugin to run. */
async function isRefused(path: string, code: string, said: RegExp): Promise<void> {
  const place = dirname(path);
  const config = join(place, 'tiercel.yaml');
  writeFileSync(config, `plugins: [{name: hostile, library_path: ${path}}]\n`);
  for (const args of [
    ['plugin', 'inspect', path],
    ['run', '-c', config, 'cloudtrail', place],
  ]) {
    const { code: exit, stdout, stderr } = await runMeasured(args, place);
    expect(stderr).toContain(`[${code}]`);
    expect(stderr).toMatch(said);
    expect(stderr + stdout).not.toMatch(/[\u0007\u001b\u009b\u202e]/);
    expect(exit).toBe(1);
  }
}

describe('a core module is refused', () => {
  const many = (count: number, text: string): string => text.repeat(count);
  const rows: [what: string, module: string, said: RegExp][] = [
    ['with a memory of 64 bits', '(memory i64 1)', /memory/],
    ['with a shared memory', '(memory 1 10 shared)', /memory/],
    ['with two memories', '(memory 1) (memory 1)', /memor/],
    ['with a memory of 4 GiB', '(memory 65536)', /a memory starts with 4294967296 bytes/],
    ['with a table of a billion', '(table 1000000000 funcref)', /table/],
    ['with a table of 64 bits', '(table i64 1 funcref)', /table/],
    ['with five tables', many(5, '(table 1 funcref)'), /5 tables in a core module/],
    ['with exceptions', '(tag)', /has exceptions/],
    [
      'that catches what the host throws',
      '(func (try_table (catch_all 0) (call 0)))',
      /instruction 0x1f/,
    ],
    ['with tail calls', '(func (return_call 0))', /instruction 0x12/],
    [
      'with references that are called',
      '(type $f (func)) (func (param (ref $f)) (call_ref $f (local.get 0)))',
      /instruction 0x14/,
    ],
    [
      'with structures',
      '(type $s (struct (field i32))) (func (drop (struct.new $s (i32.const 1))))',
      /instruction 0xfb/,
    ],
    [
      'with atomic instructions',
      '(memory 1) (func (drop (i32.atomic.load (i32.const 0))))',
      /instruction 0xfe/,
    ],
    ['with 11,000 locals', `(func ${many(11_000, '(local i64)')})`, /11000 locals in a function/],
    [
      'with locals × blocks',
      `(func ${many(9_000, '(local i64)')} ${many(2_000, '(block (br_if 0 (i32.const 0)))')})`,
      /locals × branches in a function/,
    ],
    ['with 30,000 types', many(30_000, '(type (func))'), /30000 types in a core module/],
    [
      'with a table of 200,000 branches',
      `(func (block (br_table ${many(200_000, '0 ')} (i32.const 0))) ${many(100, '(local.set 0 (i64.const 0))')})`.replace(
        '(func',
        `(func ${many(200, '(local i64)')}`,
      ),
      /locals × branches/,
    ],
  ];
  it.each(sampled(rows, 3))('%s', async (_what, module, said) => {
    const path = await buildWithin(folder.path, GOOD, `(core module ${module})`, HOSTILE_EXTRACTOR);
    await isRefused(path, 'PLUGIN_UNCAPPABLE', said);
  });

  it('with a name that is code', async () => {
    const name = "x'];globalThis.P=1;//";
    const module = `(core module $m (func (export "${name}"))) (core instance (instantiate $m))`;
    const path = await buildWithin(folder.path, GOOD, module, HOSTILE_EXTRACTOR);
    const config = join(dirname(path), 'tiercel.yaml');
    const plugins = `[{name: hostile, library_path: ${path}}, {name: cloudtrail, open_params: ${dirname(path)}}]`;
    writeFileSync(config, `plugins: ${plugins}\n`);
    const { code, stderr } = await runMeasured(['run', '-c', config, '-r', NEEDS_IT], folder.path);
    expect(stderr).toContain('has a core module with name "x\'];globalThis.P=1;//"');
    expect(code).toBe(1);
  });
});

describe('a component is refused', () => {
  const { component, manifest } = bareComponent('json');
  const rows: [what: string, change: [from: string, to: string], said: RegExp][] = [
    [
      'that logs lists of lists',
      ['(param "message" string)', '(param "message" (list u8))'],
      /expected `func\(level/,
    ],
    ['with another level', ['"debug"', '"fatal"'], /fatal/],
    [
      'that imports HTTP',
      ['(import "tiercel:plugin/log@0.1.0"', '(import "wasi:http/types@0.2.0"'],
      /imports `wasi:http\/types@0\.2\.0`, which its manifest does not ask for/,
    ],
    [
      'that imports another version of the log',
      ['"tiercel:plugin/log@0.1.0"', '"tiercel:plugin/log@9.0.0"'],
      /log@9\.0\.0/,
    ],
  ];
  it.each(rows)('%s', async (_what, [from, to], said) => {
    const text = await print(component);
    expect(text).toContain(from);
    const broken = await parse(
      text.replace(from, to).replace('(param "message" (list u8))', '(param "message" 0)'),
    );
    const path = folder.write('changed.wasm', withManifest(broken, manifest));
    const { code, stderr } = await runMeasured(['plugin', 'inspect', path], folder.path);
    expect(stderr).toMatch(said);
    expect(code).toBe(1);
  });
});

describe('a manifest is refused', () => {
  const { component, manifest } = bareComponent('json');
  const text = JSON.stringify(manifest);
  const deep = (open: string, close: string): string =>
    text.replace(
      '"capabilities":',
      `"x":${open.repeat(100_000)}1${close.repeat(100_000)},"capabilities":`,
    );
  const rows: [what: string, manifest: string | object, code: string, said: RegExp][] = [
    ['with lists in lists in lists', deep('[', ']'), 'MANIFEST_SYNTAX', /./],
    ['with objects in objects', deep('{"a":', '}'), 'MANIFEST_SYNTAX', /./],
    ['with a key twice', text.replace('"name"', '"name":"a","name"'), 'MANIFEST_SYNTAX', /name/],
    [
      'with 100,000 keys',
      text.replace('{', `{${Array.from({ length: 50_000 }, (_, at) => `"k${at}":1`).join()},`),
      'MANIFEST_SCHEMA',
      /more like these/,
    ],
    [
      'with the keys of a prototype',
      text.replace('{', '{"__proto__":{"a":1},"constructor":{"prototype":{}},'),
      'MANIFEST_SCHEMA',
      /__proto__|constructor/,
    ],
    [
      'with a name that drives the terminal',
      { ...manifest, name: 'x\u001b[2J\u202e' },
      'MANIFEST_SCHEMA',
      /name/,
    ],
    [
      'with a version that is long',
      { ...manifest, version: `1.${'0'.repeat(500_000)}.x` },
      'MANIFEST_SCHEMA',
      /version/,
    ],
    [
      'with an unknown limit',
      { ...manifest, limits: { memorySizeMin: 1 } },
      'MANIFEST_SCHEMA',
      /memorySizeMin/,
    ],
    [
      'for a world that the component has not',
      {
        ...manifest,
        world: 'source-extractor-plugin@0.1.0',
        source: { name: 'x', openParams: 'none', openParamsDescription: 'n' },
      },
      'PLUGIN_WORLD_MISMATCH',
      /does not export/,
    ],
    [
      'of two megabytes',
      { ...manifest, description: 'x'.repeat(2 << 20) },
      'PLUGIN_NO_MANIFEST',
      /no usable custom section/,
    ],
  ];
  it.each(sampled(rows, 3))('%s', async (_what, changed, code, said) => {
    const path = folder.write('manifest.wasm', withManifest(component, changed));
    await isRefused(path, code, said);
  });
});
