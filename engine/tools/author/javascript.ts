/*
 * JavaScript, or TypeScript → component: `plugin.js` and what it imports are bundled into one module, and that is put
 * into an engine for JavaScript that runs in WebAssembly, both by the tools of the author's project. The SDK of this
 * package is imported as `tiercel/js/…`.
 */

import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fieldsOf } from '../../base/json-fields.ts';
import { LIMITS } from '../../base/limits.ts';
import { packageRoot } from '../../base/package-root.ts';
import type { Manifest } from '../../plugin/file/manifest.ts';
import {
  asError,
  type Compiled,
  type CompileMessage,
  findInstalled,
  type Toolchain,
} from './toolchain.ts';
import { witText } from './wit.ts';

const BUNDLER = { name: 'rolldown', file: 'rolldown/dist/index.mjs' };
const COMPILER = {
  name: '@bytecodealliance/componentize-js',
  file: '@bytecodealliance/componentize-js/src/componentize.js',
};
/** The compiler imports it, and does not ask for it. */
const SHIM = {
  name: '@bytecodealliance/preview2-shim',
  file: '@bytecodealliance/preview2-shim/package.json',
};
/** Features of the JavaScript engine that a plugin is not granted. */
const FEATURES = ['stdio', 'random', 'clocks', 'http', 'fetch-event'];
const SDK = /^tiercel\/js\/(.+)$/;
const HOST = /^tiercel:/;
const WORLD = 'as-declared';

/** The parts of the tools’ interfaces that are used. */
interface Bundler {
  rolldown(options: object): Promise<{
    generate(options: object): Promise<{ output: readonly [{ readonly code: string }] }>;
    close(): Promise<void>;
  }>;
}
interface Componentizer {
  componentize(source: string, options: object): Promise<{ component: Uint8Array }>;
}

export const javaScript: Toolchain = {
  language: 'JavaScript',
  entries: ['plugin.js', 'plugin.ts'],
  // The engine in it collects late; at 128 MiB it is out of memory once in a million events.
  memorySizeMax: LIMITS.memorySizeAskedMax.value,
  sources: /^(?!.*\.wasm$)(?!node_modules\/).*\.(?:js|mjs|ts|json)$/,
  findObstacle: (folder) => {
    const missing = [COMPILER, SHIM, BUNDLER].filter(
      ({ file }) => findInstalled(folder, file) === undefined,
    );
    if (missing.length === 0) return undefined;
    const names = missing.map(({ name }) => name);
    const verb = names.length === 1 ? 'is' : 'are';
    const message = `${names.join(' and ')} ${verb} not installed in ${folder} or above it`;
    return { message, hint: `npm install --save-dev ${names.join(' ')}` };
  },
  compile: async (folder, entry, { manifest }) => {
    const bundled = await bundle(folder, entry);
    return typeof bundled === 'string' ? componentize(folder, bundled, manifest) : bundled;
  },
};

async function bundle(folder: string, entry: string): Promise<string | Compiled> {
  const { rolldown } = await load<Bundler>(folder, BUNDLER.file);
  const sdk = {
    name: 'tiercel-sdk',
    resolveId: (id: string): string | undefined => {
      const file = SDK.exec(id)?.[1];
      return file && join(packageRoot(), 'dist', 'js', `${file}.js`);
    },
  };
  try {
    const input = join(folder, entry);
    const made = await rolldown({ input, external: HOST, plugins: [sdk], logLevel: 'silent' });
    const { output } = await made.generate({ format: 'esm', minify: false });
    await made.close();
    return output[0].code;
  } catch (error) {
    return { bytes: undefined, messages: bundlerMessages(folder, error) };
  }
}

function bundlerMessages(folder: string, error: unknown): CompileMessage[] {
  const { errors, message } = error as { errors?: readonly unknown[]; message: string };
  return (errors ?? [error]).map((one) => {
    const { message: text, loc, id } = fieldsOf(one);
    const { file, line, column } = fieldsOf(loc);
    const path = typeof file === 'string' ? file : id;
    const said = firstLine(typeof text === 'string' ? text : message);
    if (typeof path !== 'string' || typeof line !== 'number') return asError(said);
    const character = typeof column === 'number' ? column + 1 : 1;
    return { isError: true, text: said, place: { file: relative(folder, path), line, character } };
  });
}

async function componentize(folder: string, source: string, manifest: Manifest): Promise<Compiled> {
  const tools = await load<Componentizer>(folder, COMPILER.file);
  const here = process.cwd();
  // It does not find its own temporary files where they lie below the current folder.
  process.chdir(dirname(findInstalled(folder, COMPILER.file) ?? folder));
  try {
    const { component } = await tools.componentize(source, {
      witWorld: worldOf(manifest),
      worldName: WORLD,
      disableFeatures: FEATURES,
    });
    return { bytes: component, messages: [] };
  } catch (error) {
    return { bytes: undefined, messages: [asError((error as Error).message.trim())] };
  } finally {
    process.chdir(here);
  }
}

/** The world of the manifest without the imports that it does not ask for: all of a world’s are imported here. */
function worldOf({ source, extractor, capabilities }: Manifest): string {
  const { clock, store, queue } = capabilities;
  const parts = [
    'import log;',
    ...(source === undefined ? [] : ['import report;', 'export source;']),
    ...(clock === false ? [] : ['import clock;']),
    ...(store.length === 0 ? [] : ['import store;']),
    ...(queue.length === 0 ? [] : ['import queue;']),
    ...(extractor === undefined ? [] : ['export extractor;']),
    'export plugin;',
  ];
  return `${witText()}\nworld ${WORLD} { ${parts.join(' ')} }\n`;
}

async function load<Tool>(folder: string, file: string): Promise<Tool> {
  return (await import(pathToFileURL(findInstalled(folder, file) ?? file).href)) as Tool;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
