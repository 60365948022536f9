import { describe, expect, it } from 'vitest';
import { AlertTail } from '../../../engine/service/alert-tail.ts';
import { someAlerts } from '../../support/some-alerts.ts';

describe('the latest alerts', () => {
  it('are numbered in their order, and given from where one stands', () => {
    const tail = new AlertTail();
    tail.add(someAlerts(1, 3));
    tail.add(someAlerts(4, 2));
    expect(tail.after(0, 10).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    expect(tail.after(3, 10).map(({ line }) => line)).toEqual(['4', '5']);
    expect(tail.after(1, 2).map(({ line }) => line)).toEqual(['2', '3']);
    expect(tail.after(5, 10)).toEqual([]);
    expect(tail.total).toBe(5);
  });

  it('are no more than can be looked at, however many come', () => {
    const tail = new AlertTail();
    for (let from = 1; from <= 60_000; from += 1_000) tail.add(someAlerts(from, 1_000));
    tail.add(someAlerts(60_001, 30_000));
    const known = tail.after(0, 1_000_000);
    expect(known.length).toBeGreaterThanOrEqual(10_000);
    expect(known.length).toBeLessThanOrEqual(20_000);
    expect(known.at(-1)).toMatchObject({ number: 90_000, line: '90000' });
    expect(known[0]?.number).toBe(Number(known[0]?.line));
  });

  it('have bounded memory when they are long', () => {
    const tail = new AlertTail();
    const long = someAlerts(1, 1_000).map((alert) => ({ ...alert, line: 'x'.repeat(60_000) }));
    for (let turn = 0; turn < 20; turn++) tail.add(long);
    const size = tail.after(0, 100_000).reduce((sum, { line }) => sum + line.length, 0);
    expect(size).toBeLessThan(34 << 20);
    expect(tail.after(19_999, 1)[0]?.line).toHaveLength(8_193);
  });
});
