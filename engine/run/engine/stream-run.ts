/*
 * One stream of a run: its source, the slots that its batches lie in, its checkpoint, and how far its alerts got. A
 * batch is delivered and settled here, in the order of the stream.
 */

import { LIMITS } from '../../base/limits.ts';
import type { SourceContext } from '../../detect/compile/engine-field-values.ts';
import { withinTime } from '../../outputs/delivery/delivery.ts';
import { InOrder } from '../../outputs/delivery/in-order.ts';
import type { IoThread } from '../../store/thread/io-thread.ts';
import type { FaultLedger } from '../../worker/fault-ledger.ts';
import type { CallTimes } from '../../worker/supervised-worker.ts';
import type { WorkerStock } from '../../worker/worker-stock.ts';
import { CheckpointFile } from '../checkpoint/checkpoint-file.ts';
import type { DeadLetter } from '../dead-letter/dead-letter.ts';
import { DeadLetterFeed, type LetterOrigin } from '../dead-letter/dead-letter-feed.ts';
import { onlyOfRules, setAside } from '../dead-letter/set-aside.ts';
import type { EvaluationSetup, SettledJob } from '../evaluate/evaluation-protocol.ts';
import { closeRoom, openRoom, type SlotRoom, UnreadableBatch } from '../stream/slot-room.ts';
import type { StreamEnd, StreamFailure, StreamFeed } from '../stream/stream-feed.ts';
import { StreamHost } from '../stream/stream-host.ts';
import type { NumberedBatch, StreamState } from '../stream/stream-protocol.ts';
import { followedPaths, LocationProbe } from '../streams/location-probe.ts';
import type { StreamParts } from '../streams/stream-parts.ts';
import type { RunOptions } from './run-options.ts';
import type { StreamReporter } from './run-reporter.ts';
import type { StreamOutcome, Tally } from './tally.ts';

/** What the streams of a run share. */
export interface RunServices {
  readonly io: IoThread;
  readonly stock: WorkerStock;
  readonly times: CallTimes;
  readonly faults: FaultLedger;
  readonly tally: Tally;
  readonly outputs: Pick<RunOptions, 'deliver' | 'onDeadLetters'>;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
  /** Ends the run: an error of ours, or of the outputs. */
  readonly fail: (error: unknown) => void;
}

/** A batch of a stream, and where the stream stands behind it. */
export interface TakenBatch {
  readonly batch: NumberedBatch;
  readonly behind: StreamState;
  /** Set if the events are evaluated again. */
  readonly origin: LetterOrigin | undefined;
}

export interface StreamRunOptions {
  /** In the order of the streams of the run. */
  readonly number: number;
  readonly parts: StreamParts;
  readonly context: SourceContext;
  readonly limits: EvaluationSetup['limits'];
  readonly reporter: StreamReporter;
  readonly services: RunServices;
  readonly onBatch: (stream: StreamRun, taken: TakenBatch) => void;
}

/** Where the alerts of a batch are: with every output, with those that did not fail, or the run has failed. */
type Delivered = 'everywhere' | 'in-part' | 'failed';

export class StreamRun {
  readonly number: number;
  readonly name: string;
  readonly parts: StreamParts;
  readonly context: SourceContext;
  readonly feed: StreamFeed;
  readonly reporter: StreamReporter;
  /** As whom its source reads. */
  readonly reader: string;
  readonly #services: RunServices;
  readonly #onBatch: StreamRunOptions['onBatch'];
  readonly #room: SlotRoom;
  readonly #checkpoint: CheckpointFile | undefined;
  readonly #probe: LocationProbe;
  readonly #order = new InOrder();
  /** Resolves when the beginning of the stream is kept: alerts must not be ahead of that. */
  #begun: Promise<void> | undefined;
  /** Some output will never have all its alerts. */
  #isStuck = false;
  /** Why it was given up. */
  #failure: StreamFailure | undefined;

  constructor(options: StreamRunOptions) {
    const { number, parts, context, limits, reporter, services, onBatch } = options;
    this.number = number;
    this.name = parts.name;
    this.parts = parts;
    this.context = context;
    this.reporter = reporter;
    this.reader = `stream ${number}`;
    this.#services = services;
    this.#onBatch = onBatch;
    this.#checkpoint = this.#openCheckpoint();
    this.feed = this.#createFeed(limits);
    this.#room = openRoom(this.feed.room, limits);
    const { input } = parts;
    const stores = input.kind === 'source' ? Object.values(input.roots.stores) : [];
    this.#probe = new LocationProbe(followedPaths(stores), services.monotonicMs);
  }

  get failure(): StreamFailure | undefined {
    return this.#failure;
  }

  /** What is wrong with its locations; `undefined`: nothing. */
  get problem(): string | undefined {
    return this.feed.phase === 'over' ? undefined : this.#probe.problem;
  }

  /** Resolves when no more batches come, and rejects with an error of our own. */
  async read(): Promise<StreamEnd> {
    const end = await this.feed.run();
    this.#failure = end.failure;
    return end;
  }

  /** Resolves when all its batches are settled. */
  drained(): Promise<void> {
    return this.#order.drained();
  }

  /** Resolves when the latest state is in its checkpoint, or cannot be. */
  async keep(): Promise<void> {
    await this.#checkpoint?.flush();
  }

