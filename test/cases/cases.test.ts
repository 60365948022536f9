/*
 * Behaviour as data: each YAML file below this folder is a list of cases. A case has `rules` (and perhaps a
 * `config`), and the `findings` that loading them has to give, one text each:
 *   severity CODE line:character message
 *   hint: …
 * `UPDATE=1` writes what was found into the files; the difference is reviewed like code.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseDocument } from 'yaml';
import { loadConfig } from '../../engine/config/load-config.ts';
import { DIAGNOSTIC_CODES } from '../../engine/diagnostic/code/code.ts';
import type { Diagnostic } from '../../engine/diagnostic/diagnostic.ts';
import { positionAt } from '../../engine/diagnostic/text-document.ts';
import { loadAll } from '../../engine/run/load/load-all.ts';
import { REPOSITORY } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

interface Case {
  readonly name: string;
  readonly rules?: string;
  readonly config?: string;
  readonly options?: readonly string[];
  readonly findings: readonly string[];
}

const folder = scratchFolder('cases');
const casesFolder = join(REPOSITORY, 'test/cases');
const files = readdirSync(casesFolder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .sort();

async function findingsOf({ rules, config, options }: Case): Promise<string[]> {
  const rulesFile = folder.write('rules.yaml', rules ?? '[]');
  const request = {
    configFile: config === undefined ? undefined : folder.write('tiercel.yaml', config),
    rulesFiles: rules === undefined ? [] : [rulesFile],
    options: options ?? [],
    plugin: undefined,
    openParams: undefined,
  };
  const { value, diagnostics } = loadConfig(request);
  const loaded = value === undefined ? [] : (await loadAll(value)).diagnostics;
  return [...diagnostics, ...loaded].map(textOf);
}

function textOf({ severity, code, message, primary, context, hint }: Diagnostic): string {
  const at = primary && positionAt(primary.document, primary.span.start);
  const name = primary && relative(folder.path, primary.document.name);
  const place =
    at === undefined ? '' : ` ${name === 'rules.yaml' ? '' : `${name} `}${at.line}:${at.character}`;
  const from = context.map(
    (label) => `\nfrom ${positionAt(label.document, label.span.start).line}: ${label.text}`,
  );
  const help = hint === undefined ? '' : `\nhint: ${hint}`;
  return `${severity} ${code}${place} ${message}${from.join('')}${help}`.replaceAll(
    `${folder.path}/`,
    '',
  );
}

const seen = new Set<string>();

describe.each(files)('%s', (file) => {
  const path = join(casesFolder, file);
  const cases = parse(readFileSync(path, 'utf8')) as Case[];

  it.each(cases.map((one) => [one.name, one] as const))('%s', async (name, one) => {
    const found = await findingsOf(one);
    for (const text of found) seen.add(text.split(' ')[1] ?? '');
    if (process.env.UPDATE === '1') update(path, name, found);
    else expect(found).toEqual(one.findings.map((text) => text.trimEnd()));
  });
});

function update(path: string, name: string, findings: readonly string[]): void {
  const document = parseDocument(readFileSync(path, 'utf8'));
  const index = (document.toJS() as Case[]).findIndex((one) => one.name === name);
  document.setIn([index, 'findings'], document.createNode(findings));
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
