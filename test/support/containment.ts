/*
 * One attack: a hostile plugin beside an honest one, through the built command line. Whatever the attack is, the
 * honest plugin's alerts are all there, the guilty one is named, and the host stays within its memory.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { EXTRACTOR_MANIFEST, SOURCE_MANIFEST } from './hostile-module.ts';
import { type ProgramOptions, runProgram } from './run-program.ts';

export const HOSTILE_EXTRACTOR = EXTRACTOR_MANIFEST;
export const HOSTILE_SOURCE = SOURCE_MANIFEST;
/** So that what loops is ended soon. Others have the usual time: on a busy machine a start takes half a second. */
const HASTY = { callTimeMax: 250, startTimeMax: 500 };
export const LOOPING_EXTRACTOR = { ...HOSTILE_EXTRACTOR, limits: HASTY };
export const LOOPING_SOURCE = { ...HOSTILE_SOURCE, limits: HASTY };

/** Bytes that the whole process may have had at most, whatever was tried. */
export const PEAK_MEMORY_MAX = 400 << 20;

export const EVENT = '{"eventName":"A","eventTime":"2026-01-01T00:00:00Z"}';
export const EVENT_COUNT = 3;

const RULES = `
- {rule: good, desc: d, condition: ct.name = A, output: "good %evt.num", priority: INFO, source: aws_cloudtrail}
`;
const OF_EXTRACTOR = `
- {rule: bad, desc: d, condition: bad.value exists, output: "bad %bad.value", priority: INFO, source: aws_cloudtrail}
`;
const OF_SOURCE = `
- {rule: other, desc: d, condition: evt.num > 0, output: other, priority: INFO, source: hostile}
`;

export interface Contained {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

interface Expected {
  readonly code: number;
  readonly said: RegExp;
  /** Whether the plugin is named, as it is when it is at fault. */
  readonly isNamed?: boolean;
}

/** Runs a hostile plugin; `said` names what was seen of it. */
export async function contain(
  path: string,
  side: 'extractor' | 'source',
  expected: Expected,
): Promise<Contained> {
  const folder = dirname(path);
  const events = join(folder, 'events.jsonl');
  writeFileSync(events, `${EVENT}\n`.repeat(EVENT_COUNT));
  const rules = join(folder, 'rules.yaml');
  writeFileSync(rules, RULES + (side === 'extractor' ? OF_EXTRACTOR : OF_SOURCE));
  const name = side === 'extractor' ? HOSTILE_EXTRACTOR.name : HOSTILE_SOURCE.name;
  const params = side === 'source' ? '\n    open_params: ""' : '';
  const config = join(folder, 'tiercel.yaml');
  writeFileSync(
    config,
    `rule_matching: all
plugins:
  - name: ${name}
    library_path: ${path}${params}
  - name: cloudtrail
    open_params: ${events}
`,
  );
  const result = await runMeasured(['run', '-c', config, '-r', rules], folder);
  const { code, stdout, stderr } = result;
  expect(stdout.match(/good \d+$/gm) ?? [], stderr).toEqual(
    Array.from({ length: EVENT_COUNT }, (_, at) => `good ${at + 1}`),
  );
  expect(stderr).toMatch(expected.said);
  if (expected.isNamed ?? true) expect(stderr).toContain(name);
  else expect(stderr).not.toContain(name);
  expect(code, stderr).toBe(expected.code);
  return result;
}

/** The command line; fails when it took too much memory or an error of our own was seen. */
export async function runMeasured(
  args: readonly string[],
  folder: string,
  options: ProgramOptions = {},
): Promise<Contained> {
  const peakFile = join(folder, 'peak');
  const result = await runProgram(args, {
    ...options,
    env: { NODE_OPTIONS: `--import=${MEASURE}`, TIERCEL_TEST_PEAK: peakFile },
  });
  const peak = 1024 * Number(readFileSync(peakFile, 'utf8'));
  expect(peak).toBeGreaterThan(0);
  expect(peak).toBeLessThan(PEAK_MEMORY_MAX);
  expect(result.stderr).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
  return result;
}

/** Loaded into the program before it: leaves the largest memory of the process, in KiB, when it ends. */
const MEASURE = `data:text/javascript,${encodeURIComponent(`
  import { writeFileSync } from 'node:fs';
  import { isMainThread } from 'node:worker_threads';
  if (isMainThread) process.on('exit', () => {
    writeFileSync(process.env.TIERCEL_TEST_PEAK, String(process.resourceUsage().maxRSS));
  });
`)}`;
