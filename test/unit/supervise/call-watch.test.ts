import { describe, expect, it } from 'vitest';
import { CALL_WORDS, DeadlineWatch, GuardedCalls } from '../../../engine/supervise/call-watch.ts';

const POLLS_MAX = 2;

function setUp() {
  const words = new Int32Array(new SharedArrayBuffer(4 * CALL_WORDS));
  const watch = new DeadlineWatch(words);
  return { calls: new GuardedCalls(words), poll: () => watch.poll(() => POLLS_MAX) };
}

describe('guarded calls', () => {
  it('are late when one of them is still running after the limit', () => {
    const { calls, poll } = setUp();
    const polled = calls.run(2, () => [poll(), poll(), poll(), poll()]);
    expect(polled).toEqual([undefined, undefined, undefined, 2]);
  });

  it('are not late when many short ones follow each other', () => {
    const { calls, poll } = setUp();
    const polled = Array.from({ length: 10 }, () => calls.run(0, () => poll()));
    expect(polled.every((late) => late === undefined)).toBe(true);
  });

  it('are not late between calls', () => {
    const { calls, poll } = setUp();
    calls.run(0, () => undefined);
    expect(Array.from({ length: 10 }, () => poll())).toEqual(Array(10).fill(undefined));
  });

  it('end for the watch also when a call throws', () => {
    const { calls, poll } = setUp();
    expect(() =>
      calls.run(0, () => {
        throw new Error('trap');
      }),
    ).toThrow('trap');
    expect(Array.from({ length: 10 }, () => poll())).toEqual(Array(10).fill(undefined));
  });

  it('stand still while the plugin waits for the host, and go on where they stood', () => {
    const { calls, poll } = setUp();
    const polled = calls.run(1, () => [
      poll(),
      poll(),
      ...calls.inHost(() => [poll(), poll(), poll()]),
      poll(),
      poll(),
    ]);
    expect(polled).toEqual([...Array(6).fill(undefined), 1]);
  });
});
