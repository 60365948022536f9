import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { installTools, missingTools } from '../support/author-tools.ts';
import { build, failuresOf, tryIt } from '../support/conformance-report.ts';
import { REPOSITORY, runProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const scratch = scratchFolder('plugin-conformance-');
const TEMPLATE = join(scratch.path, 'shop');

beforeAll(async () => {
  const { code } = await runProgram(['plugin', 'new', 'shop'], { cwd: scratch.path });
  expect(code).toBe(0);
  installTools(TEMPLATE, 'assemblyscript');
});

describe('a sound plugin', () => {
  it('passes every point: the template', async () => {
    const junit = join(scratch.path, 'report.xml');
    const plugin = await build(TEMPLATE);
    const run = await runProgram(['plugin', 'test', plugin, '--junit', junit]);
    expect(run.stdout).toContain('17 passed, 0 failed, 0 skipped\n');
    expect(run.stdout).toMatch(/^passed {3}source\.resume +3 of 3 positions/m);
    expect(run.stdout).toMatch(/^source {7}[\d,]+ events\/s, [\d.]+ MB\/s$/m);
    expect(run.code).toBe(0);
    const report = readFileSync(junit, 'utf8');
    expect(report).toContain('<testsuite name="shop" tests="17" failures="0" skipped="0"');
    expect(report.match(/<testcase /g)).toHaveLength(17);
  });

  // All points of the examples are among `npm run mutations`.
  it.for([
    ['nginx', 'assemblyscript'],
    ['dns', 'c'],
    ['syslog', 'javascript'],
  ] as const)(
    'builds and alerts: the example %s in %s',
    { timeout: 180_000 },
    async ([name, language], { skip }) => {
      const missing = missingTools(language);
      skip(missing !== undefined, missing);
      const folder = join(scratch.path, name);
      cpSync(join(REPOSITORY, 'plugins-wasm/examples', name), folder, { recursive: true });
      installTools(folder, language);
      const run = await runProgram(['run', await build(folder), join(folder, 'samples')]);
      expect([run.code, run.stdout]).toEqual([0, expect.stringMatching(/^\d\d:.*\(.*\)$/m)]);
    },
  );

  it('passes on a location: cloudtrail', async () => {
    const report = await tryIt('cloudtrail', '--open', 'rules/samples');
    expect([failuresOf(report), report.passed, report.code]).toEqual([[], 17, 0]);
  });

  it('is not tried where there is nothing to try it on: json', async () => {
    const report = await tryIt('json');
    expect([report.passed, report.failed, report.code]).toEqual([3, 0, 0]);
    const skipped = report.points.find(({ point }) => point === 'extractor.values');
    expect(skipped).toMatchObject({ outcome: 'skipped', message: 'there are no events' });
  });

  it('is not tried if the file is not a plugin', async () => {
    const nowhere = await runProgram(['plugin', 'test', 'cloudtrail', '--open', '/nowhere']);
    expect([nowhere.code, nowhere.stderr]).toEqual([
      1,
      expect.stringContaining('/nowhere: it does not exist'),
    ]);
    const none = await runProgram(['plugin', 'test', 'README.md']);
    expect([none.code, none.stderr]).toEqual([
      1,
      expect.stringContaining('PLUGIN_NOT_A_COMPONENT'),
    ]);
  });
});
