/*
 * How many faults a plugin may have before it is not called any more: a burst, which comes back over time, so
 * that a stream that runs for weeks forgives what a broken plugin does in a minute. Pure: history and time in,
 * history and decision out.
 */

export interface FaultBudget {
  /** So many faults in a row are forgiven. */
  readonly burst: number;
  /** After so many milliseconds without a fault the whole burst is there again. */
  readonly refillMs: number;
  /** Milliseconds that a plugin may take for nothing; they come back over the same time. */
  readonly lostMsMax: number;
}

/** Time that a plugin took for nothing, and when that was right. */
export interface LostTime {
  readonly ms: number;
  readonly atMs: number;
}

export function afterLoss(
  lost: LostTime | undefined,
  ms: number,
  nowMs: number,
  { lostMsMax, refillMs }: Omit<FaultBudget, 'burst'>,
): LostTime {
  const forgiven = lost === undefined ? 0 : (lostMsMax * Math.max(0, nowMs - lost.atMs)) / refillMs;
  return { ms: Math.max(0, (lost?.ms ?? 0) - forgiven) + ms, atMs: nowMs };
}

export interface FaultHistory {
  /** Faults that are left, with fractions. */
  readonly left: number;
  /** When `left` was right. */
  readonly atMs: number;
}

export type FaultDecision =
  /** A fresh instance, and on. */
  | 'go-on'
  /** Its fields are absent from now on, and known to be so. */
  | 'quarantine';

/** `history` is `undefined` before the first fault. */
export function afterFault(
  history: FaultHistory | undefined,
  nowMs: number,
  { burst, refillMs }: FaultBudget,
): { readonly history: FaultHistory; readonly decision: FaultDecision } {
  const before = history ?? { left: burst, atMs: nowMs };
  const refilled = (burst * Math.max(0, nowMs - before.atMs)) / refillMs;
  const left = Math.min(burst, before.left + refilled) - 1;
  if (left < 0) return { history: { left: 0, atMs: nowMs }, decision: 'quarantine' };
  return { history: { left, atMs: nowMs }, decision: 'go-on' };
}
