import { expect, it } from 'vitest';
import { afterFault, type FaultHistory } from '../../../engine/worker/fault-budget.ts';

const BUDGET = { burst: 3, refillMs: 60_000, lostMsMax: 10_000 };

/** Times of faults in seconds, and the decision after each: g goes on, Q is the end. */
const rows: [times: number[], decisions: string][] = [
  [[0], 'g'],
  [[0, 0, 0], 'ggg'],
  [[0, 0, 0, 0], 'gggQ'],
  [[0, 1, 2, 3], 'gggQ'],
  [[0, 0, 0, 20], 'gggg'],
  [[0, 0, 0, 19], 'gggQ'],
  [[0, 0, 0, 60, 60, 60, 60], 'ggggggQ'],
  [[0, 20, 40, 60, 80, 100, 120], 'ggggggg'],
  [[0, 10, 20, 30, 40, 50], 'gggggQ'],
  [[0, 10, 20, 30, 40, 50, 70], 'gggggQg'],
  [[0, 1e9, 1e9, 1e9, 1e9], 'ggggQ'],
  // A clock that goes back takes nothing away.
  [[100, 0, 0, 0], 'gggQ'],
];

it.each(rows)('faults at %j s: %s', (times, decisions) => {
  let history: FaultHistory | undefined;
  let found = '';
  for (const time of times) {
    const after = afterFault(history, time * 1000, BUDGET);
    history = after.history;
    found += after.decision === 'quarantine' ? 'Q' : 'g';
  }
  expect(found).toBe(decisions);
});
