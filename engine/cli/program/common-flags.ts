import type { Command } from 'commander';

export type SetExitCode = (code: number) => void;

/** Of an option that may be repeated. */
export const collect = (value: string, before: readonly string[] = []): string[] => [
  ...before,
  value,
];

export interface CommonFlags {
  readonly json?: boolean;
  readonly color: boolean;
}

/** Behind a command’s own. */
export function withCommonFlags(command: Command): Command {
  return command.option('--json', 'JSON output').option('--no-color', 'no colours').exitOverride();
}
