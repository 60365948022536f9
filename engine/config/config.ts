import type { Priority } from '../base/priority.ts';

/** `tiercel.yaml` (Falco's keys) joined with the command line: read once, frozen. Paths are absolute. */
export interface Config {
  readonly rulesFiles: readonly string[];
  readonly plugins: readonly PluginConfig[];
  readonly minimumPriority: Priority;
  readonly ruleMatching: 'first' | 'all';
  readonly ruleSelections: readonly RuleSelectionConfig[];
  readonly appendOutput: readonly AppendOutputConfig[];
  readonly staticFields: Readonly<Record<string, string>>;
  readonly alertFormat: AlertFormatConfig;
  readonly stdoutOutput: { readonly enabled: boolean };
  readonly fileOutput: {
    readonly enabled: boolean;
    readonly filename: string;
    readonly keepAlive: boolean;
  };
  /** Where transpiled plugins are kept between runs. */
  readonly cacheDirectory: string;
  /** Ours: limits by plugin name; see base/limits.ts for the keys, units and defaults. */
  readonly limits: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface PluginConfig {
  readonly name: string;
  readonly libraryPath: string;
  /** JSON text, or empty. */
  readonly initConfig: string;
  /** `undefined`: loaded for its fields only, its source is not opened. */
  readonly openParams: string | undefined;
  /** Capabilities granted in `grants:` beyond the location of the open parameters. */
  readonly grants: readonly string[];
}

export interface RuleSelectionConfig {
  readonly action: 'enable' | 'disable';
  readonly by: 'rule' | 'tag';
  /** A rule name with `*` wildcards, or an exact tag. */
  readonly pattern: string;
}

export interface AppendOutputConfig {
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

/** How alerts are written: Falco's keys in camel case, Falco's defaults. */
export interface AlertFormatConfig {
  readonly jsonOutput: boolean;
  readonly jsonIncludeOutputProperty: boolean;
  readonly jsonIncludeMessageProperty: boolean;
  readonly jsonIncludeOutputFieldsProperty: boolean;
  readonly jsonIncludeTagsProperty: boolean;
  readonly timeFormatIso8601: boolean;
}
