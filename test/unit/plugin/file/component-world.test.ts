import { parse, print } from '@bytecodealliance/jco-transpile/wasm-tools';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NotForPlugins } from '../../../../engine/plugin/file/component-types.ts';
import { readWorld } from '../../../../engine/plugin/file/component-world.ts';
import type { Manifest } from '../../../../engine/plugin/file/manifest.ts';
import { MalformedBinary, readSections } from '../../../../engine/plugin/file/wasm-binary.ts';
import { findWorldFault } from '../../../../engine/plugin/gate/check-world.ts';
import { bareComponent } from '../../../support/plugin-files.ts';

const SEED = 17;
const { component, manifest } = bareComponent('cloudtrail');
const text = await print(component);
const END = text.lastIndexOf(')');

function faultOf(bytes: Uint8Array, world = 'source-extractor-plugin@0.1.0'): string | undefined {
  try {
    return findWorldFault(readWorld(bytes), { ...(manifest as unknown as Manifest), world });
  } catch (error) {
    if (error instanceof NotForPlugins) return error.message;
    throw error;
  }
}

/** The component with the first of these replaced; it must be there. */
async function changed(from: string, to: string): Promise<Uint8Array> {
  expect(text).toContain(from);
  return parse(text.replace(from, to));
}

const added = (more: string): Promise<Uint8Array> => parse(`${text.slice(0, END)} ${more})`);

describe('the world of a component', () => {
  it('is read with all its types', () => {
    const { imports, exports } = readWorld(component);
    expect(imports.get('tiercel:plugin/log@0.1.0')).toMatchObject({
      exports: new Map([
        ['level', { sort: 'type', text: 'enum{error, warning, notice, debug}' }],
        [
          'write',
          {
            sort: 'func',
            text: 'func(level: enum{error, warning, notice, debug}, message: string)',
          },
        ],
      ]),
    });
    expect([...exports.keys()].sort()).toEqual([
      'tiercel:plugin/extractor@0.1.0',
      'tiercel:plugin/plugin@0.1.0',
      'tiercel:plugin/source@0.1.0',
    ]);
  });

  it('is the released one', () => {
    expect(faultOf(component)).toBeUndefined();
    expect(faultOf(bareComponent('json').component, 'extractor-plugin@0.1.0')).toBeUndefined();
  });

  const worlds: [manifestWorld: string, said: RegExp][] = [
    ['source-plugin@0.1.0', /^exports `tiercel:plugin\/extractor@0.1.0`, which its world source-p/],
    ['extractor-plugin@0.1.0', /^exports `tiercel:plugin\/source@0.1.0`, which its world/],
    [
      'source-extractor-plugin@0.2.0',
      /^exports `tiercel:plugin\/extractor@0.1.0`, which its world/,
    ],
  ];
  it.each(worlds)('is not %s', (world, said) => {
    expect(faultOf(component, world)).toMatch(said);
  });

  it('lacks what it does not export', () => {
    const json = bareComponent('json').component;
    expect(faultOf(json)).toBe(
      'does not export `tiercel:plugin/source@0.1.0`, which its world source-extractor-plugin@0.1.0 has',
    );
  });

  it('of components within a component is followed', async () => {
    const whole = text.replace('(component', '(component $within');
    const inner = readWorld(component);
    const names = [...inner.imports.keys()];
    const types = names.map((name) => {
      const from = text.indexOf(`(import "${name}"`);
      return text.slice(text.lastIndexOf('(type $', from), text.indexOf('\n', from));
    });
    // The types that lie between refer to aliases of `types`.
    const head = text.slice(text.indexOf('\n'), text.indexOf(types.at(-1)!) + types.at(-1)!.length);
    const given = names.map((name) => `(with "${name}" (instance $${name}))`);
    const out = [...inner.exports.keys()].map(
      (name) =>
        `(alias export $made "${name}" (instance $out-${name})) (export "${name}" (instance $out-${name}))`,
    );
    const outer = await parse(
      `(component ${head} ${whole} (instance $made (instantiate $within ${given.join(' ')})) ${out.join(' ')})`,
    );
    expect(faultOf(outer)).toBeUndefined();
    expect([...readWorld(outer).exports.keys()]).toEqual([...inner.exports.keys()]);
  });
});

