/* Which tests run in `npm test` and which in `npm run test:all`, and how. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configDefaults, type ViteUserConfig } from 'vitest/config';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
/** Corpora that are prepared beside the repository; what they test is tested on self-made data as well. */
const CORPORA = join(REPOSITORY, '../shared');
const LONG = 'test/**/*.long.test.ts';
/** A table of which `npm test` takes some rows. */
const SAMPLED = /support\/sampled\.ts'/;

/** `long`: files that take long, and tables in full. */
export function testConfig(part: 'quick' | 'long'): ViteUserConfig {
  const exclude = [...configDefaults.exclude, ...(part === 'quick' ? [LONG] : [])];
  if (!existsSync(CORPORA)) {
    exclude.push('test/shared/**');
    process.stdout.write('test/shared is left out: its corpora are not here\n');
  }
  return {
    root: REPOSITORY,
    test: {
      include: part === 'quick' ? ['test/**/*.test.ts'] : [LONG, ...sampledTables()],
      exclude,
      globalSetup: './test/support/run-folder.ts',
      // Times of alerts are those of the machine's zone.
      env: { TZ: 'UTC', ...(part === 'quick' ? {} : { TEST_ALL: '1' }) },
      reporters: ['default', './test/support/closing-line-reporter.ts'],
      // Child processes, workers and cold WebAssembly on two busy cores.
      testTimeout: 60_000,
      hookTimeout: 120_000,
      maxWorkers: 3,
    },
  };
}

function sampledTables(): string[] {
  const files = readdirSync(join(REPOSITORY, 'test'), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.test.ts') && !file.endsWith('.long.test.ts'))
    .map((file) => `test/${file}`)
    .filter((file) => SAMPLED.test(readFileSync(join(REPOSITORY, file), 'utf8')));
}
