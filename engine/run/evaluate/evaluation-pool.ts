/*
 * The evaluation workers of a process, seen from the main thread: a batch goes to one that has least to do. One that
 * does not come back is ended, and its batches go to another: first one event at a time, then without the plugin
 * for the event that it did not come back from.
 */

import type { PluginLog } from '../../plugin/host/plugin-log.ts';
import type { FaultLedger } from '../../worker/fault-ledger.ts';
import type { FaultDecision } from '../../worker/fault-policy.ts';
import type { CallTimes, WorkerFailure } from '../../worker/supervised-worker.ts';
import type { WorkerStock } from '../../worker/worker-stock.ts';
import type { RoomMemory } from '../stream/slot-room.ts';
import type { NumberedBatch, RunFault } from '../stream/stream-protocol.ts';
import type {
  EvaluationJob,
  EvaluationMessage,
  EvaluationSetup,
  SettledJob,
} from './evaluation-protocol.ts';
import { unpackAlerts } from './packed-alerts.ts';
import {
  createMember,
  endMember,
  leftOut,
  type Member,
  type PendingJob,
  type Refusal,
  rulesOf,
} from './pool-member.ts';

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
  /** So many alerts are undelivered that no other batch should be evaluated now. */
  readonly isFull: () => boolean;
  /** A batch that ended its workers again and again: no rule was evaluated for its events. */
  readonly onLeftOut: (stream: number, batch: NumberedBatch, reason: string) => void;
  /** An error of our own, of which no batch is the cause. */
  readonly onDefect: (error: Error) => void;
}

/** So that a worker has the next batch at hand when it is done with one. */
const JOBS_PER_WORKER = 2;
/** More than one: which event it was is not known yet. */
const SEVERAL = 2;
/** Whole, one event at a time, and once more. */
const LOSSES_MAX = 3;
/** A run that has lasted so long gets a worker in reserve, so that one that is ended is followed at once. */
const SPARE_AFTER_MS = 10_000;

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
      this.#waiting.push({
        stream,
        batch,
        withoutPlugin: [],
        isCareful: false,
        losses: 0,
        resolve,
      });
      this.#dispatch();
    });
  }

  /** It may be full no longer. */
  look(): void {
    this.#dispatch();
  }

  async end(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#spareTimer);
    const spare = this.#spare === undefined ? [] : [this.#spare];
    const all = [...this.#members, ...this.#retired, ...spare];
    await Promise.all(all.map(endMember));
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
      await Promise.all(fresh.map(endMember));
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
    void endMember(member);
  }

  #createMember(setup = this.#setup, onStart?: Member['onStart']): Member {
    const { rooms, stock, times } = this.#options;
    return createMember({
      setup,
      rooms,
      stock,
      times,
      quarantined: [...this.quarantined],
      onStart,
      onMessage: (member, message) => this.#take(member, message),
      onFailure: (member, failure) => this.#replace(member, failure),
      onDefect: (member, error) => this.#afterDefect(member, error),
      onLateExtractor: (plugin, lostMs) => {
        this.#judge({ plugin, kind: 'deadline' }, SEVERAL, lostMs);
      },
    });
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      let least: Member | undefined;
      for (const member of this.#members) {
        if (least === undefined || member.jobs.length < least.jobs.length) least = member;
      }
      if (least === undefined || least.jobs.length >= JOBS_PER_WORKER) return;
      // What has to be evaluated again may be what the others wait for.
      if (this.#options.isFull() && this.#hasJobs) return;
      const pending = this.#waiting.shift();
      if (pending === undefined) return;
      least.jobs.push(pending);
      least.worker.post({ kind: 'job', job: this.#jobOf(pending) });
    }
  }

  get #hasJobs(): boolean {
    return [...this.#members, ...this.#retired].some(({ jobs }) => jobs.length > 0);
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
    member.jobs.shift();
    if (done !== undefined) {
      const alerts = unpackAlerts(message.result.alerts, rulesOf(member, done));
      if (alerts === undefined) throw new Error('alerts of rules that it was not given');
      done.resolve({ ...message.result, alerts, withoutPlugin: done.withoutPlugin });
    }
    this.#endIfDone(member);
    this.#dispatch();
  }

  /** What the workers forgive one by one is counted here over all of them. */
  #judge(
    { plugin, kind }: Pick<RunFault, 'plugin' | 'kind'>,
    eventCount: number,
    lostMs = 0,
  ): FaultDecision {
    const fault = { side: 'extractor', phase: 'call', kind, eventCount, lostMs } as const;
    const { decision } = this.#options.faults.judge(plugin, fault);
    if (decision === 'quarantine') this.quarantined.add(plugin);
    return decision;
  }

  /** The worker has ended; its jobs are still there. */
  #replace(member: Member, failure: WorkerFailure): void {
    if (this.#isOver) return;
    if (member.onStart !== undefined) {
      const plugin = member.calls[failure.pluginPosition]?.plugin ?? '';
      member.onStart({ plugin, reason: failure.message });
      return;
    }
    this.#afterFailure(member, failure);
    this.#goOnWithout(member);
  }

  /** An error while a batch is evaluated is tried again, not without end; without a batch it ends the run. */
  #afterDefect(member: Member, error: Error): void {
    const [job] = member.jobs;
    if (this.#isOver || job === undefined) {
      this.#options.onDefect(error);
      return;
    }
    job.isCareful = true;
    this.#countLoss(member, job, error.message);
    this.#goOnWithout(member);
  }

  #countLoss(member: Member, job: PendingJob, reason: string): void {
    job.losses += 1;
    if (job.losses < LOSSES_MAX) return;
    member.jobs.shift();
    this.#options.onLeftOut(job.stream, job.batch, reason);
    job.resolve(leftOut(job, rulesOf(member, job)));
  }

  #goOnWithout(member: Member): void {
    this.#retired.delete(member);
    void endMember(member);
    if (this.#members.delete(member)) this.#members.add(this.#takeSpare() ?? this.#createMember());
    else if (this.#spare === member) this.#spare = undefined;
    this.#waiting.unshift(...member.jobs);
    this.#dispatch();
    this.#spareTimer.refresh();
  }

  /** A worker that has started; any other may be waiting for the same plugin. */
  #takeSpare(): Member | undefined {
    const spare = this.#spare;
    if (spare === undefined) return undefined;
    this.#spare = undefined;
    if (spare.hasStarted) return spare;
    void endMember(spare);
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
    if (decision === 'retry') this.#countLoss(member, job, message);
  }
}
