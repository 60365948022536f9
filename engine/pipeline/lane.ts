/*
 * A lane reads one stream from its source to its end: next → extract → evaluate → format → report.
 * It runs in a worker of its own and is synchronous throughout; the main thread ends the worker when
 * a plugin's call takes too long, and starts another where this one stood (see lane-host.ts).
 *
 * What an extractor cannot take is found by giving it the batch again, one event at a time, on a
 * fresh instance. That event is set aside and counted, everything else is evaluated.
 */

import type { Alert } from '../alert/alert.ts';
import type { Column } from '../column/column.ts';
import type { EventBatch } from '../plugin/plugin-instance.ts';
import { PluginFault } from '../plugin/plugin-instance.ts';
import { resolveTimes } from './event-times.ts';
import type { LaneEvaluation } from './lane-evaluation.ts';
import type { LaneExtractor } from './lane-extractor.ts';
import {
  CONTROL_CAREFUL_EVENT,
  CONTROL_IS_OPEN,
  CONTROL_STOP,
  type Control,
  INITIAL_COUNTERS,
  type LaneCounters,
  type LaneResume,
} from './lane-protocol.ts';
import type { LaneReporter } from './lane-reporter.ts';
import type { LaneSource } from './lane-source.ts';

export interface LaneParts {
  readonly source: LaneSource;
  readonly extractors: readonly LaneExtractor[];
  readonly evaluation: LaneEvaluation;
  readonly reporter: LaneReporter;
  readonly control: Control;
  readonly batchEventsMax: number;
  readonly batchSizeMax: number;
  readonly faultsMax: number;
  readonly resume: LaneResume | undefined;
  /** Stored bytes that the source has read so far. */
  readonly bytesRead: () => number;
}

export type LaneEnd =
  | { readonly kind: 'ended'; readonly reason: 'end' | 'interrupted' }
  | {
      readonly kind: 'failed';
      readonly plugin: string;
      readonly reason: string;
      readonly atStart: boolean;
    };

interface MutableCounters {
  events: number;
  bytes: number;
  eventsWithoutTime: number;
  setAsideEvents: number;
  firstTime: bigint | undefined;
  latestTime: bigint | undefined;
  faults: number;
}

