import type { Writable } from 'node:stream';
import pc from 'picocolors';
import type { Priority } from '../../base/priority.ts';
import { hideSecrets } from '../../base/secrets.ts';

/** What the process talks to; tests give their own. */
export interface Terminal {
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly color: boolean;
  /** Width of standard error; `undefined` when it is not a terminal. */
  readonly columns: number | undefined;
}

export function createTerminal(noColor: boolean): Terminal {
  const wantsColor = !noColor && process.env.NO_COLOR === undefined;
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    color: wantsColor && process.stderr.isTTY === true,
    columns: process.stderr.columns,
  };
}

/** One line to standard error. */
export function say(terminal: Terminal, text: string): void {
  terminal.stderr.write(`${hideSecrets(text)}\n`);
}

/** Urgent priorities stand out on a terminal. */
export function paintPriority(line: string, priority: Priority): string {
  const colors = pc.createColors(true);
  const paint: Readonly<Record<Priority, (text: string) => string>> = {
    Emergency: (text) => colors.bold(colors.red(text)),
    Alert: (text) => colors.bold(colors.red(text)),
    Critical: (text) => colors.bold(colors.red(text)),
    Error: colors.red,
    Warning: colors.yellow,
    Notice: colors.cyan,
    Informational: colors.dim,
    Debug: colors.dim,
  };
  return line.replace(priority, paint[priority](priority));
}
