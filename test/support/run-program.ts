import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = join(REPOSITORY, 'dist/engine/cli/main.js');
/** `process`: all runs of a suite with all plugins there, also those that ship with the product. */
const ISOLATION = process.env.TEST_ISOLATION;

export interface ProgramResult {
  /** `undefined` when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  /** Another `main.js` than that in `dist/`. */
  readonly program?: string;
  readonly cwd?: string;
  readonly stdin?: string;
  /** Standard input stays open; what this writes is what comes. */
  readonly onStart?: (child: ChildProcess) => void;
  /** Beside the environment of the tests; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Standard output goes to this file instead of the result. */
  readonly stdoutFile?: string;
  /** Called with each piece of standard error. */
  readonly onStderr?: (text: string, child: ChildProcess) => void;
  /** Called with each piece of standard output. */
  readonly onStdout?: (text: string, child: ChildProcess) => void;
}

/** The built command line as a user starts it. */
export function runProgram(
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  if (!existsSync(PROGRAM)) throw new Error('dist/ is missing: run `npm run build` first');
  const target = options.stdoutFile === undefined ? 'pipe' : openSync(options.stdoutFile, 'w');
  const isFed = options.stdin !== undefined || options.onStart !== undefined;
  return new Promise((resolve, reject) => {
    const [command = '', ...rest] = args;
    const isolated =
      ISOLATION === undefined || command !== 'run' ? [] : ['-o', `isolation=${ISOLATION}`];
    const child = spawn(
      process.execPath,
      [options.program ?? PROGRAM, command, ...isolated, ...rest],
      {
        cwd: options.cwd ?? REPOSITORY,
        env: { ...process.env, TZ: 'UTC', NO_COLOR: '1', ...options.env },
        stdio: [isFed ? 'pipe' : 'ignore', target, 'pipe'],
      },
    );
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      options.onStdout?.(text, child);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      options.onStderr?.(text, child);
    });
    // Who reads may have gone.
    child.stdin?.on('error', () => {});
    if (options.onStart === undefined) child.stdin?.end(options.stdin);
    else options.onStart(child);
    child.on('error', reject);
    child.on('close', (code) => {
      if (typeof target === 'number') closeSync(target);
      resolve({ code: code ?? undefined, stdout, stderr });
    });
  });
}
