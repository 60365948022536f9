/*
 * Rules files against schemas/rules.schema.json, as Falco's validation has it beside its own checks: advice
 * that never makes a file invalid. Only `tiercel validate --json` asks for it.
 */

import { parseAllDocuments } from 'yaml';
import { validate } from '#generated/validate-rules';
import type { TextDocument } from '../text-document.ts';
import { createTextDocument } from '../text-document.ts';
import { violationsOf } from './validate.ts';
import { readYamlDocument } from './yaml-document.ts';
import { findExcess } from './yaml-excess.ts';

/** What the schema finds, in words; empty when the file follows it. */
export function rulesSchemaWarnings({ name, text }: TextDocument): string[] {
  const excess = findExcess(text);
  if (excess !== undefined) return [excess.message];
  const parsed = parseAllDocuments(text, { logLevel: 'silent' });
  const documents = Array.isArray(parsed) ? parsed : [];
  return documents.flatMap(({ range }) => {
    const part = createTextDocument(name, text.slice(range[0], range[2]));
    const yaml = readYamlDocument(part);
    if (yaml.errors.length > 0) return yaml.errors.map(({ message }) => message);
    if (yaml.value === null) return [];
    return violationsOf(validate, yaml).map(({ message }) => message);
  });
}
