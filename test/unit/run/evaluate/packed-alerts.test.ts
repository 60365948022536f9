import { describe, expect, it } from 'vitest';
import { packAlerts, unpackAlerts } from '../../../../engine/run/evaluate/packed-alerts.ts';
import { someAlerts } from '../../../support/some-alerts.ts';

const KNOWN = [
  { rule: 'other', priority: 'Debug', source: 's' },
  { rule: 'r', priority: 'Error', source: 's' },
] as const;
const POSITIONS = new Map(KNOWN.map(({ rule }, position) => [rule as string, position]));

describe('alerts on their way out of a worker', () => {
  it('are what they were', () => {
    const alerts = someAlerts(5, 3);
    expect(unpackAlerts(packAlerts(alerts, POSITIONS), KNOWN)).toEqual(alerts);
    const withChannels = alerts.map((alert) => ({ ...alert, channels: [true, 'x', false] }));
    expect(unpackAlerts(packAlerts(withChannels, POSITIONS), KNOWN)).toEqual(withChannels);
    expect(unpackAlerts(packAlerts([], POSITIONS), KNOWN)).toEqual([]);
  });

  const good = packAlerts(someAlerts(5, 2), POSITIONS);
  it.each([
    ['an unknown rule', { rules: Uint32Array.of(1, 2) }],
    ['rules too few', { rules: Uint32Array.of(1) }],
    ['numbers too many', { eventNumbers: Float64Array.of(1, 2, 3) }],
    ['NaN for a number', { eventNumbers: Float64Array.of(1, Number.NaN) }],
    ['times too few', { times: BigUint64Array.of(1n) }],
    ['channels too few', { channels: [[]] }],
  ])('are refused with %s', (_what, changed) => {
    expect(unpackAlerts({ ...good, ...changed }, KNOWN)).toBeUndefined();
  });
});
