/*
 * Events that a program has itself, evaluated without a stream: they go to evaluation workers as batches of a stream
 * do, with the same deadlines and the same care for plugins that fail.
 */

import { SYSTEM_CLOCK } from '../../base/clock.ts';
import type { Config } from '../../config/config.ts';
import type { Alert } from '../../detect/alert/alert.ts';
import {
  type Checked,
  createDiagnostic,
  type Diagnostic,
  hasErrors,
} from '../../diagnostic/diagnostic.ts';
import { FaultLedger } from '../../worker/fault-ledger.ts';
import type { CallTimes } from '../../worker/supervised-worker.ts';
import { WorkerStock } from '../../worker/worker-stock.ts';
import { EvaluationPool } from '../evaluate/evaluation-pool.ts';
import type { EvaluationSetup, SettledJob } from '../evaluate/evaluation-protocol.ts';
import { EVALUATION_ENTRY } from '../evaluate/pool-member.ts';
import { loadAll } from '../load/load-all.ts';
import { preparePlugins } from '../load/prepare-plugins.ts';
import { findUselessRun } from '../load/useless-run.ts';
import {
  closeRoom,
  createRoom,
  openRoom,
  type RoomMemory,
  type SlotLimits,
  type SlotRoom,
} from '../stream/slot-room.ts';
import { createSlots, Slots } from '../stream/slots.ts';
import { defaultWorkerCount, FAULT_BUDGET, TUNING } from './engine-tuning.ts';
import { createEvaluation, evaluationIsolation } from './stream-evaluation.ts';

export interface GivenEvent {
  /** As the plugins of its source take it: for most of them JSON. */
  readonly data: string | Uint8Array;
  /** Nanoseconds since 1970; without it that of the event before. */
  readonly time?: bigint;
}

export interface EvaluatedEvents {
  readonly alerts: readonly Alert[];
  /** What could not be evaluated because a plugin failed. */
  readonly partial: SettledJob['partial'];
}

interface Part {
  readonly events: readonly Uint8Array[];
  readonly times: readonly (bigint | undefined)[];
}

/** Opened once, for any number of events; they are numbered from 1 on. */
export class Evaluator {
  readonly #pool: EvaluationPool;
  readonly #stock: WorkerStock;
  readonly #memory: RoomMemory;
  readonly #room: SlotRoom;
  readonly #slots = new Slots(createSlots());
  readonly #limits: SlotLimits;
  /** Rejects when nothing will be evaluated any more. */
  readonly #failed: Promise<never>;
  readonly #onSlot: (() => void)[] = [];
  #eventCount = 0;
  #firstTime: bigint | undefined;
  #latestTime = 0n;

