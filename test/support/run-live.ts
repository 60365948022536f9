/* The program over something that has no end: what happens to it while it runs, and what it says. */

import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ProgramOptions, type ProgramResult, runProgram } from './run-program.ts';

const WAIT_MAX_MS = 30_000;
const LOOK_MS = 10;

export interface LiveProgram {
  readonly child: ChildProcess;
  /** Standard output, and standard error, so far. */
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves when one of them has the text; fails the test when that takes too long. */
  until(text: string): Promise<void>;
}

/** `act` runs beside the program; after it the program is stopped. */
export async function runLive(
  args: readonly string[],
  act: (program: LiveProgram) => Promise<void>,
  options: Pick<ProgramOptions, 'env' | 'cwd'> = {},
): Promise<ProgramResult> {
  let acting: Promise<void> = Promise.resolve();
  const seen = { stdout: '', stderr: '' };
  const result = await runProgram(args, {
    ...options,
    onStdout: (text) => {
      seen.stdout += text;
    },
    onStderr: (text) => {
      seen.stderr += text;
    },
    onStart: (child) => {
      const program: LiveProgram = {
        child,
        get stdout() {
          return seen.stdout;
        },
        get stderr() {
          return seen.stderr;
        },
        until: async (text) => {
          const isSeen = (): boolean => seen.stdout.includes(text) || seen.stderr.includes(text);
          for (let waited = 0; !isSeen() && child.exitCode === null; waited += LOOK_MS) {
            if (waited > WAIT_MAX_MS) break;
            await sleep(LOOK_MS);
          }
          if (!isSeen())
            throw new Error(`not seen: ${text}\nstdout: ${seen.stdout}\nstderr: ${seen.stderr}`);
        },
      };
      acting = act(program).finally(() => child.kill('SIGTERM'));
      // It is waited for when the program has ended.
      acting.catch(() => {});
    },
  });
  await acting;
  return result;
}
