/* Answers of an extractor, right ones with some numbers changed: what is let through can be read to the last value. */

import { AlertBudget } from '../../engine/detect/alert/alert-budget.ts';
import { valueJson } from '../../engine/detect/alert/format-value.ts';
import { valueAt } from '../../engine/event/column/cell-values.ts';
import { createInlineValues } from '../../engine/event/column/column.ts';
import type { FieldType, ValueType } from '../../engine/event/field/field-type.ts';
import { findColumnsFault } from '../../engine/plugin/abi/check-columns.ts';
import type { ExtractedColumns } from '../../engine/plugin/abi/plugin-instance.ts';
import type { Fuzz } from './fuzz-worker.ts';
import type { Random } from './random.ts';

const TYPES: readonly FieldType[] = [
  'string',
  'uint64',
  'bool',
  'reltime',
  'abstime',
  'ipaddr',
  'ipnet',
];
const INLINE = 0x8000_0000;
const ODD = [0, 1, 2, 3, 4, 7, 8, 16, 17, INLINE, INLINE + 1, INLINE + 5, 0x7fff_ffff, 0xffff_ffff];
const DATA = new Uint8Array(64).fill(0x61);

export function fuzzAnswers(): Fuzz {
  return (random) => {
    const eventCount = 1 + random.below(4);
    const types = Array.from({ length: 1 + random.below(3) }, (): ValueType => {
      return { type: random.pick(TYPES), isList: random.below(3) === 0 };
    });
    const answer = createAnswer(random, eventCount * types.length);
    const dictionarySizes = new Uint32Array(types.length).fill(random.below(3));
    const known = dictionarySizes.slice();
    const fault = findColumnsFault(answer, {
      eventCount,
      dataSize: DATA.length,
      types,
      dictionarySizes,
      dictionaryBytes: 0,
    });
    if (fault !== undefined) return fault.replace(/\d+/g, 'N').slice(0, 60);
    readAll(answer, types, { eventCount, known });
    return 'let through';
  };
}

/** One number in ten is odd; otherwise it fits, most of the time. */
function createAnswer(random: Random, cellCount: number): ExtractedColumns {
  const orOdd = (value: number): number => (random.below(20) === 0 ? random.pick(ODD) : value);
  const inline = (): number => INLINE + random.below(3);
  const cell = (): number => orOdd(random.below(2) === 0 ? 0 : inline());
  const list = (length: number, make: (at: number) => number): number[] =>
    Array.from({ length }, (_, at) => make(at));
  const isScratch = (): number => (random.below(2) === 0 ? INLINE : 0);
  const dictionaryCount = random.below(4) === 0 ? 1 + random.below(3) : 0;
  let end = 0;
  return {
    cells: Uint32Array.from(list(random.below(40) === 0 ? random.below(30) : cellCount, cell)),
    texts: Uint32Array.from(
      list(random.below(40) === 0 ? random.below(9) : 6, (at) =>
        orOdd(at % 2 === 0 ? isScratch() + random.below(20) : random.pick([0, 4, 4, 5, 16])),
      ),
    ),
    numbers: BigUint64Array.from(list(3, () => orOdd(random.below(2))).map(BigInt)),
    lists: Uint32Array.from(list(9, (at) => orOdd(at < 3 ? 1 + random.below(4) : inline()))),
    scratch: new Uint8Array(random.below(40) === 0 ? random.below(40) : 40),
    dictionaryRequests: Uint16Array.from(list(dictionaryCount, () => random.below(3))),
    dictionaryEnds: Uint32Array.from(
      list(dictionaryCount, () => {
        end += random.pick([4, 4, 5, 16]);
        return orOdd(end);
      }),
    ),
    dictionaryData: new Uint8Array(48),
    dictionaryEpoch: 0,
  };
}

/** As conditions and outputs read it; a value that is not there is a failure. */
function readAll(
  answer: ExtractedColumns,
  types: readonly ValueType[],
  { eventCount, known }: { eventCount: number; known: Uint32Array },
): void {
  const budget = new AlertBudget();
  budget.beginAlert(DATA.length, types.length);
  for (const [index, type] of types.entries()) {
    const entries = [''];
    for (let count = 0; count < known[index]!; count++)
      entries.push(type.type === 'ipnet' ? 'abcde' : 'abcd');
    let start = 0;
    for (const [at, request] of answer.dictionaryRequests.entries()) {
      const end = answer.dictionaryEnds[at]!;
      if (request === index) {
        entries.push(Buffer.from(answer.dictionaryData.subarray(start, end)).toString('latin1'));
      }
      start = end;
    }
    const column = {
      type,
      cells: answer.cells.subarray(index * eventCount, (index + 1) * eventCount),
      dictionary: { epoch: 0, entries },
      inline: createInlineValues(answer, DATA),
    };
    for (let row = 0; row < eventCount; row++) {
      const value = valueAt(column, row);
      const elements = Array.isArray(value) ? (value as unknown[]) : [value];
      if (elements.some((one) => one === undefined) && value !== undefined) {
        throw new Error('a list has an element that is not there');
      }
      JSON.parse(valueJson(value, type.type, budget));
    }
  }
}
