import { describe, expect, it } from 'vitest';
import { importsOf, listFiles } from './source-files.ts';

/**
 * The groups of the engine in the order of the imports: each may import what stands above it, and of that only what is
 * named here. The reasons stand in engine/ARCHITECTURE.md.
 */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  diagnostic: ['base'],
  event: ['base'],
  language: ['base', 'diagnostic', 'event'],
  detect: ['base', 'event', 'language'],
  worker: ['base'],
  store: ['base', 'worker'],
  plugin: ['base', 'diagnostic', 'event', 'store'],
  packages: ['base', 'diagnostic', 'plugin'],
  config: [
    ...['base', 'diagnostic', 'language', 'detect', 'worker', 'store', 'plugin', 'packages'],
  ],
  outputs: ['base', 'diagnostic', 'detect', 'config'],
  run: [
    ...['base', 'diagnostic', 'event', 'language', 'detect', 'worker', 'store', 'plugin'],
    ...['packages', 'config', 'outputs'],
  ],
  service: ['base', 'diagnostic', 'language', 'detect', 'config', 'outputs', 'run'],
  tools: [
    ...['base', 'diagnostic', 'event', 'detect', 'store', 'plugin', 'packages', 'config', 'run'],
  ],
  // All of the engine, but for what is inside of the stages.
  cli: [
    ...['base', 'diagnostic', 'language', 'detect', 'worker', 'plugin', 'packages', 'config'],
    ...['outputs', 'run', 'service', 'tools'],
  ],
};

/** The rooms of each group likewise; `.` are the files beside them. A group without rooms has no row. */
const ROOMS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  diagnostic: { code: [], '.': ['code'], schema: ['.'] },
  event: { field: [], column: ['field'] },
  language: {
    match: [],
    syntax: [],
    rules: ['syntax'],
    check: ['match', 'syntax', 'rules'],
    load: ['syntax', 'rules', 'check'],
  },
  detect: { plan: [], compile: ['plan'], 'match-batch': ['compile'], alert: ['compile'] },
  store: {
    '.': [],
    decode: ['.'],
    local: ['.'],
    location: ['local'],
    follow: ['.', 'decode', 'local'],
    // What a followed root, a queue and a bucket leave to the next process crosses between threads.
    protocol: ['.', 'aws', 'follow', 'location'],
    inbox: ['.', 'decode', 'follow', 'protocol'],
    aws: ['.', 'follow', 'inbox', 'location'],
    webhook: ['.', 'inbox', 'location'],
    client: ['.', 'follow', 'local', 'protocol'],
    thread: [
      ...['.', 'aws', 'client', 'decode', 'follow', 'inbox', 'local', 'location', 'protocol'],
      'webhook',
    ],
  },
  plugin: {
    file: [],
    host: [],
    abi: ['file', 'host'],
    gate: ['file', 'abi'],
    prepare: ['file', 'abi', 'gate'],
    '.': ['abi', 'gate', 'host', 'prepare'],
  },
  packages: { trust: [], install: ['trust'] },
  outputs: { transport: [], delivery: ['transport'], '.': ['transport', 'delivery'] },
  run: {
    stream: [],
    evaluate: ['stream'],
    checkpoint: ['stream'],
    'dead-letter': ['stream', 'evaluate'],
    load: ['stream'],
    streams: ['stream', 'checkpoint', 'load'],
    engine: ['stream', 'evaluate', 'checkpoint', 'dead-letter', 'load', 'streams'],
  },
  // It runs in a browser, and shares nothing with the rest but types.
  service: { '.': [], page: ['.'] },
  tools: { author: [], bundle: [], conformance: [], search: [] },
  cli: {
    console: [],
    command: ['console'],
    program: ['console', 'command'],
    '.': ['console', 'program'],
  },
};

