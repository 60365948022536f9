import { describe, expect, it } from 'vitest';
import { CoreSource, findCoreSource } from '../../../engine/plugin/abi/core-source.ts';

const PAGE = 64 << 10;
const ANSWER = 1024;
const ROOM = new Uint8Array(100);

/** A core whose memory holds `words` at the answer's address, and text at 4096. */
function answering(words: Readonly<Record<number, number>>, at = ANSWER): CoreSource {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const view = new DataView(memory.buffer);
  for (const [offset, word] of Object.entries(words))
    view.setUint32(ANSWER + Number(offset), word, true);
  new Uint8Array(memory.buffer).set(Buffer.from('{"a":1}{"b":2}'), 4096);
  new Uint32Array(memory.buffer, 8192, 4).set([0, 7, 7, 14]);
  new BigUint64Array(memory.buffer, 16384, 2).set([5n, 6n]);
  return new CoreSource({ memory, next: () => at, post: undefined });
}

const EVENTS = { 0: 0, 4: 0, 8: 4096, 12: 14, 16: 8192, 20: 4, 24: 16384, 28: 2 };

describe('a batch read from the memory of the plugin', () => {
  it('has its bytes, spans and times', () => {
    const step = answering(EVENTS).next(1 << 20, 10, ROOM);
    expect(step.tag).toBe('events');
    if (step.tag !== 'events') return;
    const { data, spans, times } = step.val;
    expect(Buffer.from(data).toString()).toBe('{"a":1}{"b":2}');
    expect([...spans]).toEqual([0, 7, 7, 14]);
    expect([...times]).toEqual([5n, 6n]);
  });

  it('may be empty, wherever its lists point to', () => {
    const step = answering({
      ...EVENTS,
      8: 0xffff_fff0,
      12: 0,
      16: 3,
      20: 0,
      24: 0xffff_ffff,
      28: 0,
    }).next(1, 1, ROOM);
    expect(step).toMatchObject({
      tag: 'events',
      val: { data: new Uint8Array(0), spans: new Uint32Array(0) },
    });
  });

  it('is a step of its own when there is nothing', () => {
    expect(answering({ 4: 1, 8: 250 }).next(1, 1, ROOM)).toEqual({ tag: 'idle', val: 250 });
    expect(answering({ 4: 2 }).next(1, 1, ROOM)).toEqual({ tag: 'end' });
  });

  const wrong: [name: string, words: Record<number, number>, said: RegExp][] = [
    ['data beyond the memory', { 8: PAGE - 4 }, /outside of its memory/],
    ['data at a negative address', { 8: 0xffff_fff0 }, /outside of its memory/],
    ['data of a negative size', { 12: 0xffff_ffff }, /a batch of 4294967295 bytes/],
    ['spans beyond the memory', { 16: PAGE - 8 }, /outside of its memory/],
    ['spans that are not aligned', { 16: 8193 }, /not aligned/],
    ['times beyond the memory', { 24: PAGE - 8 }, /outside of its memory/],
    ['times that are not aligned', { 24: 16388 }, /not aligned/],
    ['more events than asked for', { 28: 11 }, /11 events in a batch, asked for at most 10/],
    ['more spans than events', { 20: 0x4000_0000 }, /asked for at most 10/],
    ['an unknown step', { 4: 7 }, /step 7/],
  ];
  it.each(wrong)('is refused with %s', (_name, words, said) => {
    expect(() => answering({ ...EVENTS, ...words }).next(1 << 20, 10, ROOM)).toThrow(said);
  });

  it.each([PAGE - 8, -4, -(1 << 30)])('is refused with an answer at %i', (at) => {
    expect(() => answering(EVENTS, at).next(1, 10, ROOM)).toThrow(
      /an answer outside of its memory/,
    );
  });

  it('is an error of the plugin when the plugin says so', () => {
    const source = answering({ 0: 1, 4: 3, 8: 4096, 12: 7 });
    expect(() => source.next(1, 1, ROOM)).toThrow(
      expect.objectContaining({ payload: { code: 'other', message: '{"a":1}' } }),
    );
    expect(() => answering({ 0: 1, 8: PAGE, 12: 7 }).next(1, 1, ROOM)).toThrow(
      /outside of its memory/,
    );
  });

  it('lies in the room when it fits, and else in memory of its own', () => {
    const memory = new WebAssembly.Memory({ initial: 200 });
    const view = new DataView(memory.buffer);
    const source = new CoreSource({ memory, next: () => 0, post: undefined });
    for (const size of [10, 5_000_000, 3, 9_000_000]) {
      view.setUint32(8, 64, true);
      view.setUint32(12, size, true);
      const step = source.next(1, 1, ROOM);
      if (step.tag !== 'events') throw new Error(step.tag);
      expect(step.val.data.length).toBe(size);
      expect(step.val.data.buffer === ROOM.buffer).toBe(size <= ROOM.length);
    }
  });
});

describe('the core of a source', () => {
  const name = 'tiercel:plugin/source@0.1.0#next';
  const memory = new WebAssembly.Memory({ initial: 1 });
  const instance = (exports: Record<string, unknown>): WebAssembly.Instance =>
    ({ exports }) as unknown as WebAssembly.Instance;
  const next = (): number => 0;

  it('is the one instance that has the function and a memory', () => {
    expect(findCoreSource([instance({}), instance({ [name]: next, memory })])).toEqual({
      memory,
      next,
      post: undefined,
    });
  });

  it.each([
    ['there is none', [instance({ memory })]],
    ['there are two', [instance({ [name]: next, memory }), instance({ [name]: next, memory })]],
    ['it has no memory', [instance({ [name]: next })]],
    ['its memory is something else', [instance({ [name]: next, memory: {} })]],
  ])('is not known when %s', (_name, instances) => {
    expect(findCoreSource(instances)).toBeUndefined();
  });
});
