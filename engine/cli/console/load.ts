/* What every command does before its own work: find the configuration, load it, judge what was found. */

import { existsSync } from 'node:fs';
import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/load-config.ts';
import { type Checked, createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';

/** Used when it is in the current folder and -c names no other. */
export const DEFAULT_CONFIG = 'tiercel.yaml';

/** The options that all commands have. */
export interface LoadArguments {
  /** Path of the configuration, if one was named. */
  readonly config: string | undefined;
  /** Files, folders or globs. */
  readonly rules: readonly string[];
  /** `KEY=VALUE`, in order. */
  readonly options: readonly string[];
  /** Warnings about rules and configuration are errors. */
  readonly isStrict: boolean;
}

export interface SourceArguments {
  readonly plugin: string | undefined;
  readonly openParams: string | undefined;
  readonly fromStart?: boolean;
  /** A file of events that another run set aside. */
  readonly deadLettersFrom?: string | undefined;
}

const NO_SOURCE: SourceArguments = { plugin: undefined, openParams: undefined };

export function loadConfigFor(
  args: LoadArguments,
  { plugin, openParams, fromStart = false, deadLettersFrom }: SourceArguments = NO_SOURCE,
): Checked<Config> {
  const configFile = configFileOf(args);
  const isFound = configFile !== args.config;
  const { value, diagnostics } = loadConfig({
    configFile,
    rulesFiles: args.rules,
    options: args.options,
    plugin,
    openParams,
    isFromStart: fromStart,
    deadLettersFrom,
  });
  const message = `using ${DEFAULT_CONFIG} of this folder`;
  const found = isFound ? [createDiagnostic('CONFIG_FOUND', { message })] : [];
  return { value, diagnostics: [...found, ...judge(diagnostics, args)] };
}

/** `undefined` if there is none. */
export function configFileOf({ config }: Pick<LoadArguments, 'config'>): string | undefined {
  return config ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined);
}

/** Under --strict a warning is an error. */
export function judge(
  diagnostics: readonly Diagnostic[],
  { isStrict }: Pick<LoadArguments, 'isStrict'>,
): readonly Diagnostic[] {
  if (!isStrict) return diagnostics;
  return diagnostics.map((diagnostic) =>
    diagnostic.severity === 'warning'
      ? Object.freeze({ ...diagnostic, severity: 'error' as const })
      : diagnostic,
  );
}
