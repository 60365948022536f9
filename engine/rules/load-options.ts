import type { Priority } from '../base/priority.ts';

/** One entry of Falco's `rules:` configuration; applied in order after all files, the last word wins. */
export interface RuleSelection {
  readonly action: 'enable' | 'disable';
  readonly by: 'rule' | 'tag';
  /** A rule name with `*` wildcards, or an exact tag. */
  readonly pattern: string;
}

/** One entry of Falco's `append_output:` configuration. */
export interface AppendOutput {
  readonly match: {
    readonly source: string | undefined;
    readonly tags: readonly string[];
    readonly rule: string | undefined;
  };
  readonly extraOutput: string | undefined;
  /** A bare field name keeps its type; a named format is a string. */
  readonly extraFields: readonly (
    | { readonly kind: 'field'; readonly name: string }
    | { readonly kind: 'format'; readonly name: string; readonly format: string }
  )[];
  readonly suggestedOutput: boolean;
}

export interface RuleLoadOptions {
  /** Rules less urgent than this are not enabled. */
  readonly minimumPriority: Priority;
  readonly selections: readonly RuleSelection[];
  readonly appendOutput: readonly AppendOutput[];
}
