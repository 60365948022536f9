/*
 * What an extractor answered, checked before first use: number of cells, identifiers, indexes of
 * inline values, ranges, element types. One loop over the cells and one over each list that is used; cost
 * about 1 ns a cell.
 */

import { LIMITS } from '../../base/limits.ts';
import { CELL_INLINE, TEXT_IN_SCRATCH } from '../../event/column/column.ts';
import type { ValueType } from '../../event/field/field-type.ts';
import { isNumericType } from '../../event/field/field-type.ts';
import type { ExtractedColumns } from './plugin-instance.ts';

export interface ColumnsExpectation {
  readonly eventCount: number;
  readonly dataSize: number;
  readonly types: readonly ValueType[];
  /** Entries that each request's dictionary had before this answer; reset by the caller on a new epoch. */
  readonly dictionarySizes: Uint32Array;
  /** Bytes of all dictionaries of the plan before this answer. */
  readonly dictionaryBytes: number;
}

const DICTIONARY_SIZE_MAX = LIMITS.dictionarySizeMax.value;
const ENTRY_SIZE_MAX = LIMITS.dictionaryEntrySizeMax.value;
const ENTRIES_MAX = LIMITS.dictionaryEntriesMax.value;
const ADDRESS_SIZES = [4, 16];
/** An event that is evaluated alone has a little more room than its share of a batch. */
const FEW_EVENTS = 4;
/** A byte that is no UTF-8 becomes a replacement character of three. */
const TEXT_GROWTH = 3;
/** An element of a list: events of JSON cannot have so many that these come to more than twice their bytes. */
const NUMBER_SIZE = 4;
const ENTRY_SIZE = 8;

/** The sentence that is broken, or `undefined`; counts new dictionary entries in `dictionarySizes`. */
export function findColumnsFault(
  answer: ExtractedColumns,
  expected: ColumnsExpectation,
): string | undefined {
  return (
    findShapeFault(answer, expected) ??
    findDictionaryFault(answer, expected) ??
    findTextFault(answer, expected) ??
    findCellFault(answer, expected)
  );
}

function findShapeFault(
  answer: ExtractedColumns,
  expected: ColumnsExpectation,
): string | undefined {
  const wanted = expected.eventCount * expected.types.length;
  if (answer.cells.length !== wanted) return `${answer.cells.length} cells, expected ${wanted}`;
  if (answer.texts.length % 2 !== 0) return 'texts come in pairs, but their number is odd';
  return undefined;
}

function findDictionaryFault(
  answer: ExtractedColumns,
  { types, dictionarySizes, dictionaryBytes }: ColumnsExpectation,
): string | undefined {
  const { dictionaryRequests, dictionaryEnds, dictionaryData } = answer;
  const bytes = dictionaryBytes + dictionaryData.length;
  if (bytes > DICTIONARY_SIZE_MAX)
    return `dictionaries of ${bytes} bytes, of at most ${DICTIONARY_SIZE_MAX}`;
  if (dictionaryRequests.length !== dictionaryEnds.length) {
    return `${dictionaryRequests.length} dictionary requests for ${dictionaryEnds.length} ends`;
  }
  let end = 0;
  for (let index = 0; index < dictionaryRequests.length; index++) {
    const request = dictionaryRequests[index]!;
    const type = types[request]?.type;
    if (type === undefined) return `a dictionary entry of request ${request}, which was not made`;
    if (isNumericType(type)) return `a dictionary entry of request ${request}, which has numbers`;
    const next = dictionaryEnds[index]!;
    if (next < end || next > dictionaryData.length)
      return `dictionary entry ${index} ends at ${next}`;
    if (isWrongAddress(type, next - end)) return `dictionary entry ${index} is no ${type}`;
    if (next - end > ENTRY_SIZE_MAX)
      return `a dictionary entry of ${next - end} bytes, of at most ${ENTRY_SIZE_MAX}`;
    dictionarySizes[request]! += 1;
    if (dictionarySizes[request]! > ENTRIES_MAX)
      return `more than ${ENTRIES_MAX} dictionary entries of request ${request}`;
    end = next;
  }
  return undefined;
}

