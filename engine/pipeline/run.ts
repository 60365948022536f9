/*
 * One run, wired: streams → evaluation workers → delivery in order → outputs. A batch keeps its slot until its alerts
 * are with the outputs: slow outputs slow the sources down, and nothing is kept elsewhere.
 */

import { sizeOfAlerts } from '../alert/alert.ts';
import { findConfinement } from '../base/confinement.ts';
import { LIMITS } from '../base/limits.ts';
import { CheckpointFile } from '../checkpoint/checkpoint-file.ts';
import type { DeadLetter } from '../dead-letter/dead-letter.ts';
import { DeadLetterFeed, type LetterOrigin } from '../dead-letter/dead-letter-feed.ts';
import { type LetterSender, onlyOfRules, setAside } from '../dead-letter/set-aside.ts';
import { withinTime } from '../deliver/delivery.ts';
import { InOrder } from '../deliver/in-order.ts';
import { EvaluationPool } from '../evaluate/evaluation-pool.ts';
import type { EvaluationSetup, SettledJob } from '../evaluate/evaluation-protocol.ts';
import type { Refusal } from '../evaluate/pool-member.ts';
import type { EventBatch } from '../plugin/plugin-instance.ts';
import { IoThread } from '../store/io-thread.ts';
import { closeRoom, openRoom, type SlotRoom, UnreadableBatch } from '../stream/slot-room.ts';
import type { StreamEnd, StreamFailure, StreamFeed } from '../stream/stream-feed.ts';
import { StreamHost } from '../stream/stream-host.ts';
import {
  type NumberedBatch,
  START_OF_STREAM,
  type StreamState,
} from '../stream/stream-protocol.ts';
import { FaultLedger } from '../supervise/fault-ledger.ts';
import { type EngineParts, hasProcesses } from './engine-parts.ts';
import type { EngineStatus } from './engine-status.ts';
import { EvaluationWatch } from './evaluation-watch.ts';
import { followedPaths, LocationProbe } from './location-probe.ts';
import type { RunOptions } from './run-options.ts';
import { measureBytes, showProgress } from './run-progress.ts';
import { RunReporter } from './run-reporter.ts';
import { statusOf } from './run-status.ts';
import type { RunSummary } from './run-summary.ts';
import { Tally } from './tally.ts';

export class Run {
  readonly #parts: EngineParts;
  readonly #options: RunOptions;
  readonly #tally = new Tally();
  readonly #reporter: RunReporter;
  readonly #order = new InOrder();
  readonly #feeds: readonly StreamFeed[];
  readonly #rooms: readonly SlotRoom[];
  readonly #checkpoints: readonly (CheckpointFile | undefined)[];
  /** Resolve when their beginning is kept: alerts must not be ahead of that. */
  readonly #begun: (Promise<void> | undefined)[] = [];
  /** Characters of alerts that were made and not delivered. */
  #undeliveredSize = 0;
  /** Streams of which some output will never have all alerts. */
  readonly #stuck = new Set<number>();
  readonly #pool: EvaluationPool;
  readonly #io: IoThread;
  readonly #probes: readonly LocationProbe[];
  readonly #watch: EvaluationWatch<NumberedBatch>;
  readonly #startedMs: number;
  /** By stream: why it was given up. */
  readonly #failures: (StreamFailure | undefined)[] = [];
  /** In use; rules may be read again. */
  #evaluation: EvaluationSetup;
  #refusal: { readonly plugin: string; readonly reason: string } | undefined;
  /** Resolves when a run that is being stopped has had its time. */
  readonly #late: Promise<void>;
  #tellLate: () => void = () => {};
  /** Ends the run: an error of ours, or of whoever takes the alerts. */
  #fail: (error: unknown) => void = () => {};