  constructor(setup: EvaluationSetup, times: CallTimes, workerCount: number) {
    this.#memory = createRoom(setup.limits, 'thread');
    let fail: (error: Error) => void = () => {};
    this.#failed = new Promise((_, reject) => {
      fail = reject;
    });
    // The error reaches the caller that waits for a result.
    this.#failed.catch(() => {});
    this.#limits = setup.limits;
    this.#room = openRoom(this.#memory, setup.limits);
    this.#stock = new WorkerStock(Array<string>(workerCount).fill(EVALUATION_ENTRY));
    this.#pool = new EvaluationPool({
      setup,
      rooms: [this.#memory],
      workerCount,
      times,
      stock: this.#stock,
      faults: new FaultLedger(setup.faultBudget, SYSTEM_CLOCK),
      // The caller wants all of them.
      isFull: () => false,
      onLeftOut: () => {},
      onFault: () => {},
      onLog: () => {},
      onRefused: (plugin, reason) =>
        fail(new Error(`plugin \`${plugin}\` cannot start: ${reason}`)),
      onDefect: fail,
    });
  }

  /**
   * Resolves with what the rules say, in the order of the events. Rejects when a plugin refuses its configuration, or
   * with an error of our own; whatever else plugins do is in `partial`.
   */
  evaluate(events: readonly GivenEvent[]): Promise<EvaluatedEvents> {
    return Promise.race([this.#evaluate(events), this.#failed]);
  }

  /** Ends its threads. */
  async close(): Promise<void> {
    await Promise.all([this.#pool.end(), this.#stock.end()]);
    closeRoom(this.#memory);
  }

  async #evaluate(events: readonly GivenEvent[]): Promise<EvaluatedEvents> {
    const submitted: Promise<SettledJob>[] = [];
    for (const part of inParts(events, this.#limits)) {
      const slot = await this.#takeSlot();
      submitted.push(this.#submit(part, slot));
    }
    const results = await Promise.all(submitted);
    return {
      alerts: results.flatMap(({ alerts }) => alerts),
      partial: results.flatMap(({ partial }) => partial),
    };
  }

  async #takeSlot(): Promise<number> {
    for (;;) {
      const slot = this.#slots.takeFree();
      if (slot !== undefined) return slot;
      await new Promise<void>((resolve) => this.#onSlot.push(resolve));
    }
  }

  async #submit({ events, times: given }: Part, slot: number): Promise<SettledJob> {
    const spans = new Uint32Array(2 * events.length);
    const times = new BigUint64Array(events.length);
    let size = 0;
    for (const [index, bytes] of events.entries()) {
      spans[2 * index] = size;
      size += bytes.length;
      spans[2 * index + 1] = size;
      this.#latestTime = given[index] ?? this.#latestTime;
      this.#firstTime ??= this.#latestTime;
      times[index] = this.#latestTime;
    }
    const range = this.#room.fill(slot, { data: Buffer.concat(events), spans, times });
    const firstEventNumber = this.#eventCount + 1;
    this.#eventCount += events.length;
    const firstTime = this.#firstTime ?? 0n;
    const result = await this.#pool.submit(0, { ...range, firstEventNumber, firstTime });
    this.#room.drop(range);
    this.#slots.free(slot);
    this.#onSlot.shift()?.();
    return result;
  }
}

function inParts(given: readonly GivenEvent[], limits: SlotLimits): Part[] {
  const parts: Part[] = [];
  let events: Uint8Array[] = [];
  let times: (bigint | undefined)[] = [];
  let size = 0;
  for (const { data, time } of given) {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    const isFull =
      events.length === limits.batchEventsMax || size + bytes.length > limits.batchSizeMax;
    if (events.length > 0 && isFull) {
      parts.push({ events, times });
      [events, times, size] = [[], [], 0];
    }
    events.push(bytes);
    times.push(time);
    size += bytes.length;
  }
  return events.length === 0 ? parts : [...parts, { events, times }];
}

/** `source`: the event source that the events are of, as `aws_cloudtrail`. No value where there are errors. */
export async function openEvaluator(config: Config, source: string): Promise<Checked<Evaluator>> {
  const loaded = await loadAll(config);
  const { plugins } = loaded.plugins;
  const diagnostics: Diagnostic[] = [...loaded.diagnostics];
  const plugin = plugins.find(({ file }) => file.manifest.source?.name === source);
  if (plugin === undefined) {
    const known = plugins.flatMap(({ file }) => file.manifest.source?.name ?? []).join(', ');
    const message = `no loaded plugin has the source \`${source}\``;
    const hint = `sources of the loaded plugins: ${known || 'none'}`;
    diagnostics.push(createDiagnostic('PLUGIN_NO_SOURCE', { message, hint }));
  } else if (!hasErrors(diagnostics)) {
    diagnostics.push(...findUselessRun([plugin], loaded.rulesetLoad));
  }
  if (plugin === undefined || hasErrors(diagnostics)) return { value: undefined, diagnostics };
  const prepared = await preparePlugins(plugins, config, diagnostics);
  if (hasErrors(diagnostics)) return { value: undefined, diagnostics };
  const { rules } = loaded.rulesetLoad;
  const { limits, times } = TUNING;
  const setup: EvaluationSetup = {
    streams: [createEvaluation(plugin, { config, prepared, rules, plugins })],
    limits,
    faultBudget: FAULT_BUDGET,
    isolation: evaluationIsolation(plugins, [plugin]),
  };
  const value = new Evaluator(setup, times, config.workers ?? defaultWorkerCount());
  return { value, diagnostics };
}
