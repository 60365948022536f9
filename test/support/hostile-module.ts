/* Plugins in WebAssembly text that do what they must not. */

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  componentEmbed,
  componentNew,
  parse,
  print,
} from '@bytecodealliance/jco-transpile/wasm-tools';
import { withManifest } from './plugin-files.ts';
import { REPOSITORY } from './run-program.ts';

const P = 'tiercel:plugin/';
const V = '@0.1.0#';

export interface ExtractorBody {
  /** Body of `extract`: leaves the address of the record of columns. */
  readonly extract: string;
  readonly init?: string;
  readonly configure?: string;
  readonly realloc?: string;
  /** Further functions, memory contents, imports. */
  readonly more?: string;
  readonly pages?: number;
}

/** An extractor of one field, `bad.value`; memory from 1024 on is zero. */
export function extractorModule({
  extract,
  init = '',
  configure = '',
  realloc = '',
  more = '',
  pages = 1,
}: ExtractorBody): string {
  return `(module
    ${more}
    (memory (export "memory") ${pages})
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) ${realloc} (i32.const 8192))
    (func (export "${P}plugin${V}init") (param i32 i32) (result i32) ${init} (i32.const 1024))
    (func (export "${P}extractor${V}configure") (param i32 i32 i32) (result i32)
      ${configure} (i32.const 1024))
    (func (export "${P}extractor${V}extract")
      (param $plan i32) (param $data i32) (param $size i32) (param $spans i32) (param $spanCount i32)
      (param $times i32) (param $timeCount i32) (result i32) ${extract}))`;
}

/** What is done by each of the functions before what they do otherwise. */
export interface SourceBody {
  readonly init?: string;
  readonly realloc?: string;
  readonly open?: string;
  readonly next?: string;
  readonly checkpoint?: string;
  readonly resume?: string;
  readonly acknowledge?: string;
  readonly close?: string;
  /** Further functions, memory contents, imports. */
  readonly more?: string;
}

/** A source that gives one event, `{}`, and then runs the given step; the same when it is resumed. */
export function sourceModule({
  init = '',
  realloc = '',
  open = '',
  next = '',
  checkpoint = '',
  resume = '',
  acknowledge = '',
  close = '',
  more = '',
}: SourceBody): string {
  const events = [
    [1032, 4096],
    [1036, 2],
    [1040, 4112],
    [1044, 2],
    [1048, 4120],
    [1052, 1],
  ];
  return `(module
    ${more}
    (memory (export "memory") 1)
    (global $given (mut i32) (i32.const 0))
    (data (i32.const 4096) "{}")
    (data (i32.const 4112) "\\00\\00\\00\\00\\02\\00\\00\\00")
    (data (i32.const 4120) "\\05")
    (data (i32.const 3072) "\\00\\10\\00\\00\\01\\00\\00\\00")
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) ${realloc} (i32.const 8192))
    (func (export "${P}plugin${V}init") (param i32 i32) (result i32) ${init} (i32.const 2048))
    (func (export "${P}source${V}open") (param i32 i32) (result i32) ${open} (i32.const 2048))
    (func (export "${P}source${V}checkpoint") (result i32) ${checkpoint} (i32.const 3072))
    (func (export "${P}source${V}resume") (param i32 i32) (result i32) ${resume}
      (global.set $given (i32.const 1)) (i32.const 2048))
    (func (export "${P}source${V}acknowledge") (param i32 i32) ${acknowledge})
    (func (export "${P}source${V}close") ${close})
    (func (export "${P}source${V}next") (param i32 i32) (result i32)
      (if (global.get $given) (then ${next}))
      (global.set $given (i32.const 1))
      ${events.map(([at, word]) => `(i32.store (i32.const ${at}) (i32.const ${word}))`).join(' ')}
      (i32.const 1024)))`;
}

const ABOUT = {
  version: '0.1.0',
  description: 'A plugin that misbehaves',
  contact: 'tests',
  license: 'Apache-2.0',
  capabilities: {},
};

export const EXTRACTOR_MANIFEST = {
  ...ABOUT,
  name: 'hostile',
  world: 'extractor-plugin@0.1.0',
  extractor: { fields: [{ name: 'bad.value', type: 'string', description: 'never right' }] },
};

export const SOURCE_MANIFEST = {
  ...ABOUT,
  name: 'hostile_source',
  world: 'source-plugin@0.1.0',
  source: { name: 'hostile', openParams: 'none', openParamsDescription: 'nothing' },
};

/** The component's file, in a folder of its own below `folder`; `more`: what its world imports beside ours. */
export async function buildPlugin(
  folder: string,
  module: string,
  manifest: { readonly world: string; readonly [key: string]: unknown } = EXTRACTOR_MANIFEST,
  more: { readonly imports: string; readonly packages: string } = { imports: '', packages: '' },
): Promise<string> {
  const wit = readFileSync(join(REPOSITORY, 'schemas/wit/v0.1/plugin.wit'), 'utf8');
  const embedded = await componentEmbed({
    binary: await parse(module),
    witSource: wit.replace('import log;', `import log; ${more.imports}`) + more.packages,
    world: manifest.world.split('@')[0] ?? '',
    stringEncoding: 'utf8',
  });
  const path = join(mkdtempSync(join(folder, 'plugin-')), 'hostile.wasm');
  writeFileSync(path, withManifest(await componentNew(embedded, []), manifest));
  return path;
}

/** The component of a module, with more at its beginning. */
export async function buildWithin(
  folder: string,
  module: string,
  more: string,
  manifest: { readonly world: string; readonly [key: string]: unknown } = EXTRACTOR_MANIFEST,
): Promise<string> {
  const path = await buildPlugin(folder, module, manifest);
  const whole = await print(readFileSync(path));
  const text = whole.replace(/^\(component[^\n]*/, (start) => `${start} ${more}`);
  writeFileSync(path, await parse(text));
  return path;
}

/** A right answer: one cell an event, all absent, and seven empty lists. */
export const NOTHING_FOUND = `
  (i32.store (i32.const 1024) (i32.const 4096))
  (i32.store (i32.const 1028) (i32.shr_u (local.get $spanCount) (i32.const 1)))
  ${[1032, 1040, 1048, 1056, 1064, 1072, 1080].map((at) => `(i32.store (i32.const ${at}) (i32.const 8))`).join(' ')}
  (i32.const 1024)`;
