import { describe, expect, it } from 'vitest';
import { findColumnsFault } from '../../../engine/plugin/abi/check-columns.ts';
import type { ExtractedColumns } from '../../../engine/plugin/abi/plugin-instance.ts';

const INLINE = 0x80000000;
const EVENTS = 4;

function fault(
  answer: Partial<ExtractedColumns>,
  isList = false,
  dictionaryBytes = 0,
): string | undefined {
  return findColumnsFault(
    {
      cells: new Uint32Array(EVENTS),
      texts: new Uint32Array(0),
      numbers: new BigUint64Array(0),
      lists: new Uint32Array(0),
      scratch: new Uint8Array(0),
      dictionaryRequests: new Uint16Array(0),
      dictionaryEnds: new Uint32Array(0),
      dictionaryData: new Uint8Array(0),
      dictionaryEpoch: 0,
      ...answer,
    },
    {
      eventCount: EVENTS,
      dataSize: 100,
      types: [{ type: 'string', isList }],
      dictionarySizes: new Uint32Array(1),
      dictionaryBytes,
    },
  );
}

describe('what an extractor may answer', () => {
  it('is bounded in the bytes that its cells refer to, which they may share', () => {
    const scratch = new Uint8Array(16_000);
    const texts = Uint32Array.of(INLINE, scratch.length);
    const cells = (count: number): Uint32Array =>
      Uint32Array.from({ length: EVENTS }, (_, at) => (at < count ? INLINE : 0));
    expect(fault({ scratch, texts, cells: cells(2) })).toBeUndefined();
    expect(fault({ scratch, texts, cells: cells(3) })).toMatch(
      /request 0: values of more than \d+ bytes/,
    );
  });

  it('is bounded in the elements of lists', () => {
    const elements = (count: number): Uint32Array => {
      const lists = new Uint32Array(count + 1).fill(INLINE);
      lists[0] = count;
      return lists;
    };
    const cells = new Uint32Array(EVENTS).fill(INLINE);
    const texts = Uint32Array.of(0, 0);
    expect(fault({ cells, texts, lists: elements(2_000) }, true)).toBeUndefined();
    expect(fault({ cells, texts, lists: elements(2_100) }, true)).toMatch(/values of more than/);
  });

  it('is bounded in its dictionaries', () => {
    const entries = (count: number, size: number): Partial<ExtractedColumns> => ({
      dictionaryRequests: new Uint16Array(count),
      dictionaryEnds: Uint32Array.from({ length: count }, (_, at) => size * (at + 1)),
      dictionaryData: new Uint8Array(count * size),
    });
    expect(fault(entries(10, 4_096))).toBeUndefined();
    expect(fault(entries(1, 4_097))).toMatch(/a dictionary entry of 4097 bytes/);
    expect(fault(entries(65_536, 1))).toBeUndefined();
    expect(fault(entries(65_537, 1))).toMatch(/more than 65536 dictionary entries of request 0/);
    expect(fault(entries(1, 1), false, 32 << 20)).toMatch(/dictionaries of 33554433 bytes/);
  });
});