  constructor(parts: EngineParts, options: RunOptions) {
    this.#parts = parts;
    this.#options = options;
    const names = parts.streams.map(({ name }) => name);
    this.#reporter = new RunReporter(this.#tally, options, names);
    this.#startedMs = parts.clock.monotonicMs();
    this.#evaluation = parts.evaluation;
    this.#late = new Promise((resolve) => {
      this.#tellLate = resolve;
    });
    const faults = new FaultLedger(parts.evaluation.faultBudget, parts.clock);
    this.#io = new IoThread({
      stock: parts.stock,
      onDefect: (error) => this.#fail(error),
      onPoison: async (reader, message) => {
        const stream = parts.streams.find((_, index) => readerOf(index) === reader)?.name ?? '';
        return (await options.onPoisonMessage?.({ stream, ...message })) ?? false;
      },
    });
    this.#checkpoints = parts.streams.map((_, stream) => this.#openCheckpoint(stream));
    this.#feeds = parts.streams.map((_, stream) => this.#createFeed(stream, faults));
    const nowMs = (): number => parts.clock.monotonicMs();
    this.#watch = new EvaluationWatch(nowMs);
    this.#probes = parts.streams.map(({ input }) => {
      const stores = input.kind === 'source' ? Object.values(input.roots.stores) : [];
      return new LocationProbe(followedPaths(stores), nowMs);
    });
    this.#rooms = this.#feeds.map(({ room }) => openRoom(room, parts.evaluation.limits));
    this.#pool = new EvaluationPool({
      setup: parts.evaluation,
      rooms: this.#feeds.map(({ room }) => room),
      workerCount: parts.workerCount,
      times: parts.times,
      stock: parts.stock,
      faults,
      isFull: () => this.#undeliveredSize > LIMITS.undeliveredSizeMax.value,
      onLeftOut: (stream, batch, reason) => this.#reporter.takeLeftOut(stream, batch, reason),
      onFault: (fault) => this.#reporter.takeFault(fault),
      onLog: (log) => this.#reporter.takeLog(log),
      onRefused: (plugin, reason) => this.#refuse(plugin, reason),
      onDefect: (error) => this.#fail(error),
    });
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
      elapsedMs: this.#parts.clock.monotonicMs() - this.#startedMs,
    }));
    try {
      const failed = new Promise<never>((_, reject) => {
        this.#fail = reject;
      });
      return await Promise.race([this.#toEnd(), failed]);
    } finally {
      stopProgress();
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      this.#stop();
      await Promise.all([this.#pool.end(), this.#io.end(), this.#parts.stock.end()]);
      for (const { room } of this.#feeds) closeRoom(room);
      for (const probe of this.#probes) probe.close();
    }
  }

  async replaceRules(evaluation: EvaluationSetup): Promise<Refusal | undefined> {
    const refusal = await this.#pool.replaceRules(evaluation);
    if (refusal === undefined) this.#evaluation = evaluation;
    return refusal;
  }

  status(): EngineStatus {
    return statusOf({
      parts: this.#parts,
      evaluation: this.#evaluation,
      feeds: this.#feeds,
      failures: this.#failures,
      tally: this.#tally,
      quarantined: this.#pool.quarantined,
      elapsedMs: this.#parts.clock.monotonicMs() - this.#startedMs,
      stalledMs: this.#watch.stalledMs,
      probes: this.#probes,
    });
  }

  async #toEnd(): Promise<RunSummary> {
    const ends = await Promise.all(this.#feeds.map((feed, stream) => this.#endOf(feed, stream)));
    await this.#options.closeOutputs?.();
    const outcomes = await Promise.all(
      ends.map(async (end, stream) => {
        if (this.#refusal === undefined) await this.#settled(stream);
        await this.#checkpoints[stream]?.flush();
        const services = await this.#io.close(readerOf(stream));
        // A stream without an end is over when it is told to stop.
        const isOver = end.stopped === 'interrupted' && this.#isEndless(stream);
        const stopped = isOver ? ('end' as const) : end.stopped;
        const start = this.#parts.streams[stream]?.state ?? START_OF_STREAM;
        const state = this.#feeds[stream]?.state ?? start;
        return { ...end, stopped, name: this.#nameOf(stream), start, state, services };
      }),
    );
    const { clock } = this.#parts;
    const elapsedMs = clock.monotonicMs() - this.#startedMs;
    const isInterrupted = outcomes.some(({ stopped }) => stopped === 'interrupted');
    const summary = this.#tally.summary(outcomes, {
      elapsedMs,
      storedBytesRead: this.#storedBytesRead,
      storedBytesTotal: isInterrupted ? await measureBytes(this.#parts) : undefined,
      quarantined: [...this.#pool.quarantined],
      walls: hasProcesses(this.#parts) ? findConfinement().walls : undefined,
    });
    if (this.#refusal === undefined) return summary;
    const failure = { stream: this.#nameOf(0), kind: 'error', ...this.#refusal, atStart: true };
    return { ...summary, failures: [failure], stopped: 'fault' };
  }

  /** Its alerts are with the outputs, or had their time. */
  async #endOf(feed: StreamFeed, stream: number): Promise<StreamEnd> {
    const end = await feed.run();
    this.#failures[stream] = end.failure;
    if (this.#refusal === undefined) await Promise.race([this.#order.drained(stream), this.#late]);
    await this.#checkpoints[stream]?.flush();
    return end;
  }

  /** Resolves when its batches are settled; outputs are closed, so only evaluation can still take time. */
  async #settled(stream: number): Promise<void> {
    await withinTime(this.#order.drained(stream), LIMITS.settleTimeMax.value);
  }

  #createFeed(stream: number, faults: FaultLedger): StreamFeed {
    const parts = this.#parts.streams[stream];
    if (parts === undefined) throw new Error(`there is no stream ${stream}`);
    const { input, state } = parts;
    const { stock, times, evaluation } = this.#parts;
    if (input.kind === 'dead-letters') {
      return new DeadLetterFeed({
        ...input,
        source: evaluation.streams[stream]?.context.source ?? '',
        limits: evaluation.limits,
        onBatch: (batch, behind, origin) => this.#takeBatch(stream, batch, behind, origin),
        onProblem: (problem) => this.#reporter.takeProblem(stream, problem),
      });
    }
    const { setup } = input;
    return new StreamHost({
      setup,
      state,
      times,
      stock,
      connect: (window) => this.#io.connect(input.roots, readerOf(stream), window),
      onOpen: () => this.#keepBeginning(stream),
      onBatch: (batch, behind) => this.#takeBatch(stream, batch, behind),
      onNotes: (notes) => this.#reporter.takeNotes(stream, notes),
      onRunsSettled: (run) => this.#io.acknowledge(readerOf(stream), run),
      onFault: (fault) => this.#reporter.takeSourceFault(stream, fault),
      faults,
    });
  }

  /** It goes on until it is told to stop. */
  #isEndless(stream: number): boolean {
    const input = this.#parts.streams[stream]?.input;
    return input?.kind === 'source' && input.setup.isEndless;
  }

  /** Whoever sent something waits for what becomes of it. */
  #isInbox(stream: number): boolean {
    const input = this.#parts.streams[stream]?.input;
    return input?.kind === 'source' && input.setup.hasInbox;
  }

  #openCheckpoint(stream: number): CheckpointFile | undefined {
    const kept = this.#parts.streams[stream]?.checkpoint;
    if (kept === undefined) return undefined;
    const isFollowed = this.#isEndless(stream);
    return new CheckpointFile({
      ...kept,
      keepFollowed: isFollowed ? (run) => this.#io.keep(readerOf(stream), run) : undefined,
      onProblem: (message) =>
        this.#reporter.takeProblem(stream, {
          severity: 'warning',
          subject: kept.path,
          line: 0,
          message,
        }),
    });
  }

  /** What is rotated away before the first checkpoint would be missed after a crash. */
  #keepBeginning(stream: number): void {
    const state = this.#parts.streams[stream]?.state;
    if (state === undefined || state.position !== undefined || !this.#isEndless(stream)) return;
    this.#begun[stream] ??= this.#checkpoints[stream]?.begin(state);
  }

  #stop(): void {
    for (const feed of this.#feeds) feed.stop();
  }

  /** What has not arrived by now does not: it is counted, and read again where streams have checkpoints. */
  #giveUp(): void {
    for (const feed of this.#feeds) feed.abandon();
    this.#tellLate();
  }

  #refuse(plugin: string, reason: string): void {
    this.#refusal ??= { plugin, reason };
    for (const feed of this.#feeds) feed.abandon();
  }

  #takeBatch(
    stream: number,
    batch: NumberedBatch,
    behind: StreamState,
    origin?: LetterOrigin,
  ): void {
    let size = 0;
    const submitted = this.#pool.submit(stream, batch).then((one) => {
      size = sizeOfAlerts(one.alerts);
      this.#undeliveredSize += size;
      this.#feeds[stream]?.madeAlerts(batch.eventCount, size);
      return one;
    });
    this.#watch.add(batch, submitted);
    const result =
      origin === undefined ? submitted : submitted.then((one) => onlyOfRules(one, origin.rules));
    this.#order.add(
      stream,
      result,
      (one) => this.#deliver(stream, batch, one, origin?.stream ?? this.#nameOf(stream)),
      (delivery) => {
        this.#undeliveredSize -= size;
        this.#settle(stream, batch, behind, delivery);
        this.#pool.look();
      },
    );
  }

  #settle(stream: number, batch: NumberedBatch, behind: StreamState, delivery: Delivery): void {
    if (delivery === 'failed') return;
    if (delivery === 'in-part') this.#stuck.add(stream);
    if (!this.#stuck.has(stream)) {
      this.#feeds[stream]?.release(batch, behind);
      this.#checkpoints[stream]?.update(behind);
      return;
    }
    this.#feeds[stream]?.release(batch, undefined);
    // What comes by itself would come in vain.
    if (this.#isInbox(stream)) this.#feeds[stream]?.stop();
  }

  /** What could not be evaluated is set aside. */
  async #deliver(
    stream: number,
    batch: NumberedBatch,
    result: SettledJob,
    name: string,
  ): Promise<Delivery> {
    const { deliver, onDeadLetters } = this.#options;
    try {
      await this.#begun[stream];
      const isEverywhere = result.alerts.length === 0 || (await deliver(result.alerts)) !== false;
      if (result.unreadable !== undefined) this.#feeds[stream]?.refuse(result.unreadable);
      else if (onDeadLetters !== undefined && result.partial.length > 0) {
        const source = this.#parts.evaluation.streams[stream]?.context.source ?? '';
        const sender = { stream: name, source };
        const letters = this.#lettersOf(stream, sender, batch, result);
        if (letters.length > 0) await onDeadLetters(letters);
      }
      this.#tally.addResult(stream, batch.eventCount, result, this.#parts.clock.nowMs());
      return isEverywhere ? 'everywhere' : 'in-part';
    } catch (error) {
      this.#fail(error);
      return 'failed';
    }
  }

  #lettersOf(
    stream: number,
    sender: LetterSender,
    batch: NumberedBatch,
    result: SettledJob,
  ): DeadLetter[] {
    try {
      return setAside(sender, batch, result, () => this.#eventsOf(stream, batch));
    } catch (error) {
      if (!(error instanceof UnreadableBatch)) throw error;
      this.#feeds[stream]?.refuse(error.message);
      const message = `events ${batch.firstEventNumber} and behind cannot be set aside: ${error.message}`;
      const problem = { severity: 'lost', subject: sender.stream, line: 0, message } as const;
      this.#reporter.takeProblem(stream, problem);
      return [];
    }
  }

  #eventsOf(stream: number, batch: NumberedBatch): EventBatch {
    const room = this.#rooms[stream];
    if (room === undefined) throw new Error(`stream ${stream} has no slots`);
    return room.read(batch);
  }

  #nameOf(stream: number): string {
    return this.#parts.streams[stream]?.name ?? '';
  }

  get #storedBytesRead(): number {
    return this.#feeds.reduce((sum, { storedBytesRead }) => sum + storedBytesRead, 0);
  }
}

/** Where the alerts of a batch are: with every output, with those that did not fail, or the run has failed. */
type Delivery = 'everywhere' | 'in-part' | 'failed';

/** As whom its source reads. */
function readerOf(stream: number): string {
  return `stream ${stream}`;
}
