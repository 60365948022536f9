/*
 * The evaluation workers of a process, seen from the main thread: a batch goes to one that has least to do. One that
 * does not come back is ended, and its batches go to another: first one event at a time, then without the plugin
 * for the event that it did not come back from.
 */

import { LIMITS } from '../base/limits.ts';
import type { PluginLog } from '../plugin/host/plugin-log.ts';
import {
  descriptorsOf,
  inheritedRoom,
  type RoomMemory,
  type SentRoom,
  sentRoom,
} from '../stream/slot-room.ts';
import { type NumberedBatch, type RunFault, toProcessRole } from '../stream/stream-protocol.ts';
import type { FaultLedger } from '../supervise/fault-ledger.ts';
import type { FaultDecision } from '../supervise/fault-policy.ts';
import {
  type CallTimes,
  SupervisedWorker,
  type WorkerFailure,
} from '../supervise/supervised-worker.ts';
import type { WorkerControl } from '../supervise/worker-control.ts';
import type { WorkerHandle } from '../supervise/worker-handle.ts';
import type { WorkerStock } from '../supervise/worker-stock.ts';
import {
  type EvaluationJob,
  type EvaluationMessage,
  type EvaluationRequest,
  type EvaluationSetup,
  type EventWithoutPlugin,
  type SettledJob,
  type WatchedCall,
  watchedCalls,
} from './evaluation-protocol.ts';
import { isEvaluationMessage, isResultOf } from './message-shape.ts';
import { type KnownOfRule, unpackAlerts } from './packed-alerts.ts';

export const EVALUATION_ENTRY = 'evaluate/evaluation-worker.js';

export interface EvaluationPoolOptions {
  readonly setup: EvaluationSetup;
  /** Where the batches of the streams lie, in the order of the setup. */
  readonly rooms: readonly RoomMemory[];
  readonly workerCount: number;
  readonly stock: WorkerStock;
  readonly times: CallTimes;
  readonly faults: FaultLedger;
  readonly onFault: (fault: RunFault) => void;
  readonly onLog: (log: PluginLog) => void;
  /** A plugin refuses its configuration: there is no result for what was submitted, now or later. */
  readonly onRefused: (plugin: string, reason: string) => void;
  /** An error of our own. */
  readonly onDefect: (error: Error) => void;
}

/** So that a worker has the next batch at hand when it is done with one. */
const JOBS_PER_WORKER = 2;
const EVENT_TIME_MAX_MS = LIMITS.eventTimeMax.value;
/** A run that has lasted so long gets a worker in reserve, so that one that is ended is followed at once. */
const SPARE_AFTER_MS = 10_000;

interface PendingJob {
  readonly stream: number;
  readonly batch: NumberedBatch;
  readonly withoutPlugin: EventWithoutPlugin[];
  isCareful: boolean;
  readonly resolve: (result: SettledJob) => void;
}

interface Member {
  readonly worker: SupervisedWorker<EvaluationRequest, EvaluationMessage>;
  readonly control: WorkerControl;
  readonly calls: readonly WatchedCall[];
  /** By stream. */
  readonly rules: readonly (readonly KnownOfRule[])[];
  /** The first is being worked on. */
  readonly jobs: PendingJob[];
  hasStarted: boolean;
  /** Of one that is to take the place of others: it has come up, or why it has not. */
  onStart: ((refusal: Refusal | undefined) => void) | undefined;
  /** Others took its place: it gets no more jobs. */
  isRetired: boolean;
}

/** A plugin that does not work with what it is told, and what it says. */
export interface Refusal {
  readonly plugin: string;
  readonly reason: string;
}

export class EvaluationPool {
  /** Plugins that are not called any more. */
  readonly quarantined = new Set<string>();
  readonly #options: EvaluationPoolOptions;
  #setup: EvaluationSetup;
  readonly #waiting: PendingJob[] = [];
  #members = new Set<Member>();
  /** Those of other rules that have jobs still. */
  readonly #retired = new Set<Member>();
  readonly #spareTimer: NodeJS.Timeout;
  #spare: Member | undefined;
  #isOver = false;

