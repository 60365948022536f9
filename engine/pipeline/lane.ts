/*
 * A lane reads one stream from its source to its end: next → evaluate → report. It runs in a worker of its own
 * and is synchronous throughout; the main thread ends the worker when a plugin's call takes too long, and starts
 * another where this one stood (see lane-host.ts). What happens when an extractor fails is in evaluate/.
 */

import type { Evaluation } from '../evaluate/evaluation.ts';
import { eventsBetween } from '../evaluate/event-parts.ts';
import type { EventBatch } from '../plugin/plugin-instance.ts';
import { PluginFault } from '../plugin/plugin-instance.ts';
import { resolveTimes } from './event-times.ts';
import {
  CONTROL_IS_CAREFUL,
  CONTROL_IS_OPEN,
  CONTROL_STOP,
  type Control,
  type EventWithoutPlugin,
  INITIAL_COUNTERS,
  type LaneCounters,
  type LaneResume,
} from './lane-protocol.ts';
import type { LaneReporter } from './lane-reporter.ts';
import type { LaneSource } from './lane-source.ts';

const NO_PLUGINS: ReadonlySet<string> = new Set();

export interface LaneParts {
  readonly source: LaneSource;
  readonly evaluation: Evaluation;
  readonly reporter: LaneReporter;
  readonly control: Control;
  readonly batchEventsMax: number;
  readonly batchSizeMax: number;
  /** Whether a source that failed is started again. */
  readonly onSourceFault: (fault: PluginFault) => 'go-on' | 'quarantine';
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
  eventsInPart: number;
  firstTime: bigint | undefined;
  latestTime: bigint | undefined;
}

export class Lane {
  readonly #parts: LaneParts;
  readonly #counters: MutableCounters;
  /** Plugins that cannot take an event, by its number. */
  readonly #withoutPlugin: ReadonlyMap<number, ReadonlySet<string>>;
  #position: Uint8Array | undefined;
  #hasOpened = false;

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.#counters = { ...(parts.resume?.counters ?? INITIAL_COUNTERS) };
    this.#withoutPlugin = groupByEvent(parts.resume?.withoutPlugin ?? []);
    for (const plugin of parts.resume?.quarantined ?? []) parts.evaluation.quarantine(plugin);
    this.#position = parts.resume?.position;
  }

  /** Returns when the stream ends, when it is told to stop, or when a plugin has to be given up. */
  run(): LaneEnd {
    const { source, evaluation, control, reporter } = this.#parts;
    try {
      evaluation.start();
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
      this.#takeBatch(step.batch);
      // After the events: when a source fails to say where it stands, what it delivered is not lost.
      const position = this.#parts.source.checkpoint();
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
      if (this.#parts.onSourceFault(error) === 'quarantine') throw error;
      this.#addFault(error, undefined);
      source.start(this.#position);
      return source.next(batchSizeMax, batchEventsMax);
    }
  }

  #takeBatch(batch: EventBatch): void {
    const counters = this.#counters;
    const eventCount = batch.spans.length >> 1;
    if (eventCount === 0) return;
    const { times, withoutTimeCount } = resolveTimes(batch.times, counters.latestTime);
    const resolved = { data: batch.data, spans: batch.spans, times };
    const firstEventNumber = counters.events + 1;
    counters.firstTime ??= times[0];
    if (this.#isSuspect(firstEventNumber, eventCount)) {
      this.#takeOneByOne(resolved, firstEventNumber);
    } else this.#evaluate(resolved, firstEventNumber, NO_PLUGINS);
    counters.eventsWithoutTime += withoutTimeCount;
    counters.latestTime = times[eventCount - 1];
    counters.events += eventCount;
    counters.bytes += eventBytes(batch.spans);
  }

  /** An ended lane left off in these events, or a plugin is known not to take one of them. */
  #isSuspect(firstEventNumber: number, eventCount: number): boolean {
    const { resume } = this.#parts;
    if (firstEventNumber <= (resume?.carefulUntil ?? 0)) return true;
    return [...this.#withoutPlugin.keys()].some(
      (number) => number >= firstEventNumber && number < firstEventNumber + eventCount,
    );
  }

  /** So that the main thread knows which event it is when a call does not come back. */
  #takeOneByOne(batch: EventBatch, firstEventNumber: number): void {
    const { control } = this.#parts;
    for (let row = 0; row < batch.times.length; row++) {
      const eventNumber = firstEventNumber + row;
      control.carefulEvent[0] = eventNumber;
      Atomics.store(control.words, CONTROL_IS_CAREFUL, 1);
      const without = this.#withoutPlugin.get(eventNumber) ?? NO_PLUGINS;
      this.#evaluate(eventsBetween(batch, row, row + 1), eventNumber, without);
    }
    Atomics.store(control.words, CONTROL_IS_CAREFUL, 0);
  }

  #evaluate(batch: EventBatch, firstEventNumber: number, without: ReadonlySet<string>): void {
    const { evaluation, reporter } = this.#parts;
    const position = { firstEventNumber, firstTime: this.#counters.firstTime ?? 0n };
    const { alerts, partial, faults } = evaluation.evaluate(batch, position, without);
    reporter.addAlerts(alerts);
    for (const { fault, eventNumber } of faults) this.#addFault(fault, eventNumber);
    for (const { eventCount } of partial) this.#counters.eventsInPart += eventCount;
    reporter.addPartial(partial, evaluation.quarantined);
  }

  #addFault({ pluginName, kind, message }: PluginFault, eventNumber: number | undefined): void {
    this.#parts.reporter.addFault({ plugin: pluginName, kind, message, eventNumber });
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

function groupByEvent(
  events: readonly EventWithoutPlugin[],
): ReadonlyMap<number, ReadonlySet<string>> {
  const grouped = new Map<number, Set<string>>();
  for (const { eventNumber, plugin } of events) {
    grouped.set(eventNumber, (grouped.get(eventNumber) ?? new Set()).add(plugin));
  }
  return grouped;
}

function eventBytes(spans: Uint32Array): number {
  let bytes = 0;
  for (let index = 0; index < spans.length; index += 2) bytes += spans[index + 1]! - spans[index]!;
  return bytes;
}
