/* A hundred reloads under load; RELOADS says how many. */

import { expect, it } from 'vitest';
import { reloadUnderLoad } from '../support/reload-under-load.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const RELOADS = Number(process.env.RELOADS ?? 100);

it(`${RELOADS} reloads under load: every event under one set of rules`, async () => {
  const { events, generations, eventCount, reloads } = await reloadUnderLoad(
    scratchFolder('reload-soak'),
    RELOADS,
  );
  console.log(`${events} events, ${reloads} reloads`);
  expect(reloads).toBe(RELOADS);
  expect(eventCount).toBe(events);
  expect(generations.size).toBe(events);
  const mixed = [...generations].filter(([, seen]) => seen.length !== 2 || seen[0] !== seen[1]);
  expect(mixed).toEqual([]);
});
