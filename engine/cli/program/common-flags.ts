import type { Command } from 'commander';

export type SetExitCode = (code: number) => void;

/** Collects the values of an option that may be repeated. */
export const collect = (value: string, before: readonly string[] = []): string[] => [
  ...before,
  value,
];

export interface CommonFlags {
  readonly json?: boolean;
  readonly color: boolean;
}

/** Options of all commands, after the command’s own. */
export function withCommonFlags(command: Command): Command {
  return command
    .option('--json', 'print JSON')
    .option('--no-color', 'print without colours')
    .exitOverride();
}
