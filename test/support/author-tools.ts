import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './run-program.ts';

const TOOLS = {
  assemblyscript: ['assemblyscript'],
  javascript: ['@bytecodealliance/componentize-js', '@bytecodealliance/preview2-shim', 'rolldown'],
  c: [],
} as const;

export type Language = keyof typeof TOOLS;

/** What `npm install` brings into the folder of a plugin: the compilers of this repository. */
export function installTools(folder: string, language: Language): void {
  for (const name of TOOLS[language]) {
    const target = join(folder, 'node_modules', name);
    mkdirSync(join(target, '..'), { recursive: true });
    symlinkSync(join(REPOSITORY, 'node_modules', name), target);
  }
}

/** Why the language is skipped here; `undefined`: it is not. C needs what npm does not have. */
export function missingTools(language: Language): string | undefined {
  if (language !== 'c') return undefined;
  const missing = ['clang', 'wasm-ld'].filter(
    (tool) => spawnSync(tool, ['--version']).status !== 0,
  );
  return missing.length === 0 ? undefined : `${missing.join(' and ')} not on this machine`;
}
