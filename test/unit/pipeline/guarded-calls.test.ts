import { describe, expect, it } from 'vitest';
import { DeadlineWatch, GuardedCalls } from '../../../engine/pipeline/guarded-calls.ts';
import { CONTROL_SIZE_BYTES, viewControl } from '../../../engine/pipeline/lane-protocol.ts';

function setUp() {
  const control = viewControl(new SharedArrayBuffer(CONTROL_SIZE_BYTES));
  const calls = new GuardedCalls(control);
  const watch = new DeadlineWatch(control, { callTimeMaxMs: 100, pollIntervalMs: 50 });
  return { calls, watch };
}

describe('guarded calls', () => {
  it('are late when one of them is still running after the limit', () => {
    const { calls, watch } = setUp();
    const polled = calls.run(2, () => [watch.poll(), watch.poll(), watch.poll(), watch.poll()]);
    expect(polled).toEqual([undefined, undefined, undefined, 2]);
  });

  it('are not late when many short ones follow each other', () => {
    const { calls, watch } = setUp();
    const polled = Array.from({ length: 10 }, () => calls.run(0, () => watch.poll()));
    expect(polled.every((late) => late === undefined)).toBe(true);
  });

  it('are not late between calls', () => {
    const { calls, watch } = setUp();
    calls.run(0, () => undefined);
    expect(Array.from({ length: 10 }, () => watch.poll())).toEqual(Array(10).fill(undefined));
  });

  it('end for the watch also when a call throws', () => {
    const { calls, watch } = setUp();
    expect(() =>
      calls.run(0, () => {
        throw new Error('trap');
      }),
    ).toThrow('trap');
    expect(Array.from({ length: 10 }, () => watch.poll())).toEqual(Array(10).fill(undefined));
  });
});
