/* The answers of `extract` as texts that can be compared, whatever was interned. */

import { CELL_INLINE, TEXT_IN_SCRATCH } from '../../event/column/column.ts';
import { isNumericType } from '../../event/field/field-type.ts';
import type {
  EventBatch,
  ExtractedColumns,
  ExtractionRequest,
  ExtractorInstance,
} from '../../plugin/abi/plugin-instance.ts';
import type { ManifestField } from '../../plugin/file/manifest.ts';

/** Reads values of one plan of one instance, whose dictionaries it knows. */
export class ValueReader {
  readonly #extractor: ExtractorInstance;
  readonly #plan: number;
  readonly #fields: readonly ManifestField[];
  #dictionaries: string[][];
  #epoch: number | undefined;

  constructor(extractor: ExtractorInstance, plan: number, fields: readonly ManifestField[]) {
    this.#extractor = extractor;
    this.#plan = plan;
    this.#fields = fields;
    this.#dictionaries = fields.map(() => []);
  }

  configure(requests: readonly ExtractionRequest[]): void {
    this.#extractor.configure(this.#plan, requests);
    this.#dictionaries = this.#fields.map(() => []);
    this.#epoch = undefined;
  }

  /** By request, then by event; `undefined`: no value. */
  extract(batch: EventBatch): (string | undefined)[][] {
    const answer = this.#extractor.extract(this.#plan, batch);
    this.#take(answer);
    const count = batch.times.length;
    return this.#fields.map((field, request) =>
      Array.from({ length: count }, (_, event) => {
        const cell = answer.cells[request * count + event] ?? 0;
        return this.#textOf(cell, { field, request, answer, data: batch.data });
      }),
    );
  }

  #take({
    dictionaryEpoch,
    dictionaryRequests,
    dictionaryEnds,
    dictionaryData,
  }: ExtractedColumns): void {
    if (this.#epoch !== dictionaryEpoch) this.#dictionaries = this.#fields.map(() => []);
    this.#epoch = dictionaryEpoch;
    let start = 0;
    for (const [index, request] of dictionaryRequests.entries()) {
      const end = dictionaryEnds[index] ?? start;
      this.#dictionaries[request]?.push(hex(dictionaryData.subarray(start, end)));
      start = end;
    }
  }

  #textOf(cell: number, place: Place): string | undefined {
    const { field, request, answer } = place;
    if (cell === 0) return undefined;
    if ((cell & CELL_INLINE) === 0) return this.#dictionaries[request]?.[cell - 1];
    const index = (cell & ~CELL_INLINE) >>> 0;
    if (field.isList) {
      const count = answer.lists[index] ?? 0;
      const cells = [...answer.lists.subarray(index + 1, index + 1 + count)];
      const element = { ...place, field: { ...field, isList: false } };
      return cells.map((one) => this.#textOf(one, element)).join();
    }
    if (isNumericType(field.type)) return String(answer.numbers[index]);
    const start = answer.texts[2 * index] ?? 0;
    const size = answer.texts[2 * index + 1] ?? 0;
    const from = (start & ~TEXT_IN_SCRATCH) >>> 0;
    const bytes = (start & TEXT_IN_SCRATCH) === 0 ? place.data : answer.scratch;
    return hex(bytes.subarray(from, from + size));
  }
}

interface Place {
  readonly field: ManifestField;
  readonly request: number;
  readonly answer: ExtractedColumns;
  readonly data: Uint8Array;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