  /** Outputs are closed, so only evaluation can still take time. `isRefused`: nothing is evaluated any more. */
  async outcome(end: StreamEnd, isRefused: boolean): Promise<StreamOutcome> {
    if (!isRefused) await withinTime(this.drained(), LIMITS.settleTimeMax.value);
    await this.keep();
    const services = await this.#services.io.close(this.reader);
    // A stream without an end is over when it is stopped.
    const isOver = end.stopped === 'interrupted' && this.#isEndless;
    return {
      ...end,
      stopped: isOver ? 'end' : end.stopped,
      name: this.name,
      start: this.parts.state,
      state: this.feed.state,
      counts: this.reporter.counts,
      services,
    };
  }

  /** Takes the alerts of a batch to the outputs once those of earlier ones were; `onSettled` keeps that order too. */
  add(
    { batch, behind, origin }: TakenBatch,
    result: Promise<SettledJob>,
    onSettled: () => void,
  ): void {
    const wanted =
      origin === undefined ? result : result.then((one) => onlyOfRules(one, origin.rules));
    this.#order.add(
      wanted,
      (one) => this.#deliver(batch, one, origin?.stream ?? this.name),
      (delivered) => {
        this.#settle(batch, behind, delivered);
        onSettled();
      },
    );
  }

  close(): void {
    closeRoom(this.feed.room);
    this.#probe.close();
  }

  #createFeed(limits: EvaluationSetup['limits']): StreamFeed {
    const { input, state } = this.parts;
    const { io, stock, times, faults } = this.#services;
    const take = (batch: NumberedBatch, behind: StreamState, origin?: LetterOrigin): void =>
      this.#onBatch(this, { batch, behind, origin });
    if (input.kind === 'dead-letters') {
      return new DeadLetterFeed({
        ...input,
        source: this.context.source,
        limits,
        onBatch: take,
        onProblem: (problem) => this.reporter.takeProblem(problem),
      });
    }
    return new StreamHost({
      setup: input.setup,
      state,
      times,
      stock,
      connect: (window) => io.connect(input.roots, this.reader, window),
      onOpen: () => this.#keepBeginning(),
      onBatch: take,
      onNotes: (notes) => this.reporter.takeNotes(notes),
      onRunsSettled: (run) => io.acknowledge(this.reader, run),
      onRunUnreadable: ({ run, reason }) => io.refuse(this.reader, run, reason),
      onFault: (fault) => this.reporter.takeSourceFault(fault),
      faults,
    });
  }

  #openCheckpoint(): CheckpointFile | undefined {
    const { checkpoint } = this.parts;
    if (checkpoint === undefined) return undefined;
    const { io } = this.#services;
    return new CheckpointFile({
      ...checkpoint,
      keepFollowed: this.#isEndless ? (run) => io.keep(this.reader, run) : undefined,
      onProblem: (message) =>
        this.reporter.takeProblem({
          severity: 'warning',
          subject: checkpoint.path,
          line: 0,
          message,
        }),
    });
  }

  /** Without it, a file rotated away before the first checkpoint would be missed after a crash. */
  #keepBeginning(): void {
    const { state } = this.parts;
    if (state.position !== undefined || !this.#isEndless) return;
    this.#begun ??= this.#checkpoint?.begin(state);
  }

  /** What could not be evaluated is set aside. */
  async #deliver(batch: NumberedBatch, result: SettledJob, name: string): Promise<Delivered> {
    const { outputs, tally, nowMs, fail } = this.#services;
    const { alerts, unreadable, partial } = result;
    try {
      await this.#begun;
      const isEverywhere = alerts.length === 0 || (await outputs.deliver(alerts)) !== false;
      if (unreadable !== undefined) this.feed.refuse(unreadable);
      else if (outputs.onDeadLetters !== undefined && partial.length > 0) {
        const letters = this.#lettersOf(batch, result, name);
        if (letters.length > 0) await outputs.onDeadLetters(letters);
      }
      tally.addResult(this.reporter.counts, batch.eventCount, result, nowMs());
      return isEverywhere ? 'everywhere' : 'in-part';
    } catch (error) {
      fail(error);
      return 'failed';
    }
  }

  #lettersOf(batch: NumberedBatch, result: SettledJob, stream: string): DeadLetter[] {
    try {
      const sender = { stream, source: this.context.source };
      return setAside(sender, batch, result, () => this.#room.read(batch));
    } catch (error) {
      if (!(error instanceof UnreadableBatch)) throw error;
      this.feed.refuse(error.message);
      const message = `events ${batch.firstEventNumber} and behind cannot be set aside: ${error.message}`;
      this.reporter.takeProblem({ severity: 'lost', subject: stream, line: 0, message });
      return [];
    }
  }

  #settle(batch: NumberedBatch, behind: StreamState, delivered: Delivered): void {
    if (delivered === 'failed') return;
    if (delivered === 'in-part') this.#isStuck = true;
    if (!this.#isStuck) {
      this.feed.release(batch, behind);
      this.#checkpoint?.update(behind);
      return;
    }
    this.feed.release(batch, undefined);
    // What comes by itself would come in vain.
    if (this.#hasInbox) this.feed.stop();
  }

  /** The stream ends only when it is stopped. */
  get #isEndless(): boolean {
    const { input } = this.parts;
    return input.kind === 'source' && input.setup.isEndless;
  }

  /** The sender waits for the outcome. */
  get #hasInbox(): boolean {
    const { input } = this.parts;
    return input.kind === 'source' && input.setup.hasInbox;
  }
}
