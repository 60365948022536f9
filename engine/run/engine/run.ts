/*
 * One run, wired: streams → evaluation workers → delivery in order → outputs. A batch keeps its slot until its alerts
 * are with the outputs: slow outputs slow the sources down, and nothing is kept elsewhere.
 */

import { findConfinement } from '../../base/confinement.ts';
import { createDeferred } from '../../base/deferred.ts';
import { LIMITS } from '../../base/limits.ts';
import { sizeOfAlerts } from '../../detect/alert/alert.ts';
import { IoThread } from '../../store/thread/io-thread.ts';
import { FaultLedger } from '../../worker/fault-ledger.ts';
import { EvaluationPool } from '../evaluate/evaluation-pool.ts';
import type { EvaluationSetup } from '../evaluate/evaluation-protocol.ts';
import type { Refusal } from '../evaluate/pool-member.ts';
import type { StreamEnd } from '../stream/stream-feed.ts';
import type { NumberedBatch } from '../stream/stream-protocol.ts';
import { type EngineParts, hasProcesses } from './engine-parts.ts';
import type { EngineStatus } from './engine-status.ts';
import { EvaluationWatch } from './evaluation-watch.ts';
import type { RunOptions } from './run-options.ts';
import { measureBytes, showProgress } from './run-progress.ts';
import { RunReporter } from './run-reporter.ts';
import { statusOf } from './run-status.ts';
import type { RunSummary } from './run-summary.ts';
import { type RunServices, StreamRun, type TakenBatch } from './stream-run.ts';
import { Tally } from './tally.ts';

export class Run {
  readonly #parts: EngineParts;
  readonly #options: RunOptions;
  readonly #tally = new Tally();
  readonly #reporter: RunReporter;
  readonly #io: IoThread;
  readonly #streams: readonly StreamRun[];
  readonly #pool: EvaluationPool;
  readonly #watch: EvaluationWatch<NumberedBatch>;
  readonly #startedMs: number;
  /** Rejects with the error that ends the run: ours, or of the outputs. */
  readonly #failed = createDeferred<never>();
  /** Resolves when a run that is being stopped has had its time. */
  readonly #late = createDeferred<void>();
  /** In use; rules may be read again. */
  #evaluation: EvaluationSetup;
  /** Characters of alerts that were made and not delivered. */
  #undeliveredSize = 0;
  #refusal: Refusal | undefined;

