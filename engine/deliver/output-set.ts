/*
 * All outputs of a run. One that fails ends alone: the others get every alert, and what the failed one
 * did not get is counted. A reader that went away (`| head`) ends its output without being a loss.
 */

import type { Alert } from '../alert/alert.ts';
import { createDiagnostic, type Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Output } from '../output/output.ts';
import { isClosedByReader, type OutputEnd, OutputQueue, reasonOf } from './output-queue.ts';

/** Everything was waited for before, but where a run had to stop. */
const CLOSE_TIME_MAX_MS = 500;

export interface EndedOutput extends OutputEnd {
  readonly name: string;
  readonly undelivered: number;
}

export class OutputSet {
  readonly #queues: readonly OutputQueue[];

  /** `onEnd` is told of each output once, when it fails. */
  constructor(outputs: readonly Output[], onEnd: (ended: EndedOutput) => void) {
    this.#queues = outputs.map(
      (output) =>
        new OutputQueue(output, (queue) => {
          for (const ended of endedOf(queue)) onEnd(ended);
        }),
    );
  }

  /** Whether nothing that is delivered would arrive anywhere, though something should. */
  get isOver(): boolean {
    return this.#queues.length > 0 && this.#queues.every(({ end }) => end !== undefined);
  }

  get ended(): readonly EndedOutput[] {
    return this.#queues.flatMap(endedOf);
  }

  /** One error for each output that cannot be used. */
  async open(): Promise<readonly Diagnostic[]> {
    const diagnostics: Diagnostic[] = [];
    for (const queue of this.#queues) {
      const { output } = queue;
      try {
        await output.open();
      } catch (error) {
        const message = `${output.name} cannot be opened: ${reasonOf(error)}`;
        if (isClosedByReader(error)) queue.fail(error);
        else diagnostics.push(createDiagnostic('OUTPUT_UNUSABLE', { message }));
      }
    }
    return diagnostics;
  }

  /**
   * Resolves when every output that is left has the alerts, to whether all of them have; each of them gets deliveries
   * in the order of the calls.
   */
  async deliver(alerts: readonly Alert[]): Promise<boolean> {
    const taken = await Promise.all(this.#queues.map((queue) => queue.deliver(alerts)));
    return taken.every((isThere) => isThere);
  }

  /** What an output does not take within the time is undelivered, and it has failed. */
  async close(timeMaxMs = CLOSE_TIME_MAX_MS): Promise<void> {
    await Promise.all(this.#queues.map((queue) => queue.close(timeMaxMs)));
  }
}

function endedOf({ end, output, undelivered }: OutputQueue): EndedOutput[] {
  return end === undefined ? [] : [{ name: output.name, ...end, undelivered }];
}
