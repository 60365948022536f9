import type { AlertFormat } from '../alert/alert.ts';
import type { RuleLoadOptions } from '../rules/load-options.ts';

/** `tiercel.yaml` (Falco's keys) joined with the command line: read once, frozen. Paths are absolute. */
export interface Config {
  readonly rulesFiles: readonly string[];
  readonly plugins: readonly PluginConfig[];
  readonly ruleLoad: RuleLoadOptions;
  readonly ruleMatching: 'first' | 'all';
  readonly staticFields: Readonly<Record<string, string>>;
  readonly alertFormat: AlertFormat;
  readonly stdoutOutput: { readonly enabled: boolean };
  readonly fileOutput: {
    readonly enabled: boolean;
    readonly filename: string;
    readonly keepAlive: boolean;
  };
  /** Where transpiled plugins are kept between runs; `undefined`: nowhere, because nobody has a home. */
  readonly cacheDirectory: string | undefined;
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
