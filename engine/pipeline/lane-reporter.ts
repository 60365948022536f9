/*
 * Collects what a lane has to say and sends it to the main thread: alerts, problems, faults, log
 * lines and counters in one message together with the position they belong to.
 */

import type { Alert } from '../alert/alert.ts';
import { LIMITS } from '../base/limits.ts';
import type { PartialEvaluation } from '../evaluate/evaluation.ts';
import {
  CONTROL_REPORTS_UNDERWAY,
  type Control,
  type LaneCounters,
  type LaneFault,
  type LaneLogLine,
  type LaneMessage,
  type LaneProblem,
  REPORTS_UNDERWAY_MAX,
} from './lane-protocol.ts';

/** Without alerts a report leaves after so many batches at the latest: a bound for what a restart repeats. */
const BATCHES_BETWEEN_REPORTS = 64;
const BACK_PRESSURE_WAIT_MS = 50;

export class LaneReporter {
  readonly #post: (message: LaneMessage) => void;
  readonly #control: Control;
  #alerts: Alert[] = [];
  #problems: LaneProblem[] = [];
  #faults: LaneFault[] = [];
  #logLines: LaneLogLine[] = [];
  #partial: PartialEvaluation[] = [];
  #quarantined: readonly string[] = [];
  #lostUnlisted = 0;
  #warningsUnlisted = 0;
  #problemsListed = 0;
  #batchesSince = 0;

  constructor(post: (message: LaneMessage) => void, control: Control) {
    this.#post = post;
    this.#control = control;
  }

  addAlerts(alerts: readonly Alert[]): void {
    for (const alert of alerts) this.#alerts.push(alert);
  }

  addPartial(partial: readonly PartialEvaluation[], quarantined: ReadonlySet<string>): void {
    for (const one of partial) this.#partial.push(one);
    if (quarantined.size !== this.#quarantined.length) this.#quarantined = [...quarantined];
  }

  addProblem(problem: LaneProblem): void {
    if (this.#problemsListed < LIMITS.problemLinesMax.value) {
      this.#problemsListed += 1;
      this.#problems.push(problem);
    } else if (problem.severity === 'lost') this.#lostUnlisted += 1;
    else this.#warningsUnlisted += 1;
  }

  addFault(fault: LaneFault): void {
    this.#faults.push(fault);
  }

  addLogLine(line: LaneLogLine): void {
    this.#logLines.push(line);
  }

  /** After a batch: send when there is something to deliver, or when it is time. */
  batchDone(counters: LaneCounters, position: Uint8Array | undefined): void {
    this.#batchesSince += 1;
    const isDue =
      this.#alerts.length > 0 ||
      this.#faults.length > 0 ||
      this.#batchesSince >= BATCHES_BETWEEN_REPORTS;
    if (isDue) this.flush(counters, position);
  }

  flush(counters: LaneCounters, position: Uint8Array | undefined): void {
    this.#waitForRoom();
    Atomics.add(this.#control.words, CONTROL_REPORTS_UNDERWAY, 1);
    this.#post({
      kind: 'report',
      alerts: this.#alerts,
      problems: this.#problems,
      unlistedProblems: { lost: this.#lostUnlisted, warnings: this.#warningsUnlisted },
      faults: this.#faults,
      logLines: this.#logLines,
      partial: this.#partial,
      quarantined: this.#quarantined,
      counters,
      position,
    });
    this.#alerts = [];
    this.#problems = [];
    this.#faults = [];
    this.#logLines = [];
    this.#partial = [];
    this.#lostUnlisted = 0;
    this.#warningsUnlisted = 0;
    this.#batchesSince = 0;
  }

  #waitForRoom(): void {
    const { words } = this.#control;
    for (;;) {
      const underway = Atomics.load(words, CONTROL_REPORTS_UNDERWAY);
      if (underway < REPORTS_UNDERWAY_MAX) return;
      Atomics.wait(words, CONTROL_REPORTS_UNDERWAY, underway, BACK_PRESSURE_WAIT_MS);
    }
  }
}
