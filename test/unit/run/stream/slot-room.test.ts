import { fstatSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { closeRoom, createRoom, openRoom } from '../../../../engine/run/stream/slot-room.ts';

const LIMITS = { batchEventsMax: 4, batchSizeMax: 64 };
const SLOTS = 8;

function batchOf(text: string) {
  const data = Buffer.from(text);
  return { data, spans: Uint32Array.of(0, data.length), times: BigUint64Array.of(7n) };
}

describe.each(['thread', 'process'] as const)('the room for batches of a %s', (isolation) => {
  function setUp() {
    const memory = createRoom(LIMITS, isolation);
    const size = (): number =>
      memory instanceof SharedArrayBuffer ? 0 : fstatSync(memory.descriptor).size;
    const close = (): void => closeRoom(memory);
    return { writer: openRoom(memory, LIMITS), reader: openRoom(memory, LIMITS), size, close };
  }

  it('holds a batch in each slot, and the other side sees it', () => {
    const { writer, reader, close } = setUp();
    const ranges = Array.from({ length: SLOTS }, (_, slot) =>
      writer.fill(slot, batchOf(`event ${slot}`)),
    );
    for (const [index, range] of ranges.entries()) {
      const { data, spans, times } = reader.read(range);
      expect(Buffer.from(data).toString()).toBe(`event ${index}`);
      expect([...spans]).toEqual([0, 7]);
      expect([...times]).toEqual([7n]);
    }
    close();
  });

  it('keeps the bytes where a source has put them', () => {
    const { writer, reader, close } = setUp();
    const room = writer.dataOf(3);
    room.set(Buffer.from('in place'));
    const range = writer.fill(3, {
      data: room.subarray(0, 8),
      spans: Uint32Array.of(0, 8),
      times: BigUint64Array.of(1n),
    });
    expect(range.ownData).toBeUndefined();
    expect(Buffer.from(reader.read(range).data).toString()).toBe('in place');
    close();
  });

  it('has memory elsewhere for batches that are too large for it, and gives it back', () => {
    const { writer, reader, size, close } = setUp();
    const before = size();
    const texts = ['x', 'y'].map((letter) => letter.repeat(writer.dataSizeMax + 1));
    const ranges = texts.map((text, slot) => writer.fill(slot, batchOf(text)));
    for (const [index, range] of ranges.entries()) {
      expect(range.ownData).toBeDefined();
      expect(Buffer.from(reader.read(range).data).toString()).toBe(texts[index]);
    }
    for (const range of ranges) writer.drop(range);
    expect(size()).toBe(before);
    close();
  });
});
