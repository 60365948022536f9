import { defineConfig } from 'vitest/config';

/** Broken plugins, each built and tried: minutes for each language. `npm test` takes some of them. */
export default defineConfig({
  test: {
    include: ['test/mutations/*.mutations.ts'],
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    reporters: ['verbose', './test/support/closing-line-reporter.ts'],
  },
});