function findTextFault(
  { texts, scratch }: ExtractedColumns,
  { dataSize }: ColumnsExpectation,
): string | undefined {
  for (let index = 0; index < texts.length; index += 2) {
    const start = texts[index]!;
    const size = texts[index + 1]!;
    const limit = start >= TEXT_IN_SCRATCH ? scratch.length : dataSize;
    if ((start & ~TEXT_IN_SCRATCH) + size > limit) return `inline text ${index / 2} ends outside`;
  }
  return undefined;
}

function findCellFault(answer: ExtractedColumns, expected: ColumnsExpectation): string | undefined {
  const { cells, numbers, lists, texts } = answer;
  const { eventCount, types, dictionarySizes, dataSize } = expected;
  const textSizeMax =
    LIMITS.answerTextSizeMax.value * (eventCount + FEW_EVENTS) + TEXT_GROWTH * dataSize;
  for (let request = 0; request < types.length; request++) {
    const type = types[request]!;
    const dictionarySize = dictionarySizes[request]!;
    const isNumeric = isNumericType(type.type);
    const inlineMax = type.isList ? lists.length : isNumeric ? numbers.length : texts.length >> 1;
    const end = (request + 1) * eventCount;
    // Several cells may share a text: it counts for each.
    let textSize = 0;
    for (let at = request * eventCount; at < end; at++) {
      const cell = cells[at]!;
      if (cell === 0) continue;
      if (cell < CELL_INLINE) {
        if (cell > dictionarySize || type.isList) return `cell ${cell} of request ${request}`;
        continue;
      }
      const index = cell - CELL_INLINE;
      if (index >= inlineMax) return `inline value ${index} of request ${request}, of ${inlineMax}`;
      const fault = type.isList
        ? findListFault(answer, index, type, dictionarySize)
        : findInlineFault(answer, index, type);
      if (fault !== undefined) return `request ${request}: ${fault}`;
      if (type.isList) textSize += listTextSize(answer, index, isNumeric);
      else if (!isNumeric) textSize += texts[2 * index + 1]!;
      if (textSize > textSizeMax) {
        return `request ${request}: values of more than ${textSizeMax} bytes for ${dataSize} bytes of events`;
      }
    }
  }
  return undefined;
}

function findInlineFault(
  { texts, numbers }: ExtractedColumns,
  index: number,
  { type }: ValueType,
): string | undefined {
  if (type === 'string') return undefined;
  if (type === 'bool') return numbers[index]! > 1n ? 'a bool that is neither 0 nor 1' : undefined;
  return isWrongAddress(type, texts[2 * index + 1] ?? 0) ? `a value that is no ${type}` : undefined;
}

function findListFault(
  answer: ExtractedColumns,
  start: number,
  type: ValueType,
  dictionarySize: number,
): string | undefined {
  const { lists, texts, numbers } = answer;
  const count = lists[start]!;
  if (start + 1 + count > lists.length) return `a list of ${count} elements ends outside`;
  const inlineMax = isNumericType(type.type) ? numbers.length : texts.length >> 1;
  for (let at = start + 1; at <= start + count; at++) {
    const cell = lists[at]!;
    if (cell < CELL_INLINE) {
      if (cell === 0 || cell > dictionarySize) return `list element ${cell}`;
      continue;
    }
    const index = cell - CELL_INLINE;
    if (index >= inlineMax) return `list element with inline value ${index}, of ${inlineMax}`;
    const fault = findInlineFault(answer, index, type);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** The part of a checked list that will be read. */
function listTextSize(
  { lists, texts }: ExtractedColumns,
  start: number,
  isNumeric: boolean,
): number {
  const count = lists[start]!;
  if (isNumeric) return NUMBER_SIZE * count;
  let size = 0;
  for (let at = start + 1; at <= start + count; at++) {
    const cell = lists[at]!;
    size += cell < CELL_INLINE ? ENTRY_SIZE : NUMBER_SIZE + texts[2 * (cell - CELL_INLINE) + 1]!;
  }
  return size;
}

function isWrongAddress(type: ValueType['type'], size: number): boolean {
  if (type === 'ipaddr') return !ADDRESS_SIZES.includes(size);
  if (type === 'ipnet') return !ADDRESS_SIZES.includes(size - 1);
  return false;
}
