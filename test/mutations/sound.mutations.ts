/* The examples, which nothing is done to: they pass every point. */

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { installTools, missingTools } from '../support/author-tools.ts';
import { build, failuresOf, tryIt } from '../support/conformance-report.ts';
import { REPOSITORY } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('sound');

describe('a sound plugin passes every point', () => {
  it.for([
    ['nginx', 'assemblyscript'],
    ['hooks', 'assemblyscript'],
    ['syslog', 'javascript'],
    ['dns', 'c'],
  ] as const)('the example %s in %s', async ([name, language], { skip }) => {
    const missing = missingTools(language);
    skip(missing !== undefined, missing);
    const folder = join(scratch.path, name);
    cpSync(join(REPOSITORY, 'plugins-wasm/examples', name), folder, { recursive: true });
    installTools(folder, language);
    const report = await tryIt(await build(folder));
    expect([failuresOf(report), report.passed, report.code]).toEqual([[], 17, 0]);
  });
});
