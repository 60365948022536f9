/*
 * Behaviour as data: each YAML file below this folder is a list of cases, with what goes in (`config`, `options`,
 * `rules`, `events`) and what has to come out: `findings`, `alerts`, `files` or `settings`, as test/support/case-runner
 * has them. `UPDATE=1` writes what was found into the files; the difference is reviewed like code.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseDocument } from 'yaml';
import { DIAGNOSTIC_CODES } from '../../engine/diagnostic/code/code.ts';
import { type Case, type Found, runCase } from '../support/case-runner.ts';
import { REPOSITORY } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder('cases');
const casesFolder = join(REPOSITORY, 'test/cases');
const files = readdirSync(casesFolder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .sort();

const EXPECTED = ['findings', 'alerts', 'files', 'settings'] as const;
const seen = new Set<string>();

describe.each(files)('%s', (file) => {
  const path = join(casesFolder, file);
  const cases = parse(readFileSync(path, 'utf8')) as Case[];

  it('has names that differ, and expects something of each case', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    const empty = cases.filter((one) => EXPECTED.every((key) => one[key] === undefined));
    expect(empty.map(({ name }) => name)).toEqual([]);
  });

  it.each(cases.map((one) => [one.name, one] as const))('%s', async (name, one) => {
    const found = await runCase(one, folder);
    for (const text of found.findings ?? []) seen.add(text.split(' ')[1] ?? '');
    if (process.env.UPDATE === '1') update(path, name, found);
    else expect(found).toEqual(expectationOf(one));
  });
});

function expectationOf(one: Case): Found {
  const expected = Object.fromEntries(
    EXPECTED.flatMap((key) => (one[key] === undefined ? [] : [[key, one[key]]])),
  ) as Found;
  const { findings } = expected;
  if (findings === undefined) return expected;
  return { ...expected, findings: findings.map((text) => text.trimEnd()) };
}

function update(path: string, name: string, found: Found): void {
  const document = parseDocument(readFileSync(path, 'utf8'));
  const index = (document.toJS() as Case[]).findIndex((one) => one.name === name);
  for (const [key, value] of Object.entries(found))
    document.setIn([index, key], document.createNode(value));
  writeFileSync(path, document.toString({ lineWidth: 0 }));
}

it('every code of rules, conditions and configurations has a case', () => {
  // These need a file that cannot be read, or are found by commands.
  const elsewhere = [
    'CONFIG_UNREADABLE',
    'RULE_FILE_UNREADABLE',
    'RULE_FOLDER_EMPTY',
    'CONFIG_FOUND',
    'RULE_NONE',
  ];
  const codes = Object.keys(DIAGNOSTIC_CODES).filter((code) =>
    /^(?:RULE|CONDITION|CONFIG)_/.test(code),
  );
  expect(codes.filter((code) => !seen.has(code) && !elsewhere.includes(code))).toEqual([]);
});
