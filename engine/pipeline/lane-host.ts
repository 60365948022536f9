/*
 * Main-thread side of one lane: starts its worker, watches the deadline of the plugin call that is
 * running, works off reports, and starts another worker where one had to be ended.
 */

import { Worker } from 'node:worker_threads';
import type { Clock } from '../base/clock.ts';
import { LIMITS } from '../base/limits.ts';
import { workerEntry } from '../base/package-root.ts';
import { FaultLedger } from '../supervise/fault-ledger.ts';
import { DeadlineWatch } from './guarded-calls.ts';
import {
  CONTROL_CALL_PLUGIN,
  CONTROL_IS_CAREFUL,
  CONTROL_IS_OPEN,
  CONTROL_REPORTS_UNDERWAY,
  CONTROL_SIZE_BYTES,
  CONTROL_STOP,
  type Control,
  type EventWithoutPlugin,
  INITIAL_COUNTERS,
  type LaneCounters,
  type LaneFault,
  type LaneMessage,
  type LaneSetup,
  viewControl,
} from './lane-protocol.ts';

export type LaneReport = Extract<LaneMessage, { kind: 'report' }>;

export interface LaneOutcome {
  readonly stopped: 'end' | 'interrupted' | 'fault';
  readonly failure: { plugin: string; reason: string; atStart: boolean } | undefined;
  readonly counters: LaneCounters;
}

export interface LaneHostOptions {
  readonly setup: Omit<LaneSetup, 'resume' | 'control'>;
  readonly callTimeMaxMs: number;
  readonly clock: Clock;
  /** Resolves when the report's alerts are with the outputs; the lane waits for slow ones. */
  readonly onReport: (report: LaneReport) => Promise<void>;
}

const POLL_INTERVAL_MS = 50;
/** A source that did not answer so often without an event between is given up. */
const SOURCE_DEADLINES_MAX = 1;

export class LaneHost {
  readonly #options: LaneHostOptions;
  #control: Control;
  #buffer: SharedArrayBuffer;
  #position: Uint8Array | undefined;
  #counters: LaneCounters = INITIAL_COUNTERS;
  #withoutPlugin: EventWithoutPlugin[] = [];
  #quarantined: readonly string[] = [];
  #carefulUntil = 0;
  #pluginNames: readonly string[];
  /** Of the source since it last made progress. */
  #sourceDeadlines = 0;
  /** Deadlines of extractors; their other faults are counted where they happen, in the lane. */
  readonly #deadlines: FaultLedger;
  #isStopping = false;
  /** Reports in the order they came: alerts leave in this order. */
  #reports: Promise<void> = Promise.resolve();

  constructor(options: LaneHostOptions) {
    this.#options = options;
    const { source, extractors, faultBudget } = options.setup;
    this.#deadlines = new FaultLedger(faultBudget, options.clock);
    this.#pluginNames = [source, ...extractors].map(({ plugin }) => plugin.manifest.name);
    this.#buffer = new SharedArrayBuffer(CONTROL_SIZE_BYTES);
    this.#control = viewControl(this.#buffer);
  }

  get progress(): { readonly events: number; readonly bytesRead: number } {
    const [events = 0, bytesRead = 0] = this.#control.progress;
    return { events, bytesRead };
  }

