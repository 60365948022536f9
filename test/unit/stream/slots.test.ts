import { describe, expect, it } from 'vitest';
import { createSlots, Slots } from '../../../engine/stream/slots.ts';

const LIMITS = { batchEventsMax: 4, batchSizeMax: 64 };
const SLOTS = 8;
/** What a slot holds beyond the batch size. */
const SLACK = 256 << 10;
const always = (): boolean => true;
const never = (): boolean => false;

function setUp() {
  const buffer = createSlots(LIMITS);
  return { writer: new Slots(buffer, LIMITS), reader: new Slots(buffer, LIMITS) };
}

function batchOf(text: string) {
  const data = Buffer.from(text);
  return { data, spans: Uint32Array.of(0, data.length), times: BigUint64Array.of(7n) };
}

describe('slots', () => {
  it('hold a batch each, and the other side sees it', () => {
    const { writer, reader } = setUp();
    const ranges = Array.from({ length: SLOTS }, (_, index) => {
      const slot = writer.take(always) ?? -1;
      return writer.fill(slot, batchOf(`event ${index}`));
    });
    for (const [index, range] of ranges.entries()) {
      const { data, spans, times } = reader.read(range);
      expect(Buffer.from(data).toString()).toBe(`event ${index}`);
      expect([...spans]).toEqual([0, 7]);
      expect([...times]).toEqual([7n]);
    }
  });

  it('are taken when there is one free, and not any more when nobody wants one', () => {
    const { writer, reader } = setUp();
    const taken = Array.from({ length: SLOTS }, () => writer.take(always));
    expect([...taken].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(writer.take(never)).toBeUndefined();
    reader.free(5);
    expect(writer.take(never)).toBe(5);
  });

  it('keep the bytes where a source has put them', () => {
    const { writer, reader } = setUp();
    const slot = writer.take(always) ?? -1;
    const room = writer.dataOf(slot);
    room.set(Buffer.from('in place'));
    const data = room.subarray(0, 8);
    const range = writer.fill(slot, {
      data,
      spans: Uint32Array.of(0, 8),
      times: BigUint64Array.of(1n),
    });
    expect(range.ownData).toBeUndefined();
    expect(Buffer.from(reader.read(range).data).toString()).toBe('in place');
  });

  it('leave a batch that is too large for them in memory of its own', () => {
    const { writer, reader } = setUp();
    const text = 'x'.repeat(LIMITS.batchSizeMax + SLACK + 1);
    const range = writer.fill(writer.take(always) ?? -1, batchOf(text));
    expect(range.ownData?.byteLength).toBe(text.length);
    expect(Buffer.from(reader.read(range).data).toString()).toBe(text);
  });

  it('that an ended worker left behind are free again, and those in use are not', () => {
    const { writer, reader } = setUp();
    for (let index = 0; index < SLOTS; index++) writer.take(always);
    reader.freeAllBut(new Set([0, 3]));
    const free = Array.from({ length: SLOTS }, () => writer.take(never));
    expect(free.filter((slot) => slot !== undefined).sort()).toEqual([1, 2, 4, 5, 6, 7]);
  });
});