  constructor(parts: EngineParts, options: RunOptions) {
    const { streams, evaluation, clock } = parts;
    this.#parts = parts;
    this.#options = options;
    this.#evaluation = evaluation;
    this.#reporter = new RunReporter(this.#tally, options, streams.length);
    this.#startedMs = clock.monotonicMs();
    this.#watch = new EvaluationWatch(() => clock.monotonicMs());
    // The error reaches the caller who waits for the run; that may be later.
    this.#failed.promise.catch(() => {});
    this.#io = new IoThread({
      stock: parts.stock,
      onDefect: (error) => this.#failed.reject(error),
      onPoison: async (reader, message) => {
        const stream = this.#streams.find((one) => one.reader === reader);
        if (stream === undefined) return false;
        return (await options.onPoisonMessage?.({ stream: stream.name, ...message })) ?? false;
      },
    });
    const faults = new FaultLedger(evaluation.faultBudget, clock);
    this.#streams = this.#createStreams(faults);
    this.#pool = this.#createPool(faults);
  }

  async run(): Promise<RunSummary> {
    const { signal } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      this.#stop();
      timer = setTimeout(() => this.#giveUp(), LIMITS.stopTimeMax.value);
    };
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    const stopProgress = showProgress(this.#parts, this.#options.onProgress, () => ({
      events: this.#tally.eventsEvaluated,
      bytesRead: this.#storedBytesRead,
      alerts: this.#tally.alertsTotal,
      elapsedMs: this.#elapsedMs,
    }));
    try {
      return await Promise.race([this.#toEnd(), this.#failed.promise]);
    } finally {
      stopProgress();
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      this.#stop();
      await Promise.all([this.#pool.end(), this.#io.end(), this.#parts.stock.end()]);
      for (const stream of this.#streams) stream.close();
    }
  }

  async replaceRules(evaluation: EvaluationSetup): Promise<Refusal | undefined> {
    const refusal = await this.#pool.replaceRules(evaluation);
    if (refusal === undefined) this.#evaluation = evaluation;
    return refusal;
  }

  status(): EngineStatus {
    return statusOf({
      workerCount: this.#parts.workerCount,
      evaluation: this.#evaluation,
      streams: this.#streams,
      tally: this.#tally,
      quarantined: this.#pool.quarantined,
      elapsedMs: this.#elapsedMs,
      stalledMs: this.#watch.stalledMs,
    });
  }

  async #toEnd(): Promise<RunSummary> {
    const ends = await Promise.all(
      this.#streams.map(async (stream) => ({ stream, end: await this.#endOf(stream) })),
    );
    await this.#options.closeOutputs?.();
    const isRefused = this.#refusal !== undefined;
    const outcomes = await Promise.all(
      ends.map(({ stream, end }) => stream.outcome(end, isRefused)),
    );
    const isInterrupted = outcomes.some(({ stopped }) => stopped === 'interrupted');
    const summary = this.#tally.summary(outcomes, {
      elapsedMs: this.#elapsedMs,
      storedBytesRead: this.#storedBytesRead,
      storedBytesTotal: isInterrupted ? await measureBytes(this.#parts) : undefined,
      quarantined: [...this.#pool.quarantined],
      walls: hasProcesses(this.#parts) ? findConfinement().walls : undefined,
    });
    if (this.#refusal === undefined) return summary;
    // A plugin that refuses its configuration is called for every stream.
    const stream = outcomes[0]?.name ?? this.#refusal.plugin;
    const failure = { stream, kind: 'error', ...this.#refusal, atStart: true };
    return { ...summary, failures: [failure], stopped: 'fault' };
  }

  /** Its alerts are with the outputs, or had their time. */
  async #endOf(stream: StreamRun): Promise<StreamEnd> {
    const end = await stream.read();
    if (this.#refusal === undefined) await Promise.race([stream.drained(), this.#late.promise]);
    await stream.keep();
    return end;
  }

  #createStreams(faults: FaultLedger): StreamRun[] {
    const { streams, evaluation, stock, times, clock } = this.#parts;
    const services: RunServices = {
      io: this.#io,
      stock,
      times,
      faults,
      tally: this.#tally,
      outputs: this.#options,
      nowMs: () => clock.nowMs(),
      monotonicMs: () => clock.monotonicMs(),
      fail: (error) => this.#failed.reject(error),
    };
    return streams.map(
      (parts, number) =>
        new StreamRun({
          number,
          parts,
          context: at(evaluation.streams, number).context,
          limits: evaluation.limits,
          reporter: this.#reporter.ofStream(parts.name),
          services,
          onBatch: (stream, taken) => this.#takeBatch(stream, taken),
        }),
    );
  }

  #createPool(faults: FaultLedger): EvaluationPool {
    const { evaluation, workerCount, times, stock } = this.#parts;
    return new EvaluationPool({
      setup: evaluation,
      rooms: this.#streams.map(({ feed }) => feed.room),
      workerCount,
      times,
      stock,
      faults,
      isFull: () => this.#undeliveredSize > LIMITS.undeliveredSizeMax.value,
      onLeftOut: (stream, batch, reason) =>
        at(this.#streams, stream).reporter.takeLeftOut(batch, reason),
      onFault: (fault) => this.#reporter.takeFault(fault),
      onLog: (log) => this.#reporter.takeLog(log),
      onRefused: (plugin, reason) => this.#refuse({ plugin, reason }),
      onDefect: (error) => this.#failed.reject(error),
    });
  }

  #takeBatch(stream: StreamRun, taken: TakenBatch): void {
    const { batch } = taken;
    let size = 0;
    const submitted = this.#pool.submit(stream.number, batch).then((one) => {
      size = sizeOfAlerts(one.alerts);
      this.#undeliveredSize += size;
      stream.feed.madeAlerts(batch.eventCount, size);
      return one;
    });
    this.#watch.add(batch, submitted);
    stream.add(taken, submitted, () => {
      this.#undeliveredSize -= size;
      this.#pool.look();
    });
  }

  #stop(): void {
    for (const { feed } of this.#streams) feed.stop();
  }

  /** What has not arrived by now does not: it is counted, and read again where streams have checkpoints. */
  #giveUp(): void {
    for (const { feed } of this.#streams) feed.abandon();
    this.#late.resolve();
  }

  #refuse(refusal: Refusal): void {
    this.#refusal ??= refusal;
    for (const { feed } of this.#streams) feed.abandon();
  }

  get #elapsedMs(): number {
    return this.#parts.clock.monotonicMs() - this.#startedMs;
  }

  get #storedBytesRead(): number {
    return this.#streams.reduce((sum, { feed }) => sum + feed.storedBytesRead, 0);
  }
}

/** The stream of a number; streams and their evaluation are numbered alike. */
function at<One>(streams: readonly One[], number: number): One {
  const one = streams[number];
  if (one === undefined) throw new Error(`there is no stream ${number}`);
  return one;
}
