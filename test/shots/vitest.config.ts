import { defineConfig } from 'vitest/config';

/** `npm run shots`: makes the pictures of the README and the guides. */
export default defineConfig({
  test: {
    include: ['test/shots/*.shots.ts'],
    testTimeout: 120_000,
    reporters: ['verbose', './test/support/closing-line-reporter.ts'],
  },
});
