import type { Priority } from '../../base/priority.ts';
import type { Label } from '../../diagnostic/diagnostic.ts';

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
  /** Where the configuration says it; `undefined`: in an option. */
  readonly extraOutputLabel: Label | undefined;
  readonly extraFields: readonly ExtraField[];
  readonly suggestedOutput: boolean;
}

/** A bare field name keeps its type; a named format is a string. */
export type ExtraField = { readonly name: string; readonly label: Label | undefined } & (
  | { readonly kind: 'field' }
  | { readonly kind: 'format'; readonly format: string }
);

export interface RuleLoadOptions {
  /** Rules less urgent than this are not enabled. */
  readonly minimumPriority: Priority;
  readonly selections: readonly RuleSelection[];
  readonly appendOutput: readonly AppendOutput[];
}
