import { expect, it } from 'vitest';
import { EvaluationWatch } from '../../../../engine/run/engine/evaluation-watch.ts';

it('evaluation stands still when it has a batch and none comes back', async () => {
  let nowMs = 1_000;
  const watch = new EvaluationWatch<string>(() => nowMs);
  const ends: (() => void)[] = [];
  const batch = (): Promise<void> => new Promise((resolve) => ends.push(resolve));
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  nowMs += 60_000;
  expect(watch.stalledMs).toBe(0);
  watch.add('a', batch());
  watch.add('b', batch());
  nowMs += 20_000;
  expect(watch.stalledMs).toBe(20_000);
  ends[1]?.();
  await turn();
  nowMs += 5_000;
  expect(watch.stalledMs).toBe(5_000);
  ends[0]?.();
  await turn();
  nowMs += 60_000;
  expect(watch.stalledMs).toBe(0);
});
