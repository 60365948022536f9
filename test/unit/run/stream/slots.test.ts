import { describe, expect, it } from 'vitest';
import { createSlots, Slots } from '../../../../engine/run/stream/slots.ts';

const COUNT = 8;
const always = (): boolean => true;
const never = (): boolean => false;

function setUp() {
  const buffer = createSlots();
  return { writer: new Slots(buffer), reader: new Slots(buffer) };
}

describe('slots', () => {
  it('are taken when there is one free, and not any more when nobody wants one', () => {
    const { writer, reader } = setUp();
    const taken = Array.from({ length: COUNT }, () => writer.take(always));
    expect([...taken].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(writer.take(never)).toBeUndefined();
    reader.free(5);
    expect(writer.take(never)).toBe(5);
  });

  it('that an ended worker left behind are free again, and those in use are not', () => {
    const { writer, reader } = setUp();
    for (let index = 0; index < COUNT; index++) writer.take(always);
    reader.freeAllBut(new Set([0, 3]));
    const free = Array.from({ length: COUNT }, () => writer.take(never));
    expect(free.filter((slot) => slot !== undefined).sort()).toEqual([1, 2, 4, 5, 6, 7]);
  });

  it('are waited for in another way where no memory is shared', () => {
    const slots: Slots = new Slots(createSlots(), () => slots.free(2));
    slots.mark([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(slots.take(always)).toBe(2);
    slots.waitForOthers(2, never);
  });
});
