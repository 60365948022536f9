import { describe, expect, it } from 'vitest';
import { PluginFault } from '../../../../engine/plugin/abi/plugin-instance.ts';
import { CostMeter } from '../../../../engine/run/evaluate/cost-meter.ts';
import type { Extractor } from '../../../../engine/run/evaluate/extractor.ts';
import { ExtractorSet } from '../../../../engine/run/evaluate/extractor-set.ts';
import type { FaultDecision } from '../../../../engine/worker/fault-policy.ts';

const FAULT = new PluginFault('answer', 'p', 'nonsense');
const AT_START = new PluginFault('deadline', 'p', 'no answer within the time limit');

function setUp(decision: FaultDecision, restart: () => void = () => {}): ExtractorSet {
  return new ExtractorSet({
    extractors: [{ name: 'p', restart } as Extractor],
    costs: new CostMeter({ monotonicMs: () => 0, nowMs: () => 0 }, []),
    onFault: () => decision,
  });
}

describe('a fault of an extractor', () => {
  it.each<[FaultDecision, number, 'alone' | number]>([
    ['bisect', 5, 3],
    ['retry', 5, 1],
    ['without-plugin', 1, 'alone'],
    ['quarantine', 5, 'alone'],
  ])('after which it is to be %s, with %d events', (decision, eventCount, size) => {
    const extractors = setUp(decision);
    const faults = size === 'alone' ? [FAULT] : [];
    expect(extractors.settle(FAULT, eventCount)).toEqual({ size, faults });
    expect([...extractors.quarantined]).toEqual(decision === 'quarantine' ? ['p'] : []);
  });

  it('after which it does not come up is reported, with that, and it is not called any more', () => {
    const extractors = setUp('bisect', () => {
      throw AT_START;
    });
    expect(extractors.settle(FAULT, 5)).toEqual({ size: 'alone', faults: [FAULT, AT_START] });
    expect([...extractors.quarantined]).toEqual(['p']);
  });
});
