/*
 * AssemblyScript → core module, with the compiler of the author's project and the SDK of this package, which plugins
 * import as `tiercel/sdk/…`. The exports of the plugin's world are added: nobody writes them.
 */

import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../base/package-root.ts';
import { toCanonicalExports } from './core-names.ts';
import {
  asError,
  type Compiled,
  type CompileMessage,
  findInstalled,
  type Toolchain,
} from './toolchain.ts';

const COMPILER = 'assemblyscript/dist/asc.js';
const ENTRY = 'tiercel-entry.ts';
const CONFIG = 'tiercel-asconfig.json';
const OUTPUT = 'plugin.wasm';
/** As the compiler asks for it: by its own name, or where packages are. */
const SDK = /(?:^|\/)tiercel\/sdk\/(.+)$/;

/** The part of the compiler’s interface that is used. */
interface Compiler {
  main(
    args: readonly string[],
    system: {
      readFile(name: string, base: string): string | null;
      writeFile(name: string, contents: Uint8Array | string): void;
      listFiles(): readonly string[];
    },
  ): Promise<{ error: Error | null; stderr: { toString(): string } }>;
}

export const assemblyScript: Toolchain = {
  language: 'AssemblyScript',
  entries: ['assembly/index.ts'],
  sources: /^assembly\/.*\.ts$/,
  findObstacle: (folder) => {
    if (findInstalled(folder, COMPILER) !== undefined) return undefined;
    const message = `the AssemblyScript compiler is not installed in ${folder} or above it`;
    return { message, hint: 'npm install --save-dev assemblyscript' };
  },
  compile: async (folder, _, { manifest, isDebug }) => {
    const [world = ''] = manifest.world.split('@');
    return compile(folder, findInstalled(folder, COMPILER) ?? '', { world, isDebug });
  },
};

/** The same files and compiler give the same bytes, unless they are for debugging. */
async function compile(
  folder: string,
  compilerPath: string,
  { world, isDebug }: { readonly world: string; readonly isDebug: boolean },
): Promise<Compiled> {
  const compiler = (await import(pathToFileURL(compilerPath).href)) as Compiler;
  const entry = `import './assembly/index';\nexport * from 'tiercel/sdk/worlds/${world}';\n`;
  const sdk = join(packageRoot(), 'plugins-wasm', 'sdk', 'assemblyscript');
  const written = new Map<string, Uint8Array>();
  const target = isDebug ? 'debug' : 'release';
  // Colours are on in a pipe too where `CI` is set, and what is printed is read here.
  const args = [
    ENTRY,
    '--config',
    CONFIG,
    '--target',
    target,
    '--outFile',
    OUTPUT,
    '--noColors',
    '--exportStart',
    '_initialize',
  ];
  const { error, stderr } = await compiler.main(args, {
    readFile: (name, base) => {
      if (basename(name) === ENTRY) return entry;
      if (basename(name) === CONFIG) return readText(join(packageRoot(), 'asconfig.json'));
      const ofSdk = SDK.exec(name.replaceAll('\\', '/'))?.[1];
      return readText(ofSdk === undefined ? resolve(folder, base, name) : join(sdk, ofSdk));
    },
    writeFile: (name, contents) => {
      written.set(name, typeof contents === 'string' ? Buffer.from(contents) : contents);
    },
    listFiles: () => [],
  });
  const messages = readMessages(stderr.toString());
  const core = error === null ? written.get(OUTPUT) : undefined;
  if (core !== undefined) return { bytes: toCanonicalExports(core), messages };
  const isExplained = messages.some(({ isError }) => isError);
  const other = asError(error?.message ?? 'the compiler made no module');
  return { bytes: undefined, messages: isExplained ? messages : [...messages, other] };
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/**
 * What the compiler prints of one:
 *
 *     ERROR TS2304: Cannot find name 'x'.
 *         :
 *      3 │ x
 *        │ ^
 *        └─ in assembly/index.ts(3,1)
 */
const MESSAGE = /^(ERROR|WARNING) ([A-Z]+\d+): (.*)$/;
const PLACE = /└─ in (.+)\((\d+),(\d+)\)$/;

function readMessages(printed: string): CompileMessage[] {
  const messages: CompileMessage[] = [];
  for (const line of printed.split('\n')) {
    const [, severity, code, text] = MESSAGE.exec(line) ?? [];
    if (severity !== undefined) {
      const isError = severity === 'ERROR';
      messages.push({ isError, text: `${text} (${code})`, place: undefined });
    }
    const [, file, row, column] = PLACE.exec(line) ?? [];
    const latest = messages.at(-1);
    if (file === undefined || latest === undefined || latest.place !== undefined) continue;
    const place = { file, line: Number(row), character: Number(column) };
    messages[messages.length - 1] = { ...latest, place };
  }
  return messages;
}
