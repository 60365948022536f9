import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, it } from 'vitest';
import { checkModule } from '../../../../engine/plugin/gate/module-check.ts';

const HEADER = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...unsigned(Math.floor(value / 128))];
}

function section(id: number, body: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([id, ...unsigned(body.length)]), body]);
}

/** One function without parameters. */
function functionModule(locals: number, instructions: Uint8Array): Uint8Array {
  const head = locals === 0 ? [0] : [1, ...unsigned(locals), 0x7e];
  const body = Buffer.concat([Buffer.from(head), instructions, Buffer.from([0x0b])]);
  const code = Buffer.concat([Buffer.from([1, ...unsigned(body.length)]), body]);
  return Buffer.concat([
    Buffer.from(HEADER),
    section(1, Buffer.from([1, 0x60, 0, 0])),
    section(3, Buffer.from([1, 0])),
    section(10, code),
  ]);
}

const repeat = (count: number, bytes: number[]): Uint8Array =>
  Buffer.concat(Array.from({ length: count }, () => Buffer.from(bytes)));
/** (block (br_if 0 (i32.const 0))) */
const BLOCK = [0x02, 0x40, 0x41, 0, 0x0d, 0, 0x0b];

describe('core modules', () => {
  const transpiler = dirname(
    createRequire(import.meta.url).resolve('@bytecodealliance/jco-transpile/component'),
  );
  it.each(['js-component-bindgen-component.core.wasm', 'wasm-tools.core.wasm'])(
    'of large programs are let through: %s',
    (name) => {
      const module = readFileSync(join(transpiler, name));
      expect(module.length).toBeGreaterThan(2 << 20);
      expect(() => checkModule(module)).not.toThrow();
    },
  );

  const allowed: [what: string, text: string][] = [
    ['several results', '(func (result i32 i64) (i32.const 1) (i64.const -1))'],
    ['bulk memory', '(memory 1) (func (memory.fill (i32.const 0) (i32.const 1) (i32.const 2)))'],
    ['references', '(table 1 funcref) (func (drop (ref.is_null (table.get (i32.const 0)))))'],
    ['saturating conversions', '(func (drop (i32.trunc_sat_f32_s (f32.const 1))))'],
    [
      'constants of every kind',
      '(func (drop (f32.const 1)) (drop (f64.const 1)) (drop (i64.const 0x7fffffffffffffff)))',
    ],
    [
      'vectors',
      `(memory 1) (func (drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
        (v128.load offset=9 (i32.const 0)) (v128.const i32x4 11 12 13 14)))
        (drop (v128.load8_lane 3 (i32.const 0) (v128.const i32x4 1 2 3 4)))
        (drop (i32x4.extract_lane 1 (v128.load32_zero (i32.const 0)))))`,
    ],
    ['a branch table', '(func (block (block (br_table 0 1 0 (i32.const 1)))))'],
    [
      'select with a type',
      '(func (drop (select (result i32) (i32.const 1) (i32.const 2) (i32.const 0))))',
    ],
  ];
  it.each(allowed)('may have %s', async (_what, text) => {
    const module = await parse(`(module ${text})`);
    expect(() => checkModule(module)).not.toThrow();
  });

  const refused: [what: string, text: string, said: RegExp][] = [
    ['exceptions', '(tag)', /exceptions/],
    ['a catch', '(func (block (try_table (catch_all 0))))', /instruction 0x1f/],
    ['tail calls', '(func $a (return_call $a))', /instruction 0x12/],
    ['garbage collection', '(func (drop (ref.i31 (i32.const 1))))', /instruction 0xfb/],
    [
      'atomics',
      '(memory 1 1 shared) (func (drop (i32.atomic.load (i32.const 0))))',
      /instruction 0xfe/,
    ],
    [
      'several memories',
      '(memory 1) (memory 1) (func (drop (i32.load 1 (i32.const 0))))',
      /several memories/,
    ],
    ['many tables', '(table 1 funcref) '.repeat(5), /5 tables in a core module, the limit is 4/],
  ];
  it.each(refused)('may not have %s', async (_what, text, said) => {
    const module = await parse(`(module ${text})`);
    expect(() => checkModule(module)).toThrow(said);
  });

  it('may not have functions that are costly to compile', () => {
    const blocks = (count: number): Uint8Array => repeat(count, BLOCK);
    expect(() => checkModule(functionModule(49_000, blocks(1)))).toThrow(
      '49000 locals in a function',
    );
    expect(() => checkModule(functionModule(9_000, blocks(1_000)))).toThrow('locals × branches');
    expect(() => checkModule(functionModule(9_000, blocks(100)))).not.toThrow();
    expect(() => checkModule(functionModule(0, blocks(100_000)))).not.toThrow();
    expect(() => checkModule(functionModule(0, blocks(700_000)))).toThrow('bytes in a function');
    const table = Buffer.from([
      0x41,
      0,
      0x0e,
      ...unsigned(60_000),
      ...new Array<number>(60_001).fill(0),
    ]);
    expect(() => checkModule(functionModule(1_000, table))).toThrow('locals × branches');
  });

  it('that end where they must not are refused, wherever it is', () => {
    const whole = functionModule(3, repeat(3, BLOCK));
    expect(() => checkModule(whole)).not.toThrow();
    for (let size = whole.length - 1; size > HEADER.length + 11; size--) {
      expect(() => checkModule(whole.subarray(0, size)), `${size} bytes`).toThrow();
    }
    // v128.const with its bytes missing.
    expect(() => checkModule(functionModule(0, Buffer.from([0xfd, 12])))).toThrow(
      'within an instruction',
    );
  });
});
