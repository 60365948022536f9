/* What `buildEngine` makes: streams, plugins and rules that are ready to run. */

import type { Config } from '../../config/config.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { EngineParts } from './engine-parts.ts';
import type { EngineStatus } from './engine-status.ts';
import { Run } from './run.ts';
import type { RunOptions } from './run-options.ts';
import type { RunSummary } from './run-summary.ts';

export class Engine {
  readonly #parts: EngineParts;
  #run: Run | undefined;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** Some stream has no end, or waits for what comes. */
  get isLive(): boolean {
    return this.#parts.streams.some(({ input }) => input.kind === 'source' && input.isLive);
  }

  /** Rejects with an error of our own code or of `deliver`; whatever plugins do is in the summary. */
  async run(options: RunOptions): Promise<RunSummary> {
    const run = new Run(this.#parts, options);
    this.#run = run;
    try {
      return await run.run();
    } finally {
      this.#run = undefined;
    }
  }

  /**
   * Reads the rules again, as this configuration says; plugins, streams and outputs stay what they are. Every event is
   * evaluated under all of the rules before, or all of those after. Where there are errors, the rules before stay.
   */
  async reload(config: Config): Promise<Reload> {
    const { evaluation, ruleCount, diagnostics } = await this.#parts.rules.load(config);
    if (evaluation === undefined || this.#run === undefined)
      return { isUsed: false, ruleCount: 0, diagnostics };
    const refusal = await this.#run.replaceRules(evaluation);
    if (refusal === undefined) return { isUsed: true, ruleCount, diagnostics };
    const message = `plugin \`${refusal.plugin}\` cannot start: ${refusal.reason}`;
    const refused = createDiagnostic('RULES_NOT_RELOADED', { message });
    return { isUsed: false, ruleCount: 0, diagnostics: [...diagnostics, refused] };
  }

  /** What it looks like now; `undefined` while nothing runs. */
  status(): EngineStatus | undefined {
    return this.#run?.status();
  }

  /** Paths of the rules files that the configuration leads to now. */
  rulesFiles(config: Config): readonly string[] {
    return this.#parts.rules.files(config);
  }

  /** Another text when a file of the rules was changed, came or went. */
  rulesSignature(config: Config): string {
    return this.#parts.rules.signature(config);
  }
}

/** What became of rules that were read again. */
export interface Reload {
  readonly isUsed: boolean;
  /** Number of rules in use now. */
  readonly ruleCount: number;
  readonly diagnostics: readonly Diagnostic[];
}
