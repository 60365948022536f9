import { existsSync } from 'node:fs';
import { configDefaults, defineConfig } from 'vitest/config';

/** Corpora that are prepared beside the repository; what they test is tested on self-made data as well. */
const CORPORA = new URL('../../shared', import.meta.url);
const exclude = existsSync(CORPORA) ? [] : ['test/shared/**'];
if (exclude.length > 0) process.stdout.write('test/shared is left out: its corpora are not here\n');

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...exclude],
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    // Child processes, workers and cold WebAssembly on two busy cores.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
