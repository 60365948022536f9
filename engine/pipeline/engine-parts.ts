/* What a run is made of. */

import type { Clock } from '../base/clock.ts';
import type { CheckpointOwner } from '../checkpoint/checkpoint.ts';
import type { Config } from '../config/config.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { EvaluationSetup } from '../evaluate/evaluation-protocol.ts';
import type { GrantedRoots } from '../store/store-protocol.ts';
import type { SourceSetup, StreamState } from '../stream/stream-protocol.ts';
import type { CallTimes } from '../supervise/supervised-worker.ts';
import type { WorkerStock } from '../supervise/worker-stock.ts';

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

export interface StreamParts {
  /** For people. */
  readonly name: string;
  /** Its events come from a source, or were set aside by another run. */
  readonly input: SourceInput | LetterInput;
  /** Where it begins. */
  readonly state: StreamState;
  /** Where it is kept how far the outputs have it; `undefined`: nowhere. */
  readonly checkpoint: { readonly path: string; readonly owner: CheckpointOwner } | undefined;
  /** Stored bytes of the stream, if it has an end. */
  readonly measureBytes: () => Promise<number | undefined>;
}

export interface SourceInput {
  readonly kind: 'source';
  readonly setup: SourceSetup;
  /** Granted to the source. How they are reached is for the I/O thread alone. */
  readonly roots: GrantedRoots;
  /** It waits for what comes. */
  readonly isLive: boolean;
}

export interface LetterInput {
  readonly kind: 'dead-letters';
  readonly path: string;
  /** As in `DeadLetterFeedOptions`. */
  readonly knownSources: readonly string[] | undefined;
}

/** Whether some plugin is called in a process of its own. */
export function hasProcesses({ streams, evaluation }: EngineParts): boolean {
  const isOfSource = streams.some(
    ({ input }) => input.kind === 'source' && input.setup.source.isolation === 'process',
  );
  return isOfSource || evaluation.isolation === 'process';
}
