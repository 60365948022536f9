/* What a run is made of. */

import type { Clock } from '../../base/clock.ts';
import type { Config } from '../../config/config.ts';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { CallTimes } from '../../worker/supervised-worker.ts';
import type { WorkerStock } from '../../worker/worker-stock.ts';
import type { EvaluationSetup } from '../evaluate/evaluation-protocol.ts';
import type { StreamParts } from '../streams/stream-parts.ts';

export interface EngineParts {
  /** In the order of the streams in `evaluation`. */
  readonly streams: readonly StreamParts[];
  readonly evaluation: EvaluationSetup;
  readonly rules: RulesParts;
  /** How many evaluation workers. */
  readonly workerCount: number;
  readonly times: CallTimes;
  readonly stock: WorkerStock;
  readonly clock: Clock;
}

/** Rules that are read again while a run goes on, for the same streams and plugins. */
export interface RulesParts {
  load(config: Config): Promise<LoadedRules>;
  /** Changes with the files that it would read. */
  signature(config: Config): string;
  files(config: Config): string[];
}

export interface LoadedRules {
  /** `undefined` when there are errors. */
  readonly evaluation: EvaluationSetup | undefined;
  readonly ruleCount: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** Whether some plugin is called in a process of its own. */
export function hasProcesses({ streams, evaluation }: EngineParts): boolean {
  const isOfSource = streams.some(
    ({ input }) => input.kind === 'source' && input.setup.source.isolation === 'process',
  );
  return isOfSource || evaluation.isolation === 'process';
}
