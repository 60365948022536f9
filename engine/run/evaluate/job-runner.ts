/* Jobs of one stream in an evaluation worker: a batch out of its slot, whole or one event at a time. */

import type { EventBatch } from '../../plugin/abi/plugin-instance.ts';
import type { WorkerControl } from '../../worker/worker-control.ts';
import { type SlotRoom, UnreadableBatch } from '../stream/slot-room.ts';
import type { NumberedBatch } from '../stream/stream-protocol.ts';
import { type BatchContext, beginBatch, type FaultPlace } from './batch-evaluation.ts';
import type { EvaluationCosts } from './cost-meter.ts';
import { Evaluation, type EvaluationOptions } from './evaluation.ts';
import type { EvaluationJob, EventWithoutPlugin } from './evaluation-protocol.ts';
import type { EvaluationResult } from './evaluation-result.ts';
import { eventsBetween } from './event-parts.ts';

export interface JobRunnerOptions {
  readonly evaluation: EvaluationOptions;
  readonly room: SlotRoom;
  readonly control: WorkerControl;
}

export class JobRunner {
  readonly evaluation: Evaluation;
  readonly #room: SlotRoom;
  readonly #control: WorkerControl;

  constructor({ evaluation, room, control }: JobRunnerOptions) {
    this.evaluation = new Evaluation(evaluation);
    this.#room = room;
    this.#control = control;
  }

  run({ batch, isCareful, withoutPlugin, quarantined }: EvaluationJob): EvaluationResult {
    for (const plugin of quarantined) this.evaluation.extractors.quarantine(plugin);
    const events = this.#read(batch);
    if (events instanceof UnreadableBatch) return this.evaluation.leaveOut(batch, events.message);
    const context = beginBatch(batch);
    return isCareful
      ? this.#runOneByOne(events, context, withoutPlugin)
      : this.evaluation.evaluate(events, context);
  }

  #read(batch: NumberedBatch): EventBatch | UnreadableBatch {
    try {
      return this.#room.read(batch);
    } catch (error) {
      if (error instanceof UnreadableBatch) return error;
      throw error;
    }
  }

  takeCosts(): EvaluationCosts {
    return this.evaluation.takeCosts();
  }

  /** So that the main thread knows which event it is when a call does not come back. */
  #runOneByOne(
    events: EventBatch,
    batch: BatchContext,
    withoutPlugin: readonly EventWithoutPlugin[],
  ): EvaluationResult {
    const sum: EvaluationResult = { alerts: [], partial: [], faults: [] };
    for (let row = 0; row < events.times.length; row++) {
      const firstEventNumber = batch.firstEventNumber + row;
      this.#control.eventAlone = firstEventNumber;
      const known = withoutPlugin.filter(({ eventNumber }) => eventNumber === firstEventNumber);
      const { alerts, partial, faults } = this.evaluation.evaluate(
        eventsBetween(events, row, row + 1),
        {
          ...batch,
          firstEventNumber,
          known: {
            conditions: pluginsOf(known, 'conditions'),
            outputs: pluginsOf(known, 'outputs'),
          },
        },
      );
      sum.alerts.push(...alerts);
      sum.partial.push(...partial);
      sum.faults.push(...faults);
    }
    this.#control.eventAlone = undefined;
    return sum;
  }
}

function pluginsOf(known: readonly EventWithoutPlugin[], plan: FaultPlace): ReadonlySet<string> {
  return new Set(known.filter((one) => one.plan === plan).map(({ plugin }) => plugin));
}
