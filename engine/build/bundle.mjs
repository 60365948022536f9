// engine/ and the packages it uses → dist/engine: nine entries and what they share. An installation needs
// no other package, and a command reads only the files it needs.
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const output = join(repository, 'dist', 'engine');
const require = createRequire(import.meta.url);
const TRANSPILER = dirname(require.resolve('@bytecodealliance/jco-transpile/component'));
const TRANSPILER_WORKER = 'plugin/prepare/transpile-worker';

rmSync(output, { recursive: true, force: true });
const bundle = await rolldown({
  input: {
    'cli/main': join(repository, 'engine/cli/main.ts'),
    index: join(repository, 'engine/index.ts'),
    'store/thread/io-worker': join(repository, 'engine/store/thread/io-worker.ts'),
    'run/stream/source-worker': join(repository, 'engine/run/stream/source-worker.ts'),
    'run/evaluate/evaluation-worker': join(repository, 'engine/run/evaluate/evaluation-worker.ts'),
    'run/evaluate/extractor-worker': join(repository, 'engine/run/evaluate/extractor-worker.ts'),
    'run/load/rules-worker': join(repository, 'engine/run/load/rules-worker.ts'),
    'tools/conformance/conformance-worker': join(
      repository,
      'engine/tools/conformance/conformance-worker.ts',
    ),
    [TRANSPILER_WORKER]: join(repository, 'engine/plugin/prepare/transpile-worker.ts'),
  },
  platform: 'node',
  // Installed by whoever has something there.
  external: [/^@aws-sdk\//],
  cwd: repository,
  plugins: [transpilerWithoutSystem()],
  // The transpiler marks its module with a directive of its own, which means nothing to Node.
  onLog: (level, log, handle) => {
    if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log);
  },
});
const { output: files } = await bundle.write({
  dir: output,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'shared/[name]-[hash].js',
  // A third less to read and parse at each start; names stay, for stack traces.
  minify: { mangle: false, compress: false, codegen: { removeWhitespace: true } },
});
copyTranspilerModules();
writeNotices();

/**
 * The transpiler asks WASI for files, an environment and random numbers. It is given the variant for
 * browsers: it transpiles components that nobody trusts, and has no files or network to be led to.
 */
function transpilerWithoutSystem() {
  return {
    name: 'transpiler-without-system',
    resolveId: (id, importer) => {
      const part = /^@bytecodealliance\/preview2-shim\/(\w+)$/.exec(id)?.[1];
      if (part === undefined || !importer?.startsWith(TRANSPILER)) return undefined;
      const shim = createRequire(importer).resolve('@bytecodealliance/preview2-shim/cli');
      return join(dirname(shim), '..', 'browser', `${part}.js`);
    },
  };
}

/** Its code, and that of the tools beside it, read their own core modules from where they stand themselves. */
function copyTranspilerModules() {
  for (const { fileName, modules } of files) {
    const folder = join(output, dirname(fileName));
    const own = Object.keys(modules ?? {}).filter((module) => dirname(module) === TRANSPILER);
    for (const module of own) {
      const stem = basename(module, '.js');
      for (const name of readdirSync(TRANSPILER)) {
        if (name.startsWith(`${stem}.core`) && name.endsWith('.wasm'))
          copyFileSync(join(TRANSPILER, name), join(folder, name));
      }
    }
  }
}

/** The licences of every package whose code is in the bundle. */
function writeNotices() {
  const packages = new Map();
  for (const { modules } of files) {
    for (const module of Object.keys(modules ?? {})) {
      const folder = packageFolder(module);
      if (folder !== undefined) packages.set(folder, licenceOf(folder));
    }
  }
  const parts = [...packages.values()].sort();
  writeFileSync(
    join(output, 'THIRD-PARTY-NOTICES.txt'),
    `Packages that dist/engine contains code of.\n\n${parts.join('\n')}`,
  );
}

function packageFolder(module) {
  const marker = `node_modules${sep}`;
  const at = module.lastIndexOf(marker);
  if (at === -1) return undefined;
  const [scope, name] = module.slice(at + marker.length).split(sep);
  return module.slice(0, at + marker.length) + (scope.startsWith('@') ? `${scope}/${name}` : scope);
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = ['LICENSE', 'LICENSE.md', 'license', 'LICENCE'].find((one) =>
    existsSync(join(folder, one)),
  );
  const text = file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  return `${'='.repeat(80)}\n${name} ${version} (${license})\n${text}`;
}
