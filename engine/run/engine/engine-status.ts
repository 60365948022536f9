/* What a run looks like while it goes on: for health checks, metrics and people. */

import type { Priority } from '../../base/priority.ts';
import type { StreamFailure, StreamPhase } from '../stream/stream-feed.ts';
import type { PluginFaultCount } from './run-summary.ts';

export interface EngineStatus {
  /** Milliseconds since the run began. */
  readonly elapsedMs: number;
  /** In the order of the configuration. */
  readonly streams: readonly StreamStatus[];
  /** Those in use, in the order in which they are evaluated. */
  readonly rules: readonly RuleStatus[];
  /** Those in use. */
  readonly plugins: readonly PluginStatus[];
  readonly workerCount: number;
  /** Milliseconds without progress of a stage that has work; 0: there is progress, or no work. */
  readonly stalledMs: number;
  /** Time that belongs to more than one rule or plugin, in milliseconds. */
  readonly conditionsMs: number;
  readonly alertsMs: number;
}

export interface StreamStatus {
  readonly name: string;
  readonly plugin: string;
  readonly source: string;
  readonly phase: StreamPhase;
  /** Why it was given up. */
  readonly failure: StreamFailure | undefined;
  /** Why nothing can come of it now: its location does not exist, or does not answer. */
  readonly problem: string | undefined;
  /** It waits for what comes. */
  readonly isLive: boolean;
  readonly events: number;
  /** Bytes of the events' own text. */
  readonly bytes: number;
  readonly alertsTotal: number;
  readonly eventsInPart: number;
  readonly lostProblems: number;
  /** The latest parts of the input that could not be read, the oldest first. */
  readonly latestProblems: readonly StreamProblem[];
  readonly sourceFaults: number;
  /** Time of the latest event, nanoseconds since 1970. */
  readonly latestTime: bigint | undefined;
  /** Milliseconds since 1970: when events came last. */
  readonly lastEventMs: number | undefined;
  /** Batches that are not with all outputs. */
  readonly batchesUnderWay: number;
}

/** A part of the input that could not be read. */
export interface StreamProblem {
  /** A file, an object, a request. */
  readonly subject: string;
  /** From 1 on; 0: it is about the whole. */
  readonly line: number;
  readonly message: string;
}

export interface RuleStatus {
  readonly name: string;
  readonly description: string;
  readonly source: string;
  readonly priority: Priority;
  readonly tags: readonly string[];
  readonly alerts: number;
  /** Milliseconds since 1970. */
  readonly lastAlertMs: number | undefined;
  /** Events that it could not be evaluated for. */
  readonly notEvaluated: number;
  /** Milliseconds, extrapolated from samples. */
  readonly evaluationMs: number;
}

export interface PluginStatus {
  readonly name: string;
  readonly version: string;
  readonly isQuarantined: boolean;
  readonly faults: readonly PluginFaultCount[];
  /** Milliseconds in calls that extract. */
  readonly extractionMs: number;
}