  /** Ask the lane to stop after its current batch. */
  stop(): void {
    this.#isStopping = true;
    Atomics.store(this.#control.words, CONTROL_STOP, 1);
    Atomics.notify(this.#control.words, CONTROL_STOP);
  }

  async run(): Promise<LaneOutcome> {
    for (;;) {
      const end = await this.#runWorker();
      await this.#reports;
      if (end.kind === 'ended') return this.#outcome(end.reason, undefined);
      if (end.kind === 'failed') {
        const { plugin, reason, atStart } = end;
        return this.#outcome('fault', { plugin, reason, atStart });
      }
      const failure = this.#prepareResume(end.pluginPosition, end.message);
      if (failure !== undefined) return this.#outcome('fault', failure);
    }
  }

  #outcome(stopped: LaneOutcome['stopped'], failure: LaneOutcome['failure']): LaneOutcome {
    return { stopped, failure, counters: this.#counters };
  }

  #runWorker(): Promise<WorkerEnd> {
    this.#buffer = new SharedArrayBuffer(CONTROL_SIZE_BYTES);
    this.#control = viewControl(this.#buffer);
    this.#control.progress[0] = this.#counters.events;
    if (this.#isStopping) Atomics.store(this.#control.words, CONTROL_STOP, 1);
    const setup: LaneSetup = {
      ...this.#options.setup,
      control: this.#buffer,
      resume: {
        position: this.#position,
        counters: this.#counters,
        carefulUntil: this.#carefulUntil,
        withoutPlugin: this.#withoutPlugin,
        quarantined: this.#quarantined,
      },
    };
    return new Promise((resolve) => {
      const worker = new Worker(workerEntry('pipeline/lane-worker.js'), {
        workerData: setup,
        env: {},
        argv: [],
        execArgv: [],
      });
      const watch = this.#watchDeadlines((pluginPosition) => {
        finish({ kind: 'killed', pluginPosition, message: 'no answer within the time limit' });
      });
      const finish = (end: WorkerEnd): void => {
        clearInterval(watch);
        worker.removeAllListeners();
        // A worker that is being ended may still fail; that is of no interest any more.
        worker.on('error', () => {});
        void worker.terminate().then(() => resolve(end));
      };
      worker.on('message', (message: LaneMessage) => {
        if (message.kind === 'report') this.#takeReport(message);
        else finish(message);
      });
      worker.on('error', (error) => {
        const pluginPosition = Atomics.load(this.#control.words, CONTROL_CALL_PLUGIN) - 1;
        finish({ kind: 'killed', pluginPosition, message: error.message });
      });
      worker.on('exit', (code) => {
        const pluginPosition = Atomics.load(this.#control.words, CONTROL_CALL_PLUGIN) - 1;
        finish({ kind: 'killed', pluginPosition, message: `the worker ended with code ${code}` });
      });
    });
  }

  #watchDeadlines(onDeadline: (pluginPosition: number) => void): NodeJS.Timeout {
    const callWatch = new DeadlineWatch(this.#control, {
      callTimeMaxMs: this.#options.callTimeMaxMs,
      pollIntervalMs: POLL_INTERVAL_MS,
    });
    const startWatch = new DeadlineWatch(this.#control, {
      callTimeMaxMs: Math.max(LIMITS.startTimeMax.value, this.#options.callTimeMaxMs),
      pollIntervalMs: POLL_INTERVAL_MS,
    });
    return setInterval(() => {
      const isOpen = Atomics.load(this.#control.words, CONTROL_IS_OPEN) === 1;
      const late = (isOpen ? callWatch : startWatch).poll();
      if (late !== undefined) onDeadline(late);
    }, POLL_INTERVAL_MS);
  }

  #takeReport(report: LaneReport): void {
    if (report.counters.events > this.#counters.events) this.#sourceDeadlines = 0;
    this.#counters = report.counters;
    this.#position = report.position;
    this.#quarantined = [...new Set([...this.#quarantined, ...report.quarantined])];
    const { words } = this.#control;
    this.#reports = this.#reports
      .then(() => this.#options.onReport(report))
      .finally(() => {
        Atomics.sub(words, CONTROL_REPORTS_UNDERWAY, 1);
        Atomics.notify(words, CONTROL_REPORTS_UNDERWAY);
      });
  }

  /**
   * Decides how a lane goes on that had to be ended. The first time: carefully, one event at a time,
   * over the events that were underway. When the event is known: without the plugin. A source that does not
   * come back twice is given up; an extractor with too many deadlines is not called any more.
   */
  #prepareResume(pluginPosition: number, message: string): LaneOutcome['failure'] {
    const { words, carefulEvent } = this.#control;
    const isOpen = Atomics.load(words, CONTROL_IS_OPEN) === 1;
    const plugin = this.#pluginNames[pluginPosition] ?? this.#pluginNames[0] ?? '';
    const isAlone = pluginPosition > 0 && Atomics.load(words, CONTROL_IS_CAREFUL) === 1;
    const eventNumber = isAlone ? carefulEvent[0] : undefined;
    this.#takeFault({ plugin, kind: 'deadline', message, eventNumber });
    if (pluginPosition === 0) this.#sourceDeadlines += 1;
    const isGivenUp = !isOpen || pluginPosition < 0 || this.#sourceDeadlines > SOURCE_DEADLINES_MAX;
    if (isGivenUp) return { plugin, reason: message, atStart: !isOpen };
    if (eventNumber !== undefined) this.#leaveOut(plugin, eventNumber);
    const underway = this.progress.events + this.#options.setup.limits.batchEventsMax;
    this.#carefulUntil = Math.max(this.#carefulUntil, underway);
    return undefined;
  }

  #leaveOut(plugin: string, eventNumber: number): void {
    this.#withoutPlugin.push({ eventNumber, plugin });
    const decision = this.#deadlines.addFault(plugin);
    if (decision === 'quarantine') this.#quarantined = [...this.#quarantined, plugin];
  }

  #takeFault(fault: LaneFault): void {
    void this.#options.onReport({
      kind: 'report',
      alerts: [],
      problems: [],
      unlistedProblems: { lost: 0, warnings: 0 },
      faults: [fault],
      logLines: [],
      partial: [],
      quarantined: this.#quarantined,
      counters: this.#counters,
      position: this.#position,
    });
  }
}

type WorkerEnd =
  | Extract<LaneMessage, { kind: 'ended' } | { kind: 'failed' }>
  | { readonly kind: 'killed'; readonly pluginPosition: number; readonly message: string };
