import { appendFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** A file to which each run of tests adds its numbers, for a sum over several. */
const SUMS = process.env.TEST_SUMS;

/** Ends a run with one plain line of true numbers, for people and for CI. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let skipped = 0;
    // An error outside of any test (a module that does not load, an unhandled rejection) is a failure.
    let failed = errors.length;
    for (const module of modules) {
      const failedBefore = failed;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'failed') failed += 1;
        else skipped += 1;
      }
      // What fails before its tests, or after them, is one too.
      if (failed === failedBefore && module.state() === 'failed') failed += 1;
    }
    const skippedPart = skipped > 0 ? `, ${skipped} skipped` : '';
    process.stdout.write(`\n${passed} passed, ${failed} failed${skippedPart}\n`);
    if (SUMS !== undefined) appendFileSync(SUMS, `${passed} ${failed} ${skipped}\n`);
  }
}
