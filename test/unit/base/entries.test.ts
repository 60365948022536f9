/* Whatever is thrown behind an entry from outside costs one request, connection or look, and nothing else. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ENTRIES } from '../../../engine/base/guard.ts';
import { SCENARIOS } from '../../support/entry-scenarios.ts';
import { said, trap } from '../../support/entry-trap.ts';

vi.mock('../../../engine/base/guard.ts', async (load) => {
  const { MESSAGE, trap } = await import('../../support/entry-trap.ts');
  const real = await load<typeof import('../../../engine/base/guard.ts')>();
  const guarded: typeof real.guarded = (entry, work, onThrown) =>
    real.guarded(
      entry,
      (...given) => {
        if (trap.entry !== entry) return work(...given);
        trap.thrown += 1;
        throw new Error(MESSAGE);
      },
      onThrown,
    );
  return { ...real, guarded };
});

describe('what is thrown behind an entry from outside', () => {
  beforeEach(() => {
    trap.thrown = 0;
    said.length = 0;
  });
  afterEach(() => {
    trap.entry = undefined;
  });

  it.each(ENTRIES)('costs nothing else: %s', async (entry) => {
    trap.entry = entry;
    await SCENARIOS[entry]();
    expect(trap.thrown).toBeGreaterThan(0);
  });
});
