import { describe, expect, it } from 'vitest';
import { AlertBudget } from '../../../../engine/detect/alert/alert-budget.ts';
import { valueJson } from '../../../../engine/detect/alert/format-value.ts';

const MIB = 1 << 20;

/** Alerts of one value each: how long each value is when it is printed. */
function printed(values: readonly string[], eventSize: number): number[] {
  const budget = new AlertBudget();
  return values.map((value) => {
    budget.beginAlert(eventSize, 1);
    const { length } = budget.take(value);
    budget.endAlert();
    return length;
  });
}

describe('the alerts of a batch', () => {
  it('have values whole that are no longer than their events, however many', () => {
    const value = 'x'.repeat(MIB);
    expect(new Set(printed(Array<string>(100).fill(value), MIB))).toEqual(new Set([MIB]));
  });

  it('have what is longer than its event as long as there is room, then what people need to see what it was', () => {
    const lengths = printed(Array<string>(100).fill('x'.repeat(MIB)), 10);
    const whole = lengths.filter((length) => length === MIB).length;
    expect(whole).toBe(16);
    const frame = 4 << 10;
    expect(lengths.slice(whole + 1).every((length) => length <= frame + 100)).toBe(true);
    expect(lengths.at(-1)).toBeGreaterThan(256);
  });

  it('show that a value was cut', () => {
    const budget = new AlertBudget();
    budget.beginAlert(0, 1);
    budget.take('x'.repeat(40 * MIB));
    expect(budget.take('y'.repeat(300))).toBe(`${'y'.repeat(256)}… (cut)`);
    expect(budget.isUsedUp).toBe(true);
    expect(valueJson(['a', 'b', 'c'], 'string', budget)).toBe('["… (cut: 3 more)"]');
    expect(valueJson(7n, 'uint64', budget)).toBe('7');
  });

  it('are cut when their values have come to more than they may, whatever their events have', () => {
    const lengths = printed(Array<string>(20).fill('x'.repeat(8 * MIB)), 8 * MIB);
    expect(lengths.filter((length) => length === 8 * MIB)).toHaveLength(13);
    expect(lengths.at(-1)).toBeLessThan(300);
  });
});
