import { describe, expect, it } from 'vitest';
import { DeadlineWatch, GuardedCalls } from '../../../engine/worker/call-watch.ts';
import { CONTROL_SIZE, WorkerControl } from '../../../engine/worker/worker-control.ts';

/** Polls are ten milliseconds apart; the first one only sees that a call has begun. */
const LIMIT_MS = 25;

function setUp() {
  const control = new WorkerControl(new SharedArrayBuffer(CONTROL_SIZE));
  const watch = new DeadlineWatch(control.words);
  let now = 0;
  const poll = (passedMs = 10): number | undefined => {
    now += passedMs;
    return watch.poll(now, () => LIMIT_MS);
  };
  return { calls: new GuardedCalls(control), poll };
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

  it('are not late because the process was suspended', () => {
    const control = new WorkerControl(new SharedArrayBuffer(CONTROL_SIZE));
    const watch = new DeadlineWatch(control.words);
    const calls = new GuardedCalls(control);
    const hour = 3_600_000;
    const polled = calls.run(0, () =>
      [1, hour, hour + 50, 2 * hour].map((now) => watch.poll(now, () => 5_000)),
    );
    expect(polled).toEqual(Array(4).fill(undefined));
  });
});
