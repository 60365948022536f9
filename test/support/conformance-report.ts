import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { runProgram } from './run-program.ts';

export interface Report {
  readonly passed: number;
  readonly failed: number;
  readonly points: readonly {
    readonly point: string;
    readonly outcome: string;
    readonly message: string;
  }[];
  readonly figures?: Record<string, number>;
}

export async function build(folder: string): Promise<string> {
  const path = join(folder, 'built.wasm');
  // One for debugging is made in a fourth of the time.
  const args = ['plugin', 'build', folder, '-o', path, '--debug', '--no-color'];
  const { stderr, code } = await runProgram(args);
  expect([stderr, code]).toEqual(['', 0]);
  return path;
}

export async function tryIt(
  plugin: string,
  ...args: string[]
): Promise<Report & { code?: number }> {
  const run = await runProgram(['plugin', 'test', plugin, '--json', '--no-figures', ...args]);
  expect(run.stderr).toBe('');
  return {
    ...(JSON.parse(run.stdout) as Report),
    ...(run.code !== undefined && { code: run.code }),
  };
}

export function failuresOf({ points }: Report): [string, string][] {
  return points
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ point, message }) => [point, message]);
}

/** Name, file, what is replaced, by what; then the points that fail, and what one of them says. */
export type Mutation = [string, string, [string, string], string[], string];

/** What a manifest of a template can declare that its fields are not. */
export const DECLARED: readonly Mutation[] = [
  [
    'a text that is declared a number',
    'manifest.json',
    ['"name": "shop.user", "type": "string"', '"name": "shop.user", "type": "uint64"'],
    ['extractor.values'],
    'field `shop.user`: answer:',
  ],
  [
    'a number that is declared a text',
    'manifest.json',
    ['"type": "bool"', '"type": "string"'],
    ['extractor.values'],
    'field `shop.failed`: answer:',
  ],
  [
    'a value that is declared a list',
    'manifest.json',
    [
      '"name": "shop.action", "type": "string"',
      '"name": "shop.action", "type": "string", "isList": true',
    ],
    ['extractor.values'],
    'field `shop.action`: answer:',
  ],
];

export interface Failure {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** In front of the file. */
  readonly prefix?: string;
  readonly points: readonly string[];
  readonly said: string;
}

/** A copy of a sound plugin, changed, fails, first of all at one of the points. */
export async function expectFailure(sound: string, failure: Failure): Promise<void> {
  const { name, file, from, to, prefix = '', points, said } = failure;
  const folder = `${sound}-${name.replaceAll(' ', '-')}`;
  cpSync(sound, folder, { recursive: true, verbatimSymlinks: true });
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, `${prefix}${text.replace(from, () => to)}`);
  const report = await tryIt(await build(folder), '--bail');
  const failures = failuresOf(report);
  expect([failures.map(([, message]) => message), report.code]).toEqual([
    [expect.stringContaining(said)],
    1,
  ]);
  expect(points).toContain(failures[0]?.[0]);
}
