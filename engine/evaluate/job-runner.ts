/* Jobs of one stream in an evaluation worker: a batch out of its slot, whole or one event at a time. */

import type { Slots } from '../stream/slots.ts';
import type { NumberedBatch } from '../stream/stream-protocol.ts';
import {
  Evaluation,
  type EvaluationOptions,
  type EvaluationResult,
  type FaultPlace,
} from './evaluation.ts';
import {
  EVALUATION_IS_ALONE,
  type EvaluationControl,
  type EvaluationJob,
  type EventWithoutPlugin,
} from './evaluation-protocol.ts';
import { eventsBetween } from './event-parts.ts';

export interface JobRunnerOptions {
  readonly evaluation: EvaluationOptions;
  readonly slots: Slots;
  readonly control: EvaluationControl;
}

export class JobRunner {
  readonly evaluation: Evaluation;
  readonly #slots: Slots;
  readonly #control: EvaluationControl;

  constructor({ evaluation, slots, control }: JobRunnerOptions) {
    this.evaluation = new Evaluation(evaluation);
    this.#slots = slots;
    this.#control = control;
  }

  run({ batch, isCareful, withoutPlugin, quarantined }: EvaluationJob): EvaluationResult {
    for (const plugin of quarantined) this.evaluation.quarantine(plugin);
    this.evaluation.beginBatch();
    if (isCareful) return this.#runOneByOne(batch, withoutPlugin);
    return this.evaluation.evaluate(this.#slots.read(batch), batch);
  }

  /** So that the main thread knows which event it is when a call does not come back. */
  #runOneByOne(
    batch: NumberedBatch,
    withoutPlugin: readonly EventWithoutPlugin[],
  ): EvaluationResult {
    const events = this.#slots.read(batch);
    const sum: EvaluationResult = { alerts: [], partial: [], faults: [] };
    for (let row = 0; row < batch.eventCount; row++) {
      const firstEventNumber = batch.firstEventNumber + row;
      this.#control.event[0] = firstEventNumber;
      Atomics.store(this.#control.words, EVALUATION_IS_ALONE, 1);
      const known = withoutPlugin.filter(({ eventNumber }) => eventNumber === firstEventNumber);
      const { alerts, partial, faults } = this.evaluation.evaluate(
        eventsBetween(events, row, row + 1),
        { firstEventNumber, firstTime: batch.firstTime },
        { conditions: pluginsOf(known, 'conditions'), outputs: pluginsOf(known, 'outputs') },
      );
      sum.alerts.push(...alerts);
      sum.partial.push(...partial);
      sum.faults.push(...faults);
    }
    Atomics.store(this.#control.words, EVALUATION_IS_ALONE, 0);
    return sum;
  }
}

function pluginsOf(known: readonly EventWithoutPlugin[], plan: FaultPlace): ReadonlySet<string> {
  return new Set(known.filter((one) => one.plan === plan).map(({ plugin }) => plugin));
}