/** Which modules of Node a room may use: files, network and threads are named where they are dealt with. */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  base: ['child_process', 'crypto', 'fs', 'fs/promises', 'net', 'os', 'path', 'url', 'zlib'],
  'diagnostic/schema': ['vm'],
  'language/match': ['net'],
  'detect/alert': ['crypto'],
  worker: ['child_process', 'crypto', 'fs', 'net', 'os', 'path', 'url', 'v8', 'worker_threads'],
  'store/aws': ['crypto', 'timers/promises'],
  'store/client': ['fs', 'worker_threads'],
  'store/decode': ['stream', 'zlib'],
  'store/follow': ['fs', 'fs/promises', 'path'],
  'store/inbox': ['crypto', 'timers/promises'],
  'store/local': ['fs', 'fs/promises', 'net', 'path', 'tty', 'util'],
  'store/location': ['fs', 'fs/promises', 'path'],
  'store/protocol': ['worker_threads'],
  'store/thread': ['fs', 'path', 'worker_threads'],
  'store/webhook': ['crypto', 'fs/promises', 'http', 'https'],
  plugin: ['vm'],
  'plugin/abi': ['crypto'],
  'plugin/file': ['path'],
  'plugin/gate': ['crypto', 'fs'],
  'plugin/prepare': ['child_process', 'crypto', 'fs', 'path', 'url'],
  'packages/install': ['child_process', 'fs', 'net', 'os', 'path', 'timers/promises', 'zlib'],
  'packages/trust': ['crypto', 'fs'],
  config: ['crypto', 'fs', 'os', 'path'],
  outputs: ['path', 'stream'],
  'outputs/delivery': ['fs/promises', 'path', 'zlib'],
  'outputs/transport': [
    ...['child_process', 'crypto', 'dgram', 'fs', 'fs/promises', 'http', 'https', 'net', 'os'],
    ...['path', 'stream', 'tls', 'util', 'zlib'],
  ],
  'run/stream': ['fs', 'worker_threads'],
  'run/evaluate': ['v8', 'worker_threads'],
  'run/checkpoint': ['path'],
  'run/dead-letter': ['fs', 'fs/promises', 'readline'],
  'run/load': ['fs', 'path'],
  'run/streams': ['fs', 'fs/promises', 'path'],
  'run/engine': ['os'],
  service: ['crypto', 'fs', 'fs/promises', 'http', 'https', 'net', 'path'],
  'tools/author': ['child_process', 'fs', 'os', 'path', 'url'],
  'tools/bundle': ['fs', 'path', 'zlib'],
  'tools/conformance': ['fs', 'path', 'worker_threads', 'zlib'],
  cli: ['fs'],
  'cli/command': ['fs', 'path', 'readline/promises'],
  'cli/console': ['child_process', 'fs', 'readline/promises', 'stream'],
  'cli/program': [],
};

const files = listFiles('engine', ['.ts']).filter(({ path }) => path !== 'engine/index.ts');

interface Place {
  readonly group: string;
  readonly room: string;
}

/** `engine/store/aws/s3-store.ts`: group `store`, room `aws`; a deeper folder is of its room. */
function placeOf(path: string): Place {
  const [, group = '', ...rest] = path.split('/');
  return { group, room: rest.length > 1 ? (rest[0] ?? '') : '.' };
}

const nameOf = ({ group, room }: Place): string => (room === '.' ? group : `${group}/${room}`);

/** All imports of the engine's files but those of types that no file of ours declares. */
const edges = files.flatMap((file) =>
  importsOf(file)
    .filter((target) => !target.endsWith('.d.ts'))
    .map((target) => ({
      name: `${file.path} → ${target}`,
      from: placeOf(file.path),
      to: placeOf(target),
    })),
);

