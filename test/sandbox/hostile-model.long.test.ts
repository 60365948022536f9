/* A short pass of what `npm run soak -- hostile` does for minutes: processes of plugins that do anything at any moment. */

import { describe, expect, it } from 'vitest';
import { HostileModel } from '../support/hostile-model.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const SEED = Date.now() % 1_000_000;

describe.skipIf(process.env.TEST_ISOLATION !== undefined)(`hostile processes, seed ${SEED}`, () => {
  const model = new HostileModel(scratchFolder('hostile-model'));

  it('of sources: the engine lives, and the others have their alerts', async () => {
    const { hostileEvents } = await model.sources(10_000, SEED);
    expect(hostileEvents).toBeGreaterThan(0);
  });

  it('of an extractor: the engine lives, and the others have their alerts', async () => {
    const { stillMs } = await model.extractors(1, SEED);
    expect(stillMs).toBeGreaterThan(0);
  });
});
