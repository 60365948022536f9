import { describe, expect, it } from 'vitest';
import { Waker } from '../../../engine/base/waker.ts';

describe('a loop that waits', () => {
  it('goes on for what happens, and for what has happened before', async () => {
    const waker = new Waker();
    const seen: string[] = [];
    const waiting = waker.wait().then(() => seen.push('one'));
    expect(seen).toEqual([]);
    waker.wake();
    await waiting;
    waker.wake();
    await waker.wait();
    expect(seen).toEqual(['one']);
    // What was waited for once is over.
    let isWoken = false;
    const next = waker.wait().then(() => {
      isWoken = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isWoken).toBe(false);
    waker.wake();
    await next;
  });

  it('pauses until the time is over, or somebody ends that; not for what happens', async () => {
    const waker = new Waker();
    await waker.pause(0);
    let isOver = false;
    const pause = waker.pause(1_000_000).then(() => {
      isOver = true;
    });
    waker.wake();
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    waker.endPause();
    await pause;
    waker.endPause();
  });
});
