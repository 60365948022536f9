import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { REPOSITORY, runProgram } from '../support/run-program.ts';

/** Answers of a real Falco; prepared beside the repository, and not part of it. */
const CASES = join(REPOSITORY, '../shared/conformance');
const folder = mkdtempSync(join(tmpdir(), 'tiercel-conformance-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Expected {
  readonly rule: string;
  readonly 'evt.num': number;
  readonly priority: string;
  readonly output: string;
}

function readLines<Row>(path: string): Row[] {
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Row);
}

describe('the published CloudTrail rules, unmodified', () => {
  const all = ['rules[].enable.rule=*', 'rules[].disable.rule=All Cloudtrail Events'];
  const runs: [name: string, options: string[]][] = [
    ['upstream.jsonl', []],
    ['upstream.all-enabled.jsonl', all],
    ['upstream.first.jsonl', ['rule_matching=first', ...all]],
  ];
  it.each(runs)('give exactly the alerts of %s', async (name, options) => {
    const events = join(folder, 'events.jsonl');
    writeFileSync(events, gunzipSync(readFileSync(join(CASES, 'upstream/events.jsonl.gz'))));
    const args = ['run', 'cloudtrail', events, '-c', join(CASES, 'config.yaml')];
    args.push('-r', join(CASES, 'upstream/aws_cloudtrail_rules.yaml'));
    const { stdout } = await runProgram([...args, ...options.flatMap((option) => ['-o', option])]);
    const alerts = stdout
      .trim()
      .split('\n')
      .map((line) => {
        const alert = JSON.parse(line) as Expected & { output_fields: { 'evt.num': number } };
        return [alert.output_fields['evt.num'], alert.rule, alert.priority, alert.output];
      });
    const wanted = readLines<Expected>(join(CASES, name)).map((row) => {
      return [row['evt.num'], row.rule, row.priority, row.output];
    });
    const sorted = (rows: unknown[][]): string[] => rows.map((row) => JSON.stringify(row)).sort();
    expect(sorted(alerts)).toEqual(sorted(wanted));
  });

  it('load without a warning that Falco would not give', async () => {
    const rules = join(CASES, 'upstream/aws_cloudtrail_rules.yaml');
    const { code, stdout } = await runProgram(['validate', '--json', rules]);
    const { falco_load_results: results } = JSON.parse(stdout) as {
      falco_load_results: { successful: boolean; warnings: object[] }[];
    };
    expect(code).toBe(0);
    expect(results.map(({ successful, warnings }) => [successful, warnings])).toEqual([[true, []]]);
  });
});