describe('a component is refused', () => {
  const rows: [name: string, bytes: () => Promise<Uint8Array>, said: RegExp][] = [
    [
      'with another import',
      () => added('(import "wasi:http/types@0.2.0" (instance))'),
      /^imports `wasi:http\/types@0.2.0`, which is no interface of source-extractor-plugin/,
    ],
    [
      'with a function as an import',
      () => added('(import "f" (func))'),
      /^imports `f`, which is no interface/,
    ],
    [
      'with a core module as an import',
      () => added('(import "m" (core module))'),
      /^imports `m`, which is neither an interface/,
    ],
    [
      'with a component as an import',
      () => added('(import "c" (component))'),
      /^has a type 0x41|^imports `c`, which is neither an interface/,
    ],
    [
      'with another function in an interface',
      () =>
        changed(
          '"write" (func (type 2)))',
          '"write" (func (type 2))) (export "more" (func (type 2)))',
        ),
      /^imports `tiercel:plugin\/log@0.1.0` with the unknown `more`/,
    ],
    [
      'with another level',
      () =>
        changed(
          '(enum "error" "warning" "notice" "debug")',
          '(enum "error" "warning" "notice" "fatal")',
        ),
      /^imports `tiercel:plugin\/log@0.1.0` with `level` as `enum\{error, warning, notice, fatal\}`, expected/,
    ],
    [
      'with another export',
      () =>
        added(
          '(component $empty) (instance $more (instantiate $empty)) (export "more" (instance $more))',
        ),
      /^exports `more`, which its world source-extractor-plugin@0.1.0 has not/,
    ],
    [
      'with a resource of its own in an export',
      () => added('(type $own (resource (rep i32))) (export "own" (type $own))'),
      /^exports `own`, which its world/,
    ],
    [
      'with a future',
      () => added('(type (future u8))'),
      /^has a type 0x65, which plugins may not have/,
    ],
    [
      'with a stream',
      () => added('(type (stream u8))'),
      /^has a type 0x66, which plugins may not have/,
    ],
    [
      'with an asynchronous function',
      () => added('(type (func async))'),
      /^has a type 0x43, which plugins may not have/,
    ],
    [
      'with a task that it cancels',
      () => added('(core func (canon task.cancel))'),
      /^has functions of the asynchronous kind/,
    ],
    [
      'with a type that unfolds without end',
      () =>
        added(
          `(type $t0 (tuple u64 u64)) ${Array.from({ length: 40 }, (_, at) => `(type $t${at + 1} (tuple $t${at} $t${at}))`).join(' ')}`,
        ),
      /^has a type that/,
    ],
    [
      'with components that unfold without end',
      () =>
        added(
          `(component $c0) ${Array.from({ length: 5 }, (_, at) => `(component $c${at + 1} (alias outer 1 $c${at} (component)) ${'(instance (instantiate 0))'.repeat(20)})`).join(' ')} (instance (instantiate $c5))`,
        ),
      /^has too many instances/,
    ],
  ];
  it.each(rows)('%s', async (_name, bytes, said) => {
    expect(faultOf(await bytes())).toMatch(said);
  });
});

describe('what is no component', () => {
  it(`gives an error of its own, whatever is changed in the bytes (seed ${SEED})`, () => {
    const CORE_MODULE = 1;
    const places = readSections(component).flatMap(({ id, start, body, end }) => {
      const last = id === CORE_MODULE ? body : end;
      return Array.from({ length: last - start }, (_, at) => start + at);
    });
    const change = fc.record({
      offset: fc.constantFrom(...places),
      byte: fc.nat({ max: 255 }),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Uint8Array.from(component);
        for (const { offset, byte } of changes) bytes[offset] = byte;
        try {
          readWorld(bytes);
        } catch (error) {
          expect(error instanceof MalformedBinary || error instanceof NotForPlugins).toBe(true);
        }
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });
});
