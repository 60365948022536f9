import { availableParallelism } from 'node:os';
import { LIMITS } from '../../base/limits.ts';
import type { CallTimes } from '../../worker/supervised-worker.ts';
import type { SlotLimits } from '../stream/slot-room.ts';

export interface EngineTuning {
  /** How much a batch holds; alerts do not depend on it. */
  readonly limits: SlotLimits;
  readonly times: CallTimes;
}

export const TUNING: EngineTuning = {
  limits: {
    batchEventsMax: LIMITS.batchEventsMax.value,
    batchSizeMax: LIMITS.batchSizeMax.value,
  },
  times: { callMaxMs: LIMITS.callTimeMax.value, startMaxMs: LIMITS.startTimeMax.value },
};
export const FAULT_BUDGET = {
  burst: LIMITS.faultsMax.value,
  refillMs: LIMITS.faultsRefill.value,
  lostMsMax: LIMITS.lostTimeMax.value,
};

/** One core is left for reading and for everything else. */
export function defaultWorkerCount(): number {
  return Math.max(1, availableParallelism() - 1);
}
