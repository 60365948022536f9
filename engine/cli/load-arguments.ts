/** What every command that loads rules takes from its options. */
export interface LoadArguments {
  /** Path of the configuration, if one was named. */
  readonly config: string | undefined;
  /** Files, folders or globs. */
  readonly rules: readonly string[];
  /** `KEY=VALUE`, in order. */
  readonly options: readonly string[];
}