describe('layers', () => {
  it('have a row for every group and room', () => {
    const groups = new Set(files.map(({ path }) => placeOf(path).group));
    expect([...groups].sort()).toEqual(Object.keys(GROUPS).sort());
    for (const group of groups) {
      const rooms = new Set(
        files
          .map(({ path }) => placeOf(path))
          .flatMap((at) => (at.group === group ? [at.room] : [])),
      );
      const expected = ROOMS[group] === undefined ? ['.'] : Object.keys(ROOMS[group]).sort();
      expect([...rooms].sort(), group).toEqual(expected);
    }
  });

  it('are in the order of the imports, groups and rooms', () => {
    const above = (rows: Readonly<Record<string, readonly string[]>>): string[] =>
      Object.entries(rows).flatMap(([name, allowed], index, all) =>
        allowed
          .filter((one) => all.findIndex(([other]) => other === one) >= index)
          .map((one) => `${name} stands above ${one}`),
      );
    expect(above(GROUPS)).toEqual([]);
  });

  it('import only what the tables allow, and all of that', () => {
    const wrong = edges.filter(({ from, to }) =>
      from.group === to.group
        ? from.room !== to.room && ROOMS[from.group]?.[from.room]?.includes(to.room) !== true
        : GROUPS[from.group]?.includes(to.group) !== true,
    );
    expect(wrong.map(({ name }) => name)).toEqual([]);
    const used = new Set(
      edges.flatMap(({ from, to }) => [
        `${from.group} → ${to.group}`,
        ...(from.group === to.group ? [`${nameOf(from)} → ${nameOf(to)}`] : []),
      ]),
    );
    const allowed = [
      ...Object.entries(GROUPS).flatMap(([name, all]) => all.map((one) => `${name} → ${one}`)),
      ...Object.entries(ROOMS).flatMap(([group, rooms]) =>
        Object.entries(rooms).flatMap(([room, all]) =>
          all.map((one) => `${nameOf({ group, room })} → ${nameOf({ group, room: one })}`),
        ),
      ),
    ];
    expect(allowed.filter((one) => !used.has(one))).toEqual([]);
  });

  it('use only the modules of Node that the table allows, and all of those', () => {
    const pattern = /(?:from |import\(|import |require\()'(node:[^']+|worker_threads|fs|net)'/g;
    const used = files.flatMap(({ path, text }) =>
      [...text.matchAll(pattern)].map((match) => ({
        path,
        room: nameOf(placeOf(path)),
        name: (match[1] ?? '').replace('node:', ''),
      })),
    );
    const wrong = used.filter(({ room, name }) => !MAY_USE[room]?.includes(name));
    expect(wrong.map(({ path, name }) => `${path} → node:${name}`)).toEqual([]);
    const unused = Object.entries(MAY_USE).flatMap(([room, names]) =>
      names
        .filter((name) => !used.some((one) => one.room === room && one.name === name))
        .map((name) => `${room} → node:${name}`),
    );
    expect(unused).toEqual([]);
  });

  it('has no cycles', () => {
    const plugins = listFiles('plugins-wasm', ['.ts']);
    const known = new Set(plugins.map(({ path }) => path));
    // AssemblyScript names a file without its ending.
    const withEnding = (target: string): string =>
      [target, `${target}.ts`, `${target}/index.ts`].find((one) => known.has(one)) ?? target;
    const graph = new Map([
      ...files.map((file) => [file.path, importsOf(file)] as const),
      ...plugins.map((file) => [file.path, importsOf(file).map(withEnding)] as const),
    ]);
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

  it('a plugin imports nothing from outside of its folder but the SDK, by its public name', () => {
    const plugins = listFiles('plugins-wasm', ['.ts', '.js']);
    const ownFolder = /^plugins-wasm\/(?:sdk|(?:bundled|examples|templates)\/[^/]+)\//;
    const wrong = plugins
      .filter(({ path }) => !path.startsWith('plugins-wasm/build/'))
      .flatMap((file) => {
        const own = ownFolder.exec(file.path)?.[0] ?? '(no folder of a plugin)';
        return importsOf(file)
          .filter((target) => !target.startsWith(own))
          .map((target) => `${file.path} → ${target}`);
      });
    expect(wrong).toEqual([]);
  });

  it('leaves no file that nothing imports', () => {
    const all = listFiles('engine', ['.ts']);
    const roots = new Set(['engine/cli/main.ts', 'engine/service/page/main.ts']);
    const imported = new Set(all.flatMap(importsOf));
    const text = all.map((file) => file.text).join('\n');
    const dead = files
      .map(({ path }) => path)
      .filter((path) => !roots.has(path) && !imported.has(path) && !path.endsWith('.d.ts'))
      // Entries of workers are named by their compiled path.
      .filter((path) => !text.includes(path.replace('engine/', '').replace('.ts', '.js')));
    expect(dead).toEqual([]);
  });
});
