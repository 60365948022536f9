import type { Writable } from 'node:stream';
import pc from 'picocolors';
import type { Priority } from '../base/priority.ts';
import { hideSecrets } from '../base/secrets.ts';

/** What the process talks to; tests give their own. */
export interface Terminal {
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly color: boolean;
  /** Of standard error; `undefined` when that is no terminal. */
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

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** `1 alert`, `2 alerts`. */
/** `plural`: where it is not the noun with an `s`. */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

const RATE_DIGITS = 3;

/** Three digits: more would be noise. */
export function formatRate(rate: number): string {
  return formatCount(Number(rate.toPrecision(RATE_DIGITS)));
}
