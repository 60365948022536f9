import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, inject } from 'vitest';
import { REPOSITORY, runProgram } from './run-program.ts';

const PAUSE_MS = 50;

/**
 * Path of what `make` leaves at the path it is given, made once in a run of the tests: by the first file of tests that
 * asks, while the others wait. Nobody may change what lies there.
 */
export async function madeOnce(
  name: string,
  make: (path: string) => Promise<void> | void,
): Promise<string> {
  const folder = join(inject('runFolder'), name);
  const made = join(folder, 'made');
  const failed = join(folder, 'failed');
  if (isFirst(folder)) {
    const unfinished = join(folder, 'unfinished');
    mkdirSync(unfinished);
    try {
      await make(join(unfinished, name));
      renameSync(unfinished, made);
    } catch (error) {
      writeFileSync(failed, '');
      throw error;
    }
  }
  // The deadline is that of the hook or the test which waits.
  while (!existsSync(made)) {
    if (existsSync(failed)) throw new Error(`${name} could not be made: another file says why`);
    await pause(PAUSE_MS);
  }
  return join(made, name);
}

/** The component of a plugin below `plugins-wasm/examples`. */
export function exampleComponent(example: string): Promise<string> {
  return madeOnce(`${example}.wasm`, async (path) => {
    const folder = join(REPOSITORY, 'plugins-wasm/examples', example);
    const { stderr, code } = await runProgram(['plugin', 'build', folder, '-o', path]);
    expect([code, stderr]).toEqual([0, '']);
  });
}

function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
