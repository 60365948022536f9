/* Looks at one file side by side: what one of them closes or replaces is no error of another one. */

import { appendFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { SYSTEM_CLOCK } from '../../../../engine/base/clock.ts';
import { FOLLOW_TIMES } from '../../../../engine/store/follow/follow-times.ts';
import { FollowedFiles } from '../../../../engine/store/follow/followed-files.ts';
import { TrackedFile } from '../../../../engine/store/follow/tracked-file.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';

const scratch = scratchFolder('followed-files');

it('that is closed during a look', async () => {
  const path = scratch.write('in/a.log', 'one\n');
  const { dev, ino, mtimeNs } = statSync(path, { bigint: true });
  const sight = { id: `${dev}:${ino}`, path: 'a.log', size: 4, modifiedNs: mtimeNs };
  const file = new TrackedFile(sight, 'followed', 0);
  file.reach(4);
  file.give(4, Buffer.from('one\n'));
  const files = new FollowedFiles({
    folder: dirname(path),
    onlyPath: undefined,
    clock: SYSTEM_CLOCK,
    times: FOLLOW_TIMES,
    report: () => {},
    onNews: () => {},
    scan: () => {},
    known: [file],
  });
  await files.open(file);
  appendFileSync(path, 'two\n');
  const { handle } = file;
  if (handle === undefined) throw new Error('was not opened');
  const read = handle.read.bind(handle) as (...given: unknown[]) => Promise<unknown>;
  let closed = 0;
  handle.read = (async (...given: unknown[]) => {
    const found = await read(...given);
    // As a stop does, or another look that finds another file in its place.
    closed += 1;
    await file.close();
    return found;
  }) as typeof handle.read;
  await expect(files.look(file)).resolves.toBeUndefined();
  expect(closed).toBe(1);
  await files.close();
});
