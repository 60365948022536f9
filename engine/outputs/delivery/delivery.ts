/* The way of alerts to one output, whatever becomes of that output. */

import { systemErrorTextAt } from '../../base/system-error.ts';
import type { Alert } from '../../detect/alert/alert.ts';

export interface Delivery {
  /** As people know the output: `standard output`, `http https://siem.example.com/`. */
  readonly name: string;
  /** `undefined`: it works, or will again. */
  readonly end: OutputEnd | undefined;
  readonly counts: DeliveryCounts;
  readonly state: DeliveryState;
  /** Why the latest delivery that failed did. */
  readonly lastFault: string | undefined;
  /** Before the first event is read: whether alerts can be delivered at all. Rejects with what the system said. */
  open(): Promise<void>;
  /** Resolves to whether they have arrived, or are kept on disk until they do; calls are settled in their order. */
  deliver(alerts: readonly Alert[]): Promise<boolean>;
  /** What does not arrive within the time is kept or undelivered. */
  close(options: CloseOptions): Promise<void>;
  /** Others have moved what it writes to. */
  reopen(): Promise<void>;
  /** It can be used no more. */
  fail(error: unknown): void;
}

/**
 * `up`: alerts arrive, as far as anybody knows. `kept`: the receiver is away, and alerts wait on disk. `held-up`: it is
 * away, and events wait for it. `over`: nothing goes there any more.
 */
export type DeliveryState = 'up' | 'kept' | 'held-up' | 'over';

export interface CloseOptions {
  /** Milliseconds in which nothing arrives. */
  readonly timeMaxMs: number;
  /**
   * When all has to be over, as `SYSTEM_CLOCK.monotonicMs` tells it: what is on disk stays there then. `undefined`:
   * somebody waits for everything to arrive. Asked again and again, since a signal may come meanwhile.
   */
  readonly untilMs: () => number | undefined;
}

export interface OutputEnd {
  /** What the system said: `the disk is full`. */
  readonly reason: string;
  /** The reader closed it: it wanted no more. */
  readonly isClosedByReader: boolean;
}

/** Alerts, but for `faults`. All that were given are in one of them. */
export interface DeliveryCounts {
  readonly delivered: number;
  /** Given, and not yet with the receiver nor on disk. */
  readonly waiting: number;
  /** On disk, for when the receiver is back; also those of earlier processes. */
  readonly spooled: number;
  /** In the file of those that the receiver will not have. */
  readonly deadLetters: number;
  /** Lost. */
  readonly undelivered: number;
  /** Deliveries that failed. */
  readonly faults: number;
}

export const NO_COUNTS: DeliveryCounts = Object.freeze({
  delivered: 0,
  waiting: 0,
  spooled: 0,
  deadLetters: 0,
  undelivered: 0,
  faults: 0,
});

export function isClosedByReader(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EPIPE';
}

export function reasonOf(error: unknown): string {
  return systemErrorTextAt(error);
}

/** Resolves to what the action does, or after the time to `undefined`; rejects as the action does. */
export async function withinTime<Result>(
  action: Promise<Result> | undefined,
  timeMaxMs: number,
): Promise<Result | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const isLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(0, timeMaxMs));
  });
  try {
    return await Promise.race([action, isLate]);
  } finally {
    clearTimeout(timer);
  }
}
