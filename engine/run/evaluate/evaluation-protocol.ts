/*
 * What crosses between the main thread and an evaluation worker: one setup for all streams, then a batch at a time
 * and its result. A worker holds no position and no number: ended, it costs nothing but the batch it was at, which
 * still lies in its slot.
 */

import type { AlertFormat } from '../../detect/alert/alert.ts';
import type { AlertChannel } from '../../detect/alert/alert-channel.ts';
import type { SourceContext } from '../../detect/compile/engine-field-values.ts';
import type { CheckedRule } from '../../language/check/checked-rule.ts';
import { enforcedLimits } from '../../plugin/file/manifest.ts';
import type { PluginLog } from '../../plugin/host/plugin-log.ts';
import type { FaultBudget } from '../../worker/fault-budget.ts';
import type { CallTimes } from '../../worker/supervised-worker.ts';
import type { Isolation } from '../../worker/worker-handle.ts';
import type { SentRoom, SlotLimits } from '../stream/slot-room.ts';
import type { NumberedBatch, PluginRole, RunFault } from '../stream/stream-protocol.ts';
import type { FaultPlace } from './batch-evaluation.ts';
import type { EvaluationCosts } from './cost-meter.ts';
import type { EvaluationResult } from './evaluation-result.ts';
import type { ExtractorConnection } from './extractor-protocol.ts';
import type { PackedAlerts } from './packed-alerts.ts';

/** How the events of one stream are evaluated. */
export interface StreamEvaluation {
  readonly rules: readonly CheckedRule[];
  readonly extractors: readonly PluginRole[];
  readonly ruleMatching: 'first' | 'all';
  readonly context: SourceContext;
  readonly alertFormat: AlertFormat;
  readonly alertChannels: readonly AlertChannel[];
}

export interface EvaluationSetup {
  readonly streams: readonly StreamEvaluation[];
  readonly limits: SlotLimits;
  readonly faultBudget: FaultBudget;
  /** `process`: some extractor is called in one, and slots lie where it can read them. The same for a whole run. */
  readonly isolation: Isolation;
}

export interface EventWithoutPlugin {
  readonly eventNumber: number;
  readonly plugin: string;
  /** What became of the worker that called it. */
  readonly kind: string;
  readonly message: string;
  /** `outputs`: only what the outputs print of it is absent. */
  readonly plan: FaultPlace;
}

export interface EvaluationJob {
  /** Position of its stream in the setup. */
  readonly stream: number;
  readonly batch: NumberedBatch;
  /** One event at a time, so that it is known which one a plugin does not come back from. */
  readonly isCareful: boolean;
  /** Events that plugins could not take in time: evaluated without them. */
  readonly withoutPlugin: readonly EventWithoutPlugin[];
  /** Plugins that are not called any more. */
  readonly quarantined: readonly string[];
}

export type EvaluationRequest =
  | {
      readonly kind: 'start';
      readonly setup: EvaluationSetup;
      /** By stream. */
      readonly rooms: readonly SentRoom[];
      /** By stream and extractor: the way to one in a process of its own; `undefined`: it is called here. */
      readonly connections: readonly (readonly (ExtractorConnection | undefined)[])[];
      readonly quarantined: readonly string[];
    }
  | { readonly kind: 'job'; readonly job: EvaluationJob };

/** A result in a form that can be sent. */
export interface JobResult extends Omit<EvaluationResult, 'faults'> {
  readonly faults: readonly RunFault[];
  /** Plugins that this worker does not call any more. */
  readonly quarantined: readonly string[];
  readonly log: PluginLog;
  readonly costs: EvaluationCosts;
}

/** The same on its way out of a worker. */
export interface SentResult extends Omit<JobResult, 'alerts'> {
  readonly alerts: PackedAlerts;
}

/** With what the main thread knows of it. */
export interface SettledJob extends JobResult {
  /** Events that a plugin did not come back from. */
  readonly withoutPlugin: readonly EventWithoutPlugin[];
}

export type EvaluationMessage =
  | {
      readonly kind: 'started';
      readonly faults: readonly RunFault[];
      readonly quarantined: readonly string[];
      readonly log: PluginLog;
    }
  /** A plugin says itself that it cannot work like this. */
  | { readonly kind: 'refused'; readonly plugin: string; readonly reason: string }
  /** Result of the oldest job that was not answered. */
  | { readonly kind: 'result'; readonly result: SentResult };

export interface WatchedCall {
  readonly plugin: string;
  readonly times: CallTimes;
  readonly plan: FaultPlace;
}

/** By position: the calls that are watched, two for each extractor of each stream. */
export function watchedCalls({ streams }: EvaluationSetup): WatchedCall[] {
  return streams.flatMap(({ extractors }) =>
    extractors.flatMap(({ plugin: { manifest } }): WatchedCall[] => {
      const { callTimeMaxMs: callMaxMs, startTimeMaxMs: startMaxMs } = enforcedLimits(manifest);
      const times = { callMaxMs, startMaxMs };
      return [
        { plugin: manifest.name, times, plan: 'conditions' },
        { plugin: manifest.name, times, plan: 'outputs' },
      ];
    }),
  );
}
