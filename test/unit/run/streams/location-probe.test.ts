import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { LocationProbe } from '../../../../engine/run/streams/location-probe.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';

const scratch = scratchFolder('location-probe');

it('a followed location that was removed is a problem until it is back', async () => {
  const path = join(scratch.path, 'logs');
  mkdirSync(path);
  const probe = new LocationProbe([path], () => 0);
  const until = (problem: string | undefined): Promise<void> =>
    vi.waitFor(
      () => {
        probe.refresh();
        expect(probe.problem).toBe(problem);
      },
      { timeout: 30_000, interval: 5 },
    );
  await until(undefined);
  rmSync(path, { recursive: true });
  await until(`${path} does not exist`);
  mkdirSync(path);
  await until(undefined);
  probe.close();
});
