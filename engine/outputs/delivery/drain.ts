import { SYSTEM_CLOCK } from '../../base/clock.ts';
import type { Waker } from '../../base/waker.ts';
import { type CloseOptions, withinTime } from './delivery.ts';

/** Interval of the check whether somebody is in haste now. */
const LOOK_MS = 50;

export interface DrainOptions extends CloseOptions {
  /** Number of alerts to hand over; in haste those on disk stay there. */
  readonly left: (isHasty: boolean) => number;
  /** Woken when some were. */
  readonly progress: Waker;
  /** Milliseconds that are needed for the end, when all has to be over. */
  readonly endTimeMs: number;
}

/** Resolves when nothing is left, nothing has left for the time, or all has to be over. */
export async function drain({
  left,
  progress,
  timeMaxMs,
  untilMs,
  endTimeMs,
}: DrainOptions): Promise<void> {
  let least = Number.POSITIVE_INFINITY;
  let sinceMs = SYSTEM_CLOCK.monotonicMs();
  for (;;) {
    const [nowMs, endMs] = [SYSTEM_CLOCK.monotonicMs(), untilMs()];
    const now = left(endMs !== undefined);
    if (now < least) [least, sinceMs] = [now, nowMs];
    if (now === 0 || nowMs - sinceMs > timeMaxMs) return;
    if (endMs !== undefined && nowMs > endMs - endTimeMs) return;
    await withinTime(progress.wait(), LOOK_MS);
  }
}
