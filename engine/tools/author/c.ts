/*
 * C → core module, with the clang and wasm-ld of the author's machine, no library, and the header of this package
 * (`#include <tiercel.h>`).
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../base/package-root.ts';
import { asError, type Compiled, type CompileMessage, type Toolchain } from './toolchain.ts';

const COMPILER = 'clang';
const LINKER = 'wasm-ld';
/** What every engine of today has, and ours accepts. */
const FLAGS = ['--target=wasm32', '-msimd128', '-mbulk-memory', '-std=c11', '-Wall', '-Wextra'];
const FREESTANDING = ['-ffreestanding', '-fvisibility=hidden'];
/** A stack that runs over traps, where it would overwrite data otherwise. */
const LINKING = ['--no-entry', '--stack-first', '-z', 'stack-size=262144'];

export const c: Toolchain = {
  language: 'C',
  entries: ['plugin.c'],
  sources: /^(?!node_modules\/).*\.[ch]$/,
  findObstacle: () => {
    const missing = [COMPILER, LINKER].find((tool) => spawnSync(tool, ['--version']).status !== 0);
    if (missing === undefined) return undefined;
    const message = `\`${missing}\` does not exist on this machine, or does not run`;
    return { message, hint: 'clang and lld of the system, 14 or later: apt install clang lld' };
  },
  compile: (folder, entry, { isDebug }) => {
    const scratch = mkdtempSync(join(tmpdir(), 'tiercel-c-'));
    try {
      return Promise.resolve(compile(folder, entry, { scratch, isDebug }));
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  },
};

function compile(
  folder: string,
  entry: string,
  { scratch, isDebug }: { readonly scratch: string; readonly isDebug: boolean },
): Compiled {
  const object = join(scratch, 'plugin.o');
  const output = join(scratch, 'plugin.wasm');
  const headers = join(packageRoot(), 'plugins-wasm', 'sdk', 'c');
  const places = ['-fno-caret-diagnostics', '-fno-color-diagnostics', '-isystem', headers];
  const target = isDebug ? ['-O0', '-g'] : ['-O2'];
  // In two steps: clang, as the linker’s driver, runs whatever `wasm-opt` it finds, with flags of its own.
  const compiled = run(COMPILER, folder, [
    ...[...FLAGS, ...FREESTANDING, ...target, ...places],
    ...['-c', entry, '-o', object],
  ]);
  if (!compiled.isDone) return { bytes: undefined, messages: compiled.messages };
  const stripping = isDebug ? [] : ['--strip-all'];
  const linked = run(LINKER, folder, [...LINKING, ...stripping, object, '-o', output]);
  return {
    bytes: linked.isDone ? readFileSync(output) : undefined,
    messages: [...compiled.messages, ...linked.messages],
  };
}

interface Done {
  readonly isDone: boolean;
  readonly messages: readonly CompileMessage[];
}

function run(tool: string, cwd: string, args: readonly string[]): Done {
  const { status, stderr } = spawnSync(tool, args, { cwd, encoding: 'utf8' });
  const messages = readMessages(stderr);
  const isExplained = status === 0 || messages.some(({ isError }) => isError);
  const other = asError(`${tool} ended with ${status}: ${stderr.trim()}`);
  return { isDone: status === 0, messages: isExplained ? messages : [...messages, other] };
}

/** `plugin.c:3:7: error: …`; of the linker, `wasm-ld: error: …`. */
const MESSAGE = /^(?:(.+?):(\d+):(\d+): )?(?:.*?: )?(warning|(?:fatal )?error): (.*)$/;

function readMessages(printed: string): CompileMessage[] {
  return printed.split('\n').flatMap((printedLine) => {
    const [, file, line, character, severity, text] = MESSAGE.exec(printedLine) ?? [];
    if (severity === undefined || text === undefined) return [];
    const place =
      file === undefined ? undefined : { file, line: Number(line), character: Number(character) };
    return [{ isError: severity !== 'warning', text, place }];
  });
}
