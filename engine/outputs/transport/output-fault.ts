import { systemErrorTextAt } from '../../base/system-error.ts';

/**
 * Why a receiver does not have some alerts. `away`: it may have them later, they are sent again; `refused`: it will
 * never take the first of them that it has not.
 */
export class OutputFault extends Error {
  readonly kind: 'away' | 'refused';
  /** So many, from the first one on, arrived. */
  readonly taken: number;
  /** Milliseconds for which the receiver asked to be left alone; 0: it did not. */
  readonly pauseMs: number;

  constructor(kind: 'away' | 'refused', message: string, { taken = 0, pauseMs = 0 } = {}) {
    super(message);
    this.name = 'OutputFault';
    this.kind = kind;
    this.taken = taken;
    this.pauseMs = pauseMs;
  }
}

/** What the system or a library said, as the receiver being away; `taken` arrived before the delivery it was about. */
export function awayFault(error: unknown, taken = 0): OutputFault {
  if (error instanceof OutputFault) {
    const { kind, message, pauseMs } = error;
    return new OutputFault(kind, message, { taken: taken + error.taken, pauseMs });
  }
  return new OutputFault('away', systemErrorTextAt(error), { taken });
}
