/*
 * tiercel.yaml and -o options → keys that the schema has checked. What the file says is checked with
 * positions; what options make of it is checked again.
 */

import { readFileSync } from 'node:fs';
import { systemErrorText } from '../base/system-error.ts';
import { decodeText } from '../base/text.ts';
import { parseTruth } from '../base/truth.ts';
import {
  type Checked,
  createDiagnostic,
  type Diagnostic,
  type Label,
} from '../diagnostic/diagnostic.ts';
import { textsForTruths, validateAgainst } from '../diagnostic/schema/validate.ts';
import {
  type Path,
  readYamlDocument,
  type YamlDocument,
} from '../diagnostic/schema/yaml-document.ts';
import { createTextDocument } from '../diagnostic/text-document.ts';
import { type ExpandedYaml, keepSecretsIn, readExpandedYaml } from './expand-environment.ts';
import { findLosses } from './falco-keys.ts';
import { applyOption } from './option-override.ts';
import type { RawConfig } from './raw-config.ts';

export interface ReadConfig {
  readonly raw: RawConfig;
  /** The place of a value in the file; `undefined` when an option says it. */
  readonly labelOf: (path: Path) => Label | undefined;
}

export function readConfig(
  path: string | undefined,
  options: readonly string[],
): Checked<ReadConfig> {
  const yaml = path === undefined ? { ...readYamlDocument(EMPTY), unset: [] } : readFile(path);
  if ('code' in yaml) return { value: undefined, diagnostics: [yaml] };
  const unset = unsetVariables(yaml);
  if (yaml.errors.length === 0) readTruths(yaml.value);
  const wrong = [...syntaxErrors(yaml), ...(yaml.errors.length > 0 ? [] : schemaErrors(yaml))];
  if (wrong.length > 0) return { value: undefined, diagnostics: [...unset, ...wrong] };
  const raw = { ...(yaml.value as Record<string, unknown> | null) };
  const unfit = applyOptions(raw, options);
  if (unfit.length > 0) return { value: undefined, diagnostics: [...unset, ...unfit] };
  const labelOf = (at: Path): Label | undefined =>
    hasPath(yaml.value, at)
      ? { document: yaml.document, span: yaml.spanOf(at), text: 'here' }
      : undefined;
  const diagnostics = [...unset, ...unsupported(raw, yaml)];
  return { value: { raw: raw as RawConfig, labelOf }, diagnostics };
}

const EMPTY = createTextDocument('the command line', '{}');

function readFile(path: string): ExpandedYaml | Diagnostic {
  try {
    const text = decodeText(readFileSync(path));
    return withoutNothing(readExpandedYaml(path, text, process.env));
  } catch (error) {
    const reason = systemErrorText(error);
    const message = `cannot read the configuration ${path}: ${reason}`;
    return createDiagnostic('CONFIG_UNREADABLE', { message });
  }
}

/** Keys without a value, as where all entries are commented out, are as good as absent. */
function withoutNothing<Yaml extends YamlDocument>(yaml: Yaml): Yaml {
  const { value } = yaml;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return yaml;
  const entries = Object.entries(value).filter(([, one]) => one !== null);
  return { ...yaml, value: Object.fromEntries(entries) };
}

/** `yes`, `no`, `on`, `off` are truth values for Falco, whose YAML is of version 1.1. Changes the value in place. */
function readTruths(value: unknown): void {
  for (const path of textsForTruths('config', value)) {
    const key = path.pop() ?? '';
    const parent = path.reduce((at, step) => (at as Record<string, unknown>)[step], value);
    const fields = parent as Record<string, unknown>;
    fields[key] = parseTruth(String(fields[key])) ?? fields[key];
  }
}

function unsetVariables({ document, unset, ...yaml }: ExpandedYaml): Diagnostic[] {
  return unset.map(({ name, path }) =>
    createDiagnostic('CONFIG_VARIABLE_UNSET', {
      message: `the variable \`${name}\` is not set: \`\${${name}}\` is empty`,
      hint: `set it in the environment; \`$\${${name}}\` is the text itself`,
      primary: { document, span: yaml.spanOf(path), text: 'here' },
    }),
  );
}

function syntaxErrors({ document, errors }: YamlDocument): Diagnostic[] {
  return errors.map(({ message, span }) =>
    createDiagnostic('CONFIG_SYNTAX', { message, primary: { document, span, text: 'here' } }),
  );
}

function schemaErrors(yaml: YamlDocument): Diagnostic[] {
  const { document, value } = yaml;
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) {
    const message = 'a list, expected keys of a configuration';
    const hint = `if this is a rules file: \`tiercel validate ${document.name}\``;
    const primary = { document, span: yaml.spanOf([]), text: 'here' };
    return [createDiagnostic('CONFIG_SCHEMA', { message, hint, primary })];
  }
  return validateAgainst('config', yaml).map(({ message, span, hint }) =>
    createDiagnostic('CONFIG_SCHEMA', { message, hint, primary: { document, span, text: 'here' } }),
  );
}

/** Changes `raw` in place. */
function applyOptions(raw: Record<string, unknown>, options: readonly string[]): Diagnostic[] {
  if (options.length === 0) return [];
  const problems = options.flatMap((option) => applyOption(raw, option) ?? []);
  if (problems.length > 0) {
    return problems.map((message) => createDiagnostic('CONFIG_OPTION', { message }));
  }
  keepSecretsIn(raw);
  const overridden = readYamlDocument(createTextDocument('-o options', JSON.stringify(raw)));
  return validateAgainst('config', overridden).map(({ message, hint }) =>
    createDiagnostic('CONFIG_OPTION', { message: `-o: ${message}`, hint }),
  );
}

function unsupported(raw: Readonly<Record<string, unknown>>, yaml: YamlDocument): Diagnostic[] {
  return findLosses(raw).map(({ path, message, hint }) => {
    const primary = hasPath(yaml.value, path)
      ? { document: yaml.document, span: yaml.keySpanOf(path), text: 'here' }
      : undefined;
    const named = `\`${path.join('.')}\`: ${message}`;
    return createDiagnostic('CONFIG_NOT_SUPPORTED', { message: named, hint, primary });
  });
}

/** Whether the file says it; else it came from an option. */
function hasPath(value: unknown, path: Path): boolean {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) return false;
    current = (current as Record<string, unknown>)[step];
  }
  return current !== undefined;
}
