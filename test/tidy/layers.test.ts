import { describe, expect, it } from 'vitest';
import { importsOf, listFiles } from './source-files.ts';

/** Who may import whom: a whitelist. The reasons stand in engine/ARCHITECTURE.md. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  diagnostic: ['base'],
  schema: ['base', 'diagnostic'],
  field: ['base', 'diagnostic'],
  column: ['base', 'field'],
  kernel: ['base', 'column'],
  filter: ['base', 'diagnostic'],
  rules: ['base', 'diagnostic', 'schema', 'filter'],
  check: ['base', 'diagnostic', 'field', 'filter', 'rules', 'kernel', 'schema'],
  plan: ['base', 'field', 'check', 'kernel'],
  compile: ['base', 'field', 'column', 'kernel', 'check', 'plan'],
  plugin: ['base', 'diagnostic', 'schema', 'field', 'column', 'store'],
  trust: ['base', 'diagnostic', 'plugin'],
  install: ['base', 'diagnostic', 'plugin', 'schema', 'trust'],
  detect: ['base', 'field', 'column', 'compile'],
  alert: ['base', 'field', 'column', 'check', 'plan', 'compile', 'detect'],
  supervise: ['base'],
  store: ['base', 'supervise'],
  stream: ['base', 'plugin', 'store', 'supervise'],
  checkpoint: ['base', 'store', 'stream'],
  evaluate: [
    'base',
    'field',
    'column',
    'check',
    'plan',
    'compile',
    'plugin',
    'detect',
    'alert',
    'supervise',
    'stream',
  ],
  output: ['base', 'alert'],
  deliver: ['base', 'diagnostic', 'alert', 'output'],
  'dead-letter': ['base', 'plugin', 'supervise', 'stream', 'evaluate', 'output'],
  author: ['base', 'diagnostic', 'plugin', 'schema'],
  conformance: ['base', 'diagnostic', 'field', 'column', 'plugin', 'store'],
  config: [
    'base',
    'diagnostic',
    'schema',
    'rules',
    'alert',
    'install',
    'plugin',
    'store',
    'supervise',
    'trust',
  ],
  bundle: ['base', 'diagnostic', 'config', 'install', 'pipeline', 'trust'],
  pipeline: [
    'base',
    'diagnostic',
    'schema',
    'field',
    'column',
    'kernel',
    'filter',
    'rules',
    'check',
    'plan',
    'compile',
    'plugin',
    'detect',
    'alert',
    'supervise',
    'store',
    'stream',
    'checkpoint',
    'evaluate',
    'deliver',
    'dead-letter',
    'output',
    'config',
    'install',
    'trust',
  ],
  outputs: ['base', 'alert', 'config', 'deliver', 'diagnostic', 'output'],
  service: ['base', 'alert', 'check', 'config', 'deliver', 'diagnostic', 'output', 'pipeline'],
  cli: [
    'index.ts',
    'alert',
    'author',
    'base',
    'bundle',
    'config',
    'conformance',
    'dead-letter',
    'deliver',
    'diagnostic',
    'install',
    'outputs',
    'pipeline',
    'schema',
    'service',
    'supervise',
    'trust',
  ],
};

/** Which modules of Node a folder may use: files, network and threads are named where they are dealt with. */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  base: ['child_process', 'crypto', 'fs', 'fs/promises', 'net', 'os', 'path', 'url', 'zlib'],
  schema: ['vm'],
  check: ['net'],
  alert: ['crypto', 'net'],
  plugin: ['child_process', 'crypto', 'fs', 'path', 'url', 'vm', 'worker_threads', 'zlib'],
  trust: ['crypto', 'fs'],
  bundle: ['fs', 'path', 'zlib'],
  install: ['child_process', 'fs', 'net', 'os', 'path', 'timers/promises', 'zlib'],
  store: [
    'crypto',
    'fs',
    'fs/promises',
    'http',
    'https',
    'net',
    'path',
    'stream',
    'timers/promises',
    'tty',
    'util',
    'worker_threads',
    'zlib',
  ],
  supervise: ['child_process', 'crypto', 'fs', 'net', 'os', 'path', 'url', 'v8', 'worker_threads'],
  stream: ['fs', 'worker_threads'],
  evaluate: ['v8', 'worker_threads'],
  checkpoint: ['fs', 'fs/promises', 'path'],
  'dead-letter': ['fs', 'fs/promises', 'readline'],
  deliver: ['fs/promises', 'path', 'zlib'],
  output: [
    'child_process',
    'dgram',
    'fs',
    'fs/promises',
    'http',
    'https',
    'net',
    'os',
    'path',
    'stream',
    'tls',
    'util',
    'zlib',
  ],
  service: ['crypto', 'fs', 'http', 'https', 'net', 'path'],
  outputs: ['path', 'stream'],
  config: ['crypto', 'fs', 'os', 'path'],
  pipeline: ['fs', 'fs/promises', 'os', 'path'],
  author: ['child_process', 'fs', 'os', 'path', 'url'],
  conformance: ['fs', 'path', 'worker_threads', 'zlib'],
  cli: ['child_process', 'crypto', 'fs', 'path', 'readline/promises', 'stream'],
};

const files = listFiles('engine', ['.ts']);
const folderOf = (path: string): string => path.split('/')[1] ?? '';

describe('layers', () => {
  it('has a row for every folder', () => {
    const folders = new Set(files.map(({ path }) => folderOf(path)));
    folders.delete('index.ts');
    expect([...folders].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });

  it('imports only what the table allows', () => {
    const wrong: string[] = [];
    for (const file of files) {
      const folder = folderOf(file.path);
      if (folder === 'index.ts') continue;
      for (const target of importsOf(file)) {
        const targetFolder = folderOf(target);
        if (targetFolder === folder || target.endsWith('.d.ts')) continue;
        if (!MAY_IMPORT[folder]?.includes(targetFolder)) wrong.push(`${file.path} → ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('uses only the modules of Node that the table allows', () => {
    const wrong = files.flatMap(({ path, text }) =>
      [
        ...text.matchAll(
          /(?:from |import\(|import |require\()'(node:[^']+|worker_threads|fs|net)'/g,
        ),
      ]
        .map((match) => (match[1] ?? '').replace('node:', ''))
        .filter((name) => !MAY_USE[folderOf(path)]?.includes(name))
        .map((name) => `${path} → node:${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('has no cycles', () => {
    const graph = new Map(files.map((file) => [file.path, importsOf(file)]));
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (state.get(path) === 'done') return;
      if (state.get(path) === 'open') {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
        return;
      }
      state.set(path, 'open');
      for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
      state.set(path, 'done');
    };
    for (const path of graph.keys()) visit(path, []);
    expect(cycles).toEqual([]);
  });

  it('leaves no file that nothing imports', () => {
    const roots = new Set(['engine/index.ts', 'engine/cli/main.ts']);
    const imported = new Set(files.flatMap(importsOf));
    const text = files.map((file) => file.text).join('\n');
    const dead = files
      .map(({ path }) => path)
      .filter((path) => !roots.has(path) && !imported.has(path) && !path.endsWith('.d.ts'))
      // Entries of workers are named by their compiled path.
      .filter((path) => !text.includes(path.replace('engine/', '').replace('.ts', '.js')));
    expect(dead).toEqual([]);
  });
});