  constructor(options: EvaluationPoolOptions) {
    this.#options = options;
    this.#setup = options.setup;
    for (let index = 0; index < options.workerCount; index++) {
      this.#members.add(this.#createMember());
    }
    this.#spareTimer = setTimeout(() => {
      this.#spare = this.#createMember();
    }, SPARE_AFTER_MS).unref();
  }

  /** Resolves with the result of a batch, whatever its plugins do. */
  submit(stream: number, batch: NumberedBatch): Promise<SettledJob> {
    return new Promise((resolve) => {
      this.#waiting.push({ stream, batch, withoutPlugin: [], isCareful: false, resolve });
      this.#dispatch();
    });
  }

  async end(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#spareTimer);
    const spare = this.#spare === undefined ? [] : [this.#spare];
    const all = [...this.#members, ...this.#retired, ...spare];
    await Promise.all(all.map(({ worker }) => worker.end()));
  }

  /**
   * Other rules: workers for them come up beside those that are there, and when all of them are up, every batch that
   * was not handed to a worker yet goes to them. `undefined`: they took over; otherwise everything is as it was.
   */
  async replaceRules(setup: EvaluationSetup): Promise<Refusal | undefined> {
    const fresh: Member[] = [];
    const starts = Array.from(
      { length: this.#options.workerCount },
      () =>
        new Promise<Refusal | undefined>((resolve) => {
          fresh.push(this.#createMember(setup, resolve));
        }),
    );
    const refusal = (await Promise.all(starts)).find((one) => one !== undefined);
    if (refusal !== undefined || this.#isOver) {
      await Promise.all(fresh.map(({ worker }) => worker.end()));
      return refusal;
    }
    const before = [...this.#members, ...(this.#spare === undefined ? [] : [this.#spare])];
    this.#setup = setup;
    this.#members = new Set(fresh);
    this.#spare = undefined;
    this.#spareTimer.refresh();
    for (const member of before) {
      member.isRetired = true;
      this.#retired.add(member);
      this.#endIfDone(member);
    }
    this.#dispatch();
    return undefined;
  }

  #endIfDone(member: Member): void {
    if (!member.isRetired || member.jobs.length > 0) return;
    this.#retired.delete(member);
    void member.worker.end();
  }

  #createMember(setup = this.#setup, onStart?: Member['onStart']): Member {
    const handle = this.#startWorker(setup);
    const { control } = handle;
    const worker = new SupervisedWorker<EvaluationRequest, EvaluationMessage>({
      worker: handle,
      suspect: suspectOf(setup),
      times: this.#options.times,
      isReplacedAtOnce: true,
      timesOf: (position) => {
        const { callMaxMs, startMaxMs } = member.calls[position]?.times ?? this.#options.times;
        return {
          callMaxMs:
            control.eventAlone !== undefined ? Math.min(EVENT_TIME_MAX_MS, callMaxMs) : callMaxMs,
          startMaxMs,
        };
      },
      onMessage: (message) => this.#take(member, message),
      onFailure: (failure) => this.#replace(member, failure),
      onDefect: (error) => this.#options.onDefect(error),
    });
    const member: Member = {
      worker,
      control,
      calls: watchedCalls(setup),
      rules: setup.streams.map(({ rules }) =>
        rules.map(({ name: rule, priority, source }) => ({ rule, priority, source })),
      ),
      jobs: [],
      hasStarted: false,
      onStart,
      isRetired: false,
    };
    worker.post({ kind: 'start', ...this.#forWorker(setup), quarantined: [...this.quarantined] });
    return member;
  }

  #startWorker({ streams, isolation }: EvaluationSetup): WorkerHandle {
    const { stock, rooms } = this.#options;
    if (isolation === 'thread') return stock.takeThread(EVALUATION_ENTRY);
    const plugins = streams.flatMap(({ extractors }) => extractors.map(({ plugin }) => plugin));
    return stock.startProcess({
      entry: EVALUATION_ENTRY,
      // It reads what it is given, and nobody takes anything from there but the alerts that it answers.
      descriptors: rooms.map((room) => descriptorsOf(room).readDescriptor),
      isMessage: isEvaluationMessage,
      windowSize: 0,
      memorySizeMax: plugins.reduce((sum, { memorySizeMax }) => sum + memorySizeMax, 0),
    });
  }

  /** What a worker needs of the setup, in the form in which it can be told. */
  #forWorker(setup: EvaluationSetup): { setup: EvaluationSetup; rooms: readonly SentRoom[] } {
    const { rooms } = this.#options;
    if (setup.isolation === 'thread') return { setup, rooms: rooms.map(sentRoom) };
    const streams = setup.streams.map((stream) => ({
      ...stream,
      extractors: stream.extractors.map(toProcessRole),
    }));
    return { setup: { ...setup, streams }, rooms: rooms.map((_, index) => inheritedRoom(index)) };
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      let least: Member | undefined;
      for (const member of this.#members) {
        if (least === undefined || member.jobs.length < least.jobs.length) least = member;
      }
      if (least === undefined || least.jobs.length >= JOBS_PER_WORKER) return;
      const pending = this.#waiting.shift();
      if (pending === undefined) return;
      least.jobs.push(pending);
      least.worker.post({ kind: 'job', job: this.#jobOf(pending) });
    }
  }

  #jobOf({ stream, batch, isCareful, withoutPlugin }: PendingJob): EvaluationJob {
    return { stream, batch, isCareful, withoutPlugin, quarantined: [...this.quarantined] };
  }

  #take(member: Member, message: EvaluationMessage): void {
    if (message.kind === 'refused') {
      const { plugin, reason } = message;
      if (member.onStart !== undefined) member.onStart({ plugin, reason });
      else this.#options.onRefused(plugin, reason);
      return;
    }
    const isStart = message.kind === 'started';
    const said = isStart ? message : message.result;
    if (isStart) {
      member.hasStarted = true;
      member.worker.hasStarted();
    }
    for (const plugin of said.quarantined) this.quarantined.add(plugin);
    this.#options.onLog(said.log);
    for (const fault of said.faults) {
      this.#options.onFault(fault);
      if (!isStart) this.#judge(fault, 1);
    }
    if (isStart) {
      member.onStart?.(undefined);
      member.onStart = undefined;
      return;
    }
    const done = member.jobs[0];
    if (done !== undefined && !isResultOf(message.result, done.batch)) {
      throw new Error('a result of other events than it was given');
    }
    member.jobs.shift();
    const known = member.rules[done?.stream ?? -1] ?? [];
    const alerts = unpackAlerts(message.result.alerts, known);
    if (alerts === undefined) throw new Error('alerts of rules that it was not given');
    done?.resolve({ ...message.result, alerts, withoutPlugin: done.withoutPlugin });
    this.#endIfDone(member);
    this.#dispatch();
  }

  /** What the workers forgive one by one is counted here over all of them. */
  #judge({ plugin, kind }: RunFault, eventCount: number, lostMs = 0): FaultDecision {
    const fault = { side: 'extractor', phase: 'call', kind, eventCount, lostMs } as const;
    const { decision } = this.#options.faults.judge(plugin, fault);
    if (decision === 'quarantine') this.quarantined.add(plugin);
    return decision;
  }

  /** The worker is gone; what it had to do is still there. */
  #replace(member: Member, failure: WorkerFailure): void {
    if (this.#isOver) return;
    if (member.onStart !== undefined) {
      const plugin = member.calls[failure.pluginPosition]?.plugin ?? '';
      member.onStart({ plugin, reason: failure.message });
      return;
    }
    this.#afterFailure(member, failure);
    this.#retired.delete(member);
    if (this.#members.delete(member)) this.#members.add(this.#takeSpare() ?? this.#createMember());
    else if (this.#spare === member) this.#spare = undefined;
    this.#waiting.unshift(...member.jobs);
    this.#dispatch();
    this.#spareTimer.refresh();
  }

  /** One that has come up; otherwise it may be waiting for the same plugin. */
  #takeSpare(): Member | undefined {
    const spare = this.#spare;
    if (spare === undefined) return undefined;
    this.#spare = undefined;
    if (spare.hasStarted) return spare;
    void spare.worker.end();
    return undefined;
  }

  #afterFailure(member: Member, { pluginPosition, kind, message, lostMs }: WorkerFailure): void {
    const call = member.calls[pluginPosition];
    if (call === undefined) throw new Error(`no call is watched at ${pluginPosition}`);
    const { plugin, plan } = call;
    const [job] = member.jobs;
    const eventNumber = job?.isCareful === true ? member.control.eventAlone : undefined;
    const fault = { plugin, kind, message, eventNumber };
    this.#options.onFault(fault);
    if (!member.hasStarted) {
      this.quarantined.add(plugin);
      return;
    }
    if (job === undefined) {
      this.#judge(fault, 0);
      return;
    }
    const eventCount = eventNumber === undefined ? job.batch.eventCount : 1;
    const decision = this.#judge(fault, eventCount, lostMs);
    if (decision === 'without-plugin') {
      const number = eventNumber ?? job.batch.firstEventNumber;
      job.withoutPlugin.push({ eventNumber: number, plugin, plan, kind, message });
    }
    job.isCareful = true;
  }
}

/** Position of a plugin that does not ship with the product, if there is one. */
function suspectOf({ streams }: EvaluationSetup): number {
  const roles = streams.flatMap(({ extractors }) => extractors);
  const stranger = roles.findIndex(({ isolation }) => isolation === 'process');
  return 2 * Math.max(0, stranger);
}
