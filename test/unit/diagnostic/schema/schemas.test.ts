import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type SchemaName, validateAgainst } from '../../../../engine/diagnostic/schema/validate.ts';
import { validateAgainstSchema } from '../../../../engine/diagnostic/schema/validate-foreign.ts';
import { readYamlDocument } from '../../../../engine/diagnostic/schema/yaml-document.ts';
import { createTextDocument } from '../../../../engine/diagnostic/text-document.ts';
import { REPOSITORY } from '../../../support/run-program.ts';

function violations(schema: SchemaName | 'rules', text: string): string[] {
  const yaml = readYamlDocument(createTextDocument('test', text));
  expect(yaml.errors).toEqual([]);
  // Compiled here, so that the generated validators have something to be compared with.
  const compiled = JSON.parse(read(`schemas/${schema}.schema.json`)) as object;
  const verdict = validateAgainstSchema(compiled, yaml);
  if ('problem' in verdict) throw new Error(verdict.problem);
  const found = verdict.violations.map(({ message }) => message);
  if (schema !== 'rules') {
    expect(validateAgainst(schema, yaml).map(({ message }) => message)).toEqual(found);
  }
  return found;
}

const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');

describe('schemas', () => {
  it.each(['rules/aws_cloudtrail_rules.yaml', 'test/bench/rules-22.yaml'])('accept %s', (path) => {
    expect(violations('rules', read(path))).toEqual([]);
  });

  it.each(['cloudtrail', 'json'])('accept the manifest of %s', (name) => {
    expect(
      violations('plugin-manifest', read(`plugins-wasm/bundled/${name}/manifest.json`)),
    ).toEqual([]);
  });

  it('refuse a key of a rule that is misspelt', () => {
    const text = '- rule: R\n  desc: d\n  conditon: a\n  output: o\n  priority: INFO\n';
    expect(violations('rules', text).join()).toContain('unknown key `conditon`');
  });

  it('say what is wrong with a configuration', () => {
    expect(violations('config', 'rule_matching: 1\n')).toEqual([
      '`rule_matching` is 1, expected text',
      '`rule_matching` is 1, expected one of first, all',
    ]);
  });

  it('explain every key to editors', () => {
    const silent: string[] = [];
    const visit = (properties: Record<string, { description?: string }>, path: string): void => {
      for (const [key, value] of Object.entries(properties)) {
        if (value.description === undefined) silent.push(`${path}.${key}`);
      }
    };
    const rules = JSON.parse(read('schemas/rules.schema.json')) as {
      $defs: Record<string, { properties: Record<string, { description?: string }> }>;
    };
    for (const [name, { properties }] of Object.entries(rules.$defs)) visit(properties, name);
    for (const file of readdirSync(join(REPOSITORY, 'schemas')).filter((name) =>
      name.endsWith('.json'),
    )) {
      const schema = JSON.parse(read(`schemas/${file}`)) as { description?: string };
      if (schema.description === undefined) silent.push(file);
    }
    expect(silent).toEqual([]);
  });
});
