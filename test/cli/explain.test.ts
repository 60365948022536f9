/* `tiercel explain`, and the page of all codes that it makes. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DIAGNOSTIC_CODES } from '../../engine/diagnostic/code/code.ts';
import { diagnosticsPage } from '../../engine/diagnostic/explain.ts';
import { REPOSITORY, runProgram } from '../support/run-program.ts';

const explain = (...args: string[]) => runProgram(['explain', ...args]);

describe('tiercel explain', () => {
  it('says what a code means, in any case', async () => {
    const { code, stdout } = await explain('rule_none');
    expect(stdout).toMatch(/^RULE_NONE \(error\): no rule could match\n\n\S/);
    expect(code).toBe(0);
  });

  it('knows codes of Falco', async () => {
    const { stdout } = await explain('LOAD_UNKNOWN_SOURCE', '--json');
    const found: { code: string }[] = JSON.parse(stdout);
    expect(found.map(({ code }) => code)).toEqual(['RULE_UNKNOWN_SOURCE']);
  });

  it.each([
    ['RULE_NON', /unknown code `RULE_NON`\n {2}hint: did you mean `RULE_NONE`\?/],
    ['what\u001b[2J', /unknown code `what.*`\n {2}hint: `tiercel explain` lists all codes/],
  ])('refuses %j', async (name, said) => {
    const { code, stdout, stderr } = await explain('RULE_NONE', name);
    expect(stderr).toMatch(said);
    expect(stderr).not.toContain('\u001b');
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it('lists all codes', async () => {
    const { stdout } = await explain();
    const names = stdout
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(' ')[0]);
    expect(names).toEqual(Object.keys(DIAGNOSTIC_CODES).sort());
  });

  it('makes schemas/DIAGNOSTICS.md: `npm run reference`', () => {
    expect(readFileSync(join(REPOSITORY, 'schemas/DIAGNOSTICS.md'), 'utf8')).toBe(
      diagnosticsPage(),
    );
  });
});
