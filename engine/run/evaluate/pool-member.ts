/* The workers of an evaluation pool, and the batches that are handed to them. */

import type { SupervisedWorker } from '../../worker/supervised-worker.ts';
import type { WorkerControl } from '../../worker/worker-control.ts';
import type { NumberedBatch } from '../stream/stream-protocol.ts';
import {
  type EvaluationMessage,
  type EvaluationRequest,
  type EvaluationSetup,
  type EventWithoutPlugin,
  type SettledJob,
  type WatchedCall,
  watchedCalls,
} from './evaluation-protocol.ts';
import type { ExtractorHost } from './extractor-host.ts';
import type { KnownOfRule } from './packed-alerts.ts';

/** A batch that has no result yet. */
export interface PendingJob {
  readonly stream: number;
  readonly batch: NumberedBatch;
  readonly withoutPlugin: EventWithoutPlugin[];
  isCareful: boolean;
  /** Workers that ended over it, and nobody knows over which event. */
  losses: number;
  readonly resolve: (result: SettledJob) => void;
}

/** One worker, and what it has to do. */
export interface Member {
  readonly worker: SupervisedWorker<EvaluationRequest, EvaluationMessage>;
  readonly control: WorkerControl;
  /** By stream and extractor: those in processes of their own. */
  readonly hosts: readonly (readonly (ExtractorHost | undefined)[])[];
  readonly calls: readonly WatchedCall[];
  /** By stream. */
  readonly rules: readonly (readonly KnownOfRule[])[];
  /** The first is being worked on. */
  readonly jobs: PendingJob[];
  hasStarted: boolean;
  /** For a member that replaces others: called when it has started, or with the reason why it has not. */
  onStart: ((refusal: Refusal | undefined) => void) | undefined;
  /** Others took its place: it gets no more jobs. */
  isRetired: boolean;
}

/** A plugin that refuses its configuration, and the reason it gives. */
export interface Refusal {
  readonly plugin: string;
  readonly reason: string;
}

/** No rule was evaluated for any of its events. */
export function leftOut(
  { batch, withoutPlugin }: PendingJob,
  rules: readonly KnownOfRule[],
): SettledJob {
  const { firstEventNumber, eventCount } = batch;
  const rulesNotEvaluated = rules.map(({ rule }) => rule);
  return {
    alerts: [],
    partial: [{ firstEventNumber, eventCount, plugins: [], rulesNotEvaluated }],
    faults: [],
    quarantined: [],
    log: { lines: [], unlisted: new Map() },
    costs: { plugins: new Map(), rules: new Map(), conditionsMs: 0, alertsMs: 0 },
    withoutPlugin,
  };
}

/** Resolves when its thread and the processes of its extractors are gone. */
export async function endMember({ worker, hosts }: Member): Promise<void> {
  const gone = worker.end();
  await Promise.all([gone, ...hosts.flat().map((host) => host?.close(gone))]);
}

/** The setup without the code of plugins that run in other processes: the thread does not need it. */
export function forThread(setup: EvaluationSetup): EvaluationSetup {
  const streams = setup.streams.map((stream) => ({
    ...stream,
    extractors: stream.extractors.map((role) =>
      role.isolation === 'thread' ? role : { ...role, plugin: { ...role.plugin, modules: {} } },
    ),
  }));
  return { ...setup, streams };
}

/** Position of the first call that is watched: an error outside of all calls is ours. */
export function suspectOf(setup: EvaluationSetup): number | undefined {
  return watchedCalls(setup).length === 0 ? undefined : 0;
}
