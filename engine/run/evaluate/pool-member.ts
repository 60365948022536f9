/* The workers of an evaluation pool, and the batches that are handed to them. */

import { LIMITS } from '../../base/limits.ts';
import {
  type CallTimes,
  SupervisedWorker,
  type WorkerFailure,
} from '../../worker/supervised-worker.ts';
import type { WorkerControl } from '../../worker/worker-control.ts';
import type { WorkerStock } from '../../worker/worker-stock.ts';
import { type RoomMemory, sentRoom } from '../stream/slot-room.ts';
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
import { ExtractorHost } from './extractor-host.ts';
import type { KnownOfRule } from './packed-alerts.ts';

export const EVALUATION_ENTRY = 'run/evaluate/evaluation-worker.js';

/** A batch that has no result yet. */
export interface PendingJob {
  readonly stream: number;
  readonly batch: NumberedBatch;
  readonly withoutPlugin: EventWithoutPlugin[];
  isCareful: boolean;
  /** Workers that ended because of it, while the guilty event is unknown. */
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

/** Resolves when its thread and the processes of its extractors have ended. */
export async function endMember({ worker, hosts }: Member): Promise<void> {
  const gone = worker.end();
  await Promise.all([gone, ...hosts.flat().map((host) => host?.close(gone))]);
}

export interface MemberOptions {
  readonly setup: EvaluationSetup;
  /** Where the batches of the streams lie, in the order of the setup. */
  readonly rooms: readonly RoomMemory[];
  readonly stock: WorkerStock;
  readonly times: CallTimes;
  /** Plugins that are not called any more. */
  readonly quarantined: readonly string[];
  readonly onStart: Member['onStart'];
  readonly onMessage: (member: Member, message: EvaluationMessage) => void;
  readonly onFailure: (member: Member, failure: WorkerFailure) => void;
  readonly onDefect: (member: Member, error: Error) => void;
  /** An extractor in a process did not answer in time, and so many milliseconds were lost. */
  readonly onLateExtractor: (plugin: string, lostMs: number) => void;
}

/** A worker that is starting. */
export function createMember(options: MemberOptions): Member {
  const { setup, stock, quarantined } = options;
  const handle = stock.takeThread(EVALUATION_ENTRY);
  const hosts = createHosts(options);
  const calls = watchedCalls(setup);
  const { control } = handle;
  const worker = new SupervisedWorker<EvaluationRequest, EvaluationMessage>({
    worker: handle,
    // An error outside of all calls is ours.
    suspect: calls.length === 0 ? undefined : 0,
    times: options.times,
    isReplacedAtOnce: true,
    timesOf: (position) => {
      const { callMaxMs, startMaxMs } = calls[position]?.times ?? options.times;
      const isAlone = control.eventAlone !== undefined;
      const mostMs = isAlone ? Math.min(LIMITS.eventTimeMax.value, callMaxMs) : callMaxMs;
      return { callMaxMs: mostMs, startMaxMs };
    },
    onMessage: (message) => options.onMessage(member, message),
    onFailure: (failure) => options.onFailure(member, failure),
    onDefect: (error) => options.onDefect(member, error),
  });
  const member: Member = {
    worker,
    control,
    hosts,
    calls,
    rules: setup.streams.map(({ rules }) =>
      rules.map(({ name: rule, priority, source }) => ({ rule, priority, source })),
    ),
    jobs: [],
    hasStarted: false,
    onStart: options.onStart,
    isRetired: false,
  };
  const connections = hosts.map((ofStream) => ofStream.map((host) => host?.connection));
  const ports = connections.flat().flatMap((one) => (one === undefined ? [] : [one.port]));
  const rooms = options.rooms.map(sentRoom);
  worker.post({ kind: 'start', setup: forThread(setup), rooms, connections, quarantined }, ports);
  return member;
}

/** For extractors that are called in processes: one each. */
function createHosts({
  setup,
  stock,
  onLateExtractor,
}: MemberOptions): (ExtractorHost | undefined)[][] {
  const { streams, limits } = setup;
  return streams.map(({ extractors }) =>
    extractors.map((role) => {
      if (role.isolation === 'thread') return undefined;
      const onLate = (lostMs: number): void => onLateExtractor(role.plugin.manifest.name, lostMs);
      return new ExtractorHost({ role, limits, stock, onLate });
    }),
  );
}

/** The rules that a job was evaluated under. */
export function rulesOf({ rules }: Member, { stream }: PendingJob): readonly KnownOfRule[] {
  const ofStream = rules[stream];
  if (ofStream === undefined) throw new Error(`stream ${stream} has no rules`);
  return ofStream;
}

/** The setup without the code of plugins that run in other processes: the thread does not need it. */
function forThread(setup: EvaluationSetup): EvaluationSetup {
  const streams = setup.streams.map((stream) => ({
    ...stream,
    extractors: stream.extractors.map((role) =>
      role.isolation === 'thread' ? role : { ...role, plugin: { ...role.plugin, modules: {} } },
    ),
  }));
  return { ...setup, streams };
}
