/* Another file that begins as the one before: whatever they have in common, every line of both is given once. */

import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { closeReaders, FollowReader } from '../../../support/follow-reader.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';

const scratch = scratchFolder('same-beginning');
afterAll(closeReaders);

const until = (check: () => void): Promise<void> =>
  vi.waitFor(check, { timeout: 30_000, interval: 10 });
/** Lines of one length: where reading stopped in the one file a line ends in the other. */
const lines = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${letter}${String(index).padStart(4, '0')}`);

const changes: Record<string, { count: number; change: (path: string, text: string) => void }> = {
  'is cut and filled to the same size': { count: 50, change: writeFileSync },
  'is cut and filled to less': { count: 30, change: writeFileSync },
  'is cut and filled to more': { count: 120, change: writeFileSync },
  'is renamed, and another one begun': {
    count: 50,
    change: (path, text) => {
      renameSync(path, `${path}.1`);
      writeFileSync(path, text);
    },
  },
  'is replaced': {
    count: 50,
    change: (path, text) => {
      writeFileSync(`${path}~`, text);
      renameSync(`${path}~`, path);
    },
  },
};

let folders = 0;
const rows = Object.keys(changes).flatMap((how) =>
  [0, 400, 1_100, 5_000].flatMap((size) =>
    ['while it is followed', 'while nobody reads it'].map((when) => [how, size, when] as const),
  ),
);

describe('a followed file', () => {
  it.concurrent.each(rows)(
    'that %s, with the first %i bytes the same, %s',
    async (how, size, when) => {
      const { count, change } = changes[how] ?? { count: 0, change: () => {} };
      const banner = size === 0 ? '' : `${'b'.repeat(size - 1)}\n`;
      const [first, second] = [lines('A', 50), lines('B', count)];
      const folder = `f${folders++}`;
      const path = scratch.write(`${folder}/app.log`, `${banner}${first.join('\n')}\n`);
      const location = join(scratch.path, folder);
      let reader = new FollowReader(location);
      await until(() => expect(reader.lines.at(-1)).toBe('A0049'));
      const place = await reader.place();
      if (when === 'while nobody reads it') await reader.stop();
      change(path, `${banner}${second.join('\n')}\n`);
      if (when === 'while nobody reads it') reader = new FollowReader(location, place);
      await until(() => expect(reader.lines.at(-1)).toBe(second.at(-1)));
      const given = reader.lines.filter((line) => !line.startsWith('b'));
      expect(given).toEqual([...first, ...second]);
      await reader.stop();
    },
  );
});
