/*
 * One plan of one extractor: which values are wanted, the engine's copy of the plugin's
 * dictionaries, and columns out of its answers. A new instance of the plugin starts with empty
 * dictionaries; `restart` makes the engine forget its copies too.
 */

import type { ByteString } from '../../base/text.ts';
import { type Column, createInlineValues, type Dictionary } from '../../event/column/column.ts';
import type { FieldRequest } from '../../event/field/field.ts';
import type {
  EventBatch,
  ExtractedColumns,
  ExtractorInstance,
} from '../../plugin/abi/plugin-instance.ts';

/** Numbers of the plans, as the WIT file says them. */
export const PLAN_NUMBERS = { conditions: 0, outputs: 1, rest: 2 } as const;

export class PlanExtraction {
  readonly #plan: number;
  readonly #requests: readonly FieldRequest[];
  readonly #isOpaque: boolean;
  readonly dictionaries: readonly Dictionary[];
  #pluginEpoch = -1;
  #epoch = 0;

  constructor(options: { plan: number; requests: readonly FieldRequest[]; isOpaque: boolean }) {
    this.#plan = options.plan;
    this.#requests = options.requests;
    this.#isOpaque = options.isOpaque;
    this.dictionaries = options.requests.map(() => ({ epoch: 0, entries: [''] }));
  }

  get isEmpty(): boolean {
    return this.#requests.length === 0;
  }

  /** Send a fresh instance the plan, and forget what an earlier one interned. */
  restart(instance: ExtractorInstance): void {
    instance.configure(
      this.#plan,
      this.#requests.map((request) => ({
        fieldIndex:
          request.field.provider.kind === 'plugin' ? request.field.provider.fieldIndex : 0,
        argument: request.argument,
        // Values that hardly ever repeat are not worth interning, whatever is done with them.
        isOpaque: this.#isOpaque || request.field.properties.isUnique === true,
      })),
    );
    this.#pluginEpoch = -1;
    this.#forget();
  }

  /** `extract` with the same is called next. */
  begin(instance: ExtractorInstance, batch: EventBatch): void {
    instance.begin?.(this.#plan, batch);
  }

  /** One column a request, in the order of the requests. */
  extract(instance: ExtractorInstance, batch: EventBatch): Column[] {
    const answer = instance.extract(this.#plan, batch);
    if (answer.dictionaryEpoch !== this.#pluginEpoch) {
      if (this.#pluginEpoch !== -1) this.#forget();
      this.#pluginEpoch = answer.dictionaryEpoch;
    }
    this.#learn(answer);
    const inline = createInlineValues(answer, batch.data);
    const eventCount = batch.spans.length >> 1;
    return this.#requests.map((request, index) => ({
      type: { type: request.field.type, isList: request.field.isList },
      cells: answer.cells.subarray(index * eventCount, (index + 1) * eventCount),
      dictionary: this.dictionaries[index]!,
      inline,
    }));
  }

  #learn(answer: ExtractedColumns): void {
    const { dictionaryRequests, dictionaryEnds, dictionaryData } = answer;
    if (dictionaryRequests.length === 0) return;
    const bytes = Buffer.from(
      dictionaryData.buffer,
      dictionaryData.byteOffset,
      dictionaryData.byteLength,
    );
    let start = 0;
    for (let index = 0; index < dictionaryRequests.length; index++) {
      const end = dictionaryEnds[index]!;
      const text: ByteString = bytes.toString('latin1', start, end);
      this.dictionaries[dictionaryRequests[index]!]!.entries.push(text);
      start = end;
    }
  }

  #forget(): void {
    this.#epoch += 1;
    for (const dictionary of this.dictionaries) {
      dictionary.epoch = this.#epoch;
      dictionary.entries = [''];
    }
  }
}
