import { defineConfig } from 'vitest/config';

/** What takes minutes: run by hand, one after the other, before a release. */
export default defineConfig({
  test: {
    include: ['test/soak/*.soak.ts'],
    fileParallelism: false,
    testTimeout: 1_800_000,
    reporters: ['verbose', './test/support/closing-line-reporter.ts'],
  },
});
