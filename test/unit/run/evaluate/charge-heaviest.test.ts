import { describe, expect, it } from 'vitest';
import { PluginFault } from '../../../../engine/plugin/abi/plugin-instance.ts';
import { chargeHeaviest } from '../../../../engine/run/evaluate/charge-heaviest.ts';

/** The names of those that were charged. */
function charged(sizes: Readonly<Record<string, number>>, elapsedMs: number): string[] {
  const names: string[] = [];
  const extractors = Object.entries(sizes).map(([name, size]) => ({
    textSizeIn: () => size,
    charge: () => {
      names.push(name);
    },
  }));
  expect(chargeHeaviest(extractors, { elapsedMs, columns: [], dataSize: 1_000 })).toBeUndefined();
  return names;
}

describe('the time of evaluating a batch', () => {
  it('goes to the plugin that gave far more text than the events have', () => {
    expect(charged({ a: 1_000, b: 1_000_000, c: 200_000 }, 500)).toEqual(['b']);
  });

  it('goes to nobody when plugins gave what events have, however long it took', () => {
    expect(charged({ a: 2_000, b: 60_000 }, 60_000)).toEqual([]);
  });

  it('goes to nobody when it is short', () => {
    expect(charged({ a: 1_000_000 }, 50)).toEqual([]);
  });

  it('is a fault when the plugin has had too much', () => {
    const fault = new PluginFault('slow', 'a', 'takes too much time');
    const extractor = {
      textSizeIn: () => 1_000_000,
      charge: () => {
        throw fault;
      },
    };
    const evaluated = { elapsedMs: 500, columns: [], dataSize: 1 };
    expect(chargeHeaviest([extractor], evaluated)).toBe(fault);
  });
});
