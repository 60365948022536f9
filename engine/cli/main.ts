#!/usr/bin/env node
/* The process: arguments in, exit code out, and what to do when nobody reads what is written. */

import { readFileSync } from 'node:fs';
import { VERSION } from '#generated/build-info';
import { hideSecrets } from '../base/secrets.ts';
import { systemErrorText } from '../base/system-error.ts';
import { EXIT } from './console/exit-code.ts';

async function main(args: readonly string[]): Promise<number> {
  const [first] = args;
  if (args.length === 1 && (first === '--version' || first === '-V')) {
    process.stdout.write(`${VERSION}\n`);
    return EXIT.ok;
  }
  const most = mostOpenFiles();
  if (most < OPEN_FILES_MIN) {
    process.stderr.write(
      `error: only ${most} files may be open at once, and ${OPEN_FILES_MIN} are needed\n` +
        '  hint: raise the limit, for example with `ulimit -n 1024`\n',
    );
    return EXIT.invalid;
  }
  // Loaded here: the version is asked for by scripts, often, and needs none of it.
  const { runProgram } = await import('./program/program.ts');
  return runProgram(args);
}

/** Open files that the program, its threads and one input need; further inputs and connections need more. */
const OPEN_FILES_MIN = 64;

/** Where the system does not say it, there is no limit that would matter. */
function mostOpenFiles(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1');
    return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

// An error of ours: its text may contain secrets.
process.on('uncaughtException', (error: Error) => {
  process.stderr.write(`${hideSecrets(error.stack ?? String(error))}\n`);
  process.exit(EXIT.invalid);
});

let writeError: NodeJS.ErrnoException | undefined;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  writeError ??= error;
});
// Node says of its standard output that it was closed, and not that it was destroyed.
let isGivenUp = false;
process.stdout.once('close', () => {
  isGivenUp = true;
});
// If standard error is closed, there is nowhere to report that.
process.stderr.on('error', () => {});

const exitCode = await main(process.argv.slice(2));
await new Promise<void>((resolve) => {
  if (isGivenUp) resolve();
  process.stdout.once('close', resolve);
  process.stdout.write('', () => resolve());
});
// A reader that went away (`| head`) wanted no more; a full disk is a loss.
if (writeError !== undefined && writeError.code !== 'EPIPE' && exitCode === EXIT.ok) {
  process.stderr.write(
    `tiercel: standard output could not be written: ${systemErrorText(writeError)}\n`,
  );
  process.exitCode = EXIT.incomplete;
} else process.exitCode = exitCode;
// Bytes that nobody reads would keep the process alive for ever.
if (isGivenUp) process.stderr.write('', () => process.exit());