export class Lane {
  readonly #parts: LaneParts;
  readonly #counters: MutableCounters;
  readonly #setAside: ReadonlySet<number>;
  #position: Uint8Array | undefined;
  #hasOpened = false;

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.#counters = { ...(parts.resume?.counters ?? INITIAL_COUNTERS) };
    this.#setAside = new Set(parts.resume?.setAside ?? []);
    this.#position = parts.resume?.position;
  }

  /** Returns when the stream ends, when it is told to stop, or when a plugin has to be given up. */
  run(): LaneEnd {
    const { source, extractors, control, reporter } = this.#parts;
    try {
      for (const extractor of extractors) extractor.restart();
      source.start(this.#position);
      this.#hasOpened = true;
      Atomics.store(control.words, CONTROL_IS_OPEN, 1);
      const reason = this.#readStream();
      source.close();
      reporter.flush(this.#snapshot(), this.#position);
      return { kind: 'ended', reason };
    } catch (error) {
      if (!(error instanceof PluginFault)) throw error;
      // A source that says what is wrong with its location is not at fault.
      if (this.#hasOpened || error.kind !== 'error') {
        reporter.addFault({
          plugin: error.pluginName,
          kind: error.kind,
          message: error.message,
          eventNumber: undefined,
        });
      }
      reporter.flush(this.#snapshot(), this.#position);
      return {
        kind: 'failed',
        plugin: error.pluginName,
        reason: error.message,
        atStart: !this.#hasOpened,
      };
    }
  }

  #readStream(): 'end' | 'interrupted' {
    const { control, reporter } = this.#parts;
    while (Atomics.load(control.words, CONTROL_STOP) === 0) {
      const step = this.#nextStep();
      if (step.kind === 'end') return 'end';
      if (step.kind === 'idle') {
        reporter.flush(this.#snapshot(), this.#position);
        Atomics.wait(control.words, CONTROL_STOP, 0, step.milliseconds);
        continue;
      }
      const position = this.#parts.source.checkpoint();
      this.#takeBatch(step.batch);
      this.#position = position;
      this.#showProgress();
      reporter.batchDone(this.#snapshot(), position);
    }
    return 'interrupted';
  }

  /** A source that traps is started again where it stood; twice without progress, and it is given up. */
  #nextStep(): ReturnType<LaneSource['next']> {
    const { source, batchSizeMax, batchEventsMax } = this.#parts;
    try {
      return source.next(batchSizeMax, batchEventsMax);
    } catch (error) {
      if (!(error instanceof PluginFault) || error.kind === 'error') throw error;
      this.#countFault(error, undefined);
      source.start(this.#position);
      return source.next(batchSizeMax, batchEventsMax);
    }
  }

  #takeBatch(batch: EventBatch): void {
    const counters = this.#counters;
    const eventCount = batch.spans.length >> 1;
    if (eventCount === 0) return;
    const { times, withoutTimeCount } = resolveTimes(batch.times, counters.latestTime);
    counters.eventsWithoutTime += withoutTimeCount;
    counters.firstTime ??= times[0];
    counters.latestTime = times[eventCount - 1];
    const resolved = { data: batch.data, spans: batch.spans, times };
    const firstEventNumber = counters.events + 1;
    counters.events += eventCount;
    counters.bytes += eventBytes(batch.spans);
    if (this.#isSuspect(firstEventNumber, eventCount)) {
      this.#takeOneByOne(resolved, firstEventNumber);
      return;
    }
    try {
      this.#parts.reporter.addAlerts(this.#evaluate(resolved, firstEventNumber));
    } catch (error) {
      this.#recover(error, undefined);
      this.#takeOneByOne(resolved, firstEventNumber);
    }
  }

  /** An ended lane left off in these events, or one of them is not to be given to extractors. */
  #isSuspect(firstEventNumber: number, eventCount: number): boolean {
    if (firstEventNumber <= (this.#parts.resume?.carefulUntil ?? 0)) return true;
    for (const eventNumber of this.#setAside) {
      if (eventNumber >= firstEventNumber && eventNumber < firstEventNumber + eventCount)
        return true;
    }
    return false;
  }

  #takeOneByOne(batch: EventBatch, firstEventNumber: number): void {
    const { control, reporter } = this.#parts;
    for (let row = 0; row < batch.times.length; row++) {
      const eventNumber = firstEventNumber + row;
      if (this.#setAside.has(eventNumber)) {
        this.#counters.setAsideEvents += 1;
        continue;
      }
      Atomics.store(control.words, CONTROL_CAREFUL_EVENT, eventNumber & 0x7fff_ffff);
      try {
        reporter.addAlerts(this.#evaluate(singleEvent(batch, row), eventNumber));
      } catch (error) {
        this.#counters.setAsideEvents += 1;
        this.#recover(error, eventNumber);
      }
    }
    Atomics.store(control.words, CONTROL_CAREFUL_EVENT, 0);
  }

  #evaluate(batch: EventBatch, firstEventNumber: number): readonly Alert[] {
    const { extractors, evaluation } = this.#parts;
    const columns: Column[] = [];
    for (const extractor of extractors) extractor.extractInto(columns, extractor.conditions, batch);
    const position = {
      firstEventNumber,
      firstTime: this.#counters.firstTime ?? 0n,
    };
    const matches = evaluation.evaluate(batch, columns, position);
    if (matches.count === 0) return [];
    const matched = evaluation.matchedBatch(batch, matches);
    const outputColumns: Column[] = [];
    for (const extractor of extractors) {
      extractor.extractInto(outputColumns, extractor.outputs, matched);
    }
    return evaluation.format(matched, outputColumns);
  }

  /** Counts a fault of an extractor and puts a fresh instance in its place. */
  #recover(error: unknown, eventNumber: number | undefined): void {
    if (!(error instanceof PluginFault)) throw error;
    this.#countFault(error, eventNumber);
    const extractor = this.#parts.extractors.find(({ name }) => name === error.pluginName);
    if (extractor === undefined) throw error;
    extractor.restart();
  }

  #countFault(fault: PluginFault, eventNumber: number | undefined): void {
    this.#counters.faults += 1;
    if (this.#counters.faults > this.#parts.faultsMax) throw fault;
    this.#parts.reporter.addFault({
      plugin: fault.pluginName,
      kind: fault.kind,
      message: fault.message,
      eventNumber,
    });
  }

  #showProgress(): void {
    const { control, bytesRead } = this.#parts;
    control.progress[0] = this.#counters.events;
    control.progress[1] = bytesRead();
  }

  #snapshot(): LaneCounters {
    return { ...this.#counters };
  }
}

function eventBytes(spans: Uint32Array): number {
  let bytes = 0;
  for (let index = 0; index < spans.length; index += 2) bytes += spans[index + 1]! - spans[index]!;
  return bytes;
}

function singleEvent(batch: EventBatch, row: number): EventBatch {
  const data = batch.data.subarray(batch.spans[2 * row], batch.spans[2 * row + 1]);
  return {
    data,
    spans: Uint32Array.of(0, data.length),
    times: batch.times.subarray(row, row + 1),
  };
}
