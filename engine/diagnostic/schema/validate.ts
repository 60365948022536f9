/*
 * JSON Schema in, findings with positions out: each violation says what was found, what was
 * expected, and what to type. Who calls turns them into diagnostics with codes of its own.
 */

import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { CONFIG_KEYS } from '#generated/config-keys';
import { validate as validateConfig } from '#generated/validate-config';
import { validate as validateLock } from '#generated/validate-lock';
import { validate as validateManifest } from '#generated/validate-plugin-manifest';
import { didYouMean } from '../../base/did-you-mean.ts';
import type { Span } from '../span.ts';
import type { Path, YamlDocument } from './yaml-document.ts';

export interface Violation {
  readonly message: string;
  readonly span: Span;
  readonly hint: string | undefined;
}

/** Schemas of `schemas/` that a start needs; they were compiled when the engine was built. */
const VALIDATORS = {
  config: validateConfig,
  lock: validateLock,
  'plugin-manifest': validateManifest,
} as const satisfies Record<string, ValidateFunction>;

export type SchemaName = keyof typeof VALIDATORS;

/** For each name of a key the mappings that it may stand in. */
type KeyPlaces = Readonly<Record<string, readonly string[]>>;
const KEY_PLACES: Readonly<Partial<Record<SchemaName, KeyPlaces>>> = { config: CONFIG_KEYS };
const PLACES_SHOWN = 3;

interface Description {
  /** Largest number of violations; those beyond are counted. */
  readonly most?: number | undefined;
  readonly places?: KeyPlaces | undefined;
}

/** Errors of the validator: the first ones are read, the others are counted. */
const ERRORS_MAX = 1_000;
const VIOLATIONS_MAX = 100;

/** Violations of one of the schemas in `schemas/`, outermost causes only; the last one counts those beyond `most`. */
export function validateAgainst(
  name: SchemaName,
  yaml: YamlDocument,
  most = VIOLATIONS_MAX,
): Violation[] {
  return violationsOf(VALIDATORS[name], yaml, { most, places: KEY_PLACES[name] });
}

/** Where texts stand for which the schema wants a truth value. */
export function textsForTruths(name: SchemaName, value: unknown): string[][] {
  const validate = VALIDATORS[name];
  if (validate(value)) return [];
  return (validate.errors ?? []).flatMap(({ keyword, params, data, instancePath }) =>
    keyword === 'type' && params.type === 'boolean' && typeof data === 'string'
      ? [toPath(instancePath).map(String)]
      : [],
  );
}

export function violationsOf(
  validate: ValidateFunction,
  yaml: YamlDocument,
  { most = VIOLATIONS_MAX, places = {} }: Description = {},
): Violation[] {
  if (validate(yaml.value)) return [];
  const errors = validate.errors ?? [];
  const described = describe(errors.slice(0, ERRORS_MAX), yaml, { most, places });
  const rest = described.rest + Math.max(0, errors.length - ERRORS_MAX);
  if (rest === 0) return described.violations;
  const more = { message: `${rest} more like these`, span: yaml.spanOf([]), hint: undefined };
  return [...described.violations, more];
}

function describe(
  errors: readonly ErrorObject[],
  yaml: YamlDocument,
  { most, places }: { readonly most: number; readonly places: KeyPlaces },
): { violations: Violation[]; rest: number } {
  const violations: Violation[] = [];
  const seen = new Set<string>();
  // The branches of anyOf and oneOf repeat what their own line says better.
  const repeated = ['if', 'anyOf', 'oneOf'];
  const told = nearestBranches(errors).filter(({ keyword }) => !repeated.includes(keyword));
  for (const error of told.slice(0, most)) {
    const violation = describeError(error, yaml, places);
    const key = `${violation.span.start} ${violation.message}`;
    if (!seen.has(key)) violations.push(violation);
    seen.add(key);
  }
  if (violations.length === 0) {
    for (const error of errors.slice(0, 1)) violations.push(describeError(error, yaml, places));
  }
  violations.sort((a, b) => a.span.start - b.span.start);
  return { violations, rest: Math.max(0, told.length - most) };
}

/** Among alternatives at one place, keeps only the errors of the one that nearly fits. */
function nearestBranches(errors: readonly ErrorObject[]): ErrorObject[] {
  let kept = [...errors];
  for (const { keyword, instancePath } of errors) {
    if (keyword !== 'anyOf' && keyword !== 'oneOf') continue;
    const branches = new Map<string, ErrorObject[]>();
    for (const error of kept) {
      const isInside = error.instancePath.startsWith(instancePath);
      if (!isInside || error.keyword === keyword) continue;
      const branch = branchOf(error.schemaPath);
      branches.set(branch, [...(branches.get(branch) ?? []), error]);
    }
    const nearest = [...branches.values()].sort((a, b) => distanceOf(a) - distanceOf(b))[0];
    const others = new Set([...branches.values()].filter((one) => one !== nearest).flat());
    kept = kept.filter((error) => !others.has(error));
  }
  return kept;
}

/** `#/$defs/rule/…` is one branch, `#/items/anyOf/0/…` another. */
function branchOf(schemaPath: string): string {
  return /^#\/\$defs\/[^/]+|^.*?\/(?:anyOf|oneOf)\/\d+/.exec(schemaPath)?.[0] ?? schemaPath;
}

/** A value of another kind is farther away than a missing key, and that than a key too many. */
function distanceOf(errors: readonly ErrorObject[]): number {
  const weights: Readonly<Record<string, number>> = { type: 100, required: 10 };
  return errors.reduce((sum, { keyword }) => sum + (weights[keyword] ?? 1), 0);
}

function describeError(error: ErrorObject, yaml: YamlDocument, places: KeyPlaces): Violation {
  const path = toPath(error.instancePath);
  const where = path.length === 0 ? 'the document' : `\`${shorten(path.join('.'))}\``;
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(params.additionalProperty);
      const known = Object.keys((error.parentSchema as { properties?: object })?.properties ?? {});
      return {
        message: `unknown key \`${shorten(key)}\` in ${where}`,
        span: yaml.keySpanOf([...path, key]),
        hint: keyHint(key, known, places),
      };
    }
    case 'required': {
      const key = String(params.missingProperty);
      return {
        message: `key \`${key}\` is missing in ${where}`,
        span: yaml.spanOf(path),
        hint: `add \`${key}:\``,
      };
    }
    case 'enum': {
      const allowed = (params.allowedValues as unknown[]).map(String);
      const near = didYouMean(String(error.data), allowed);
      return {
        message: `${where} is ${show(error.data)}, expected one of ${allowed.join(', ')}`,
        span: yaml.spanOf(path),
        hint: near === undefined ? undefined : `did you mean \`${near}\`?`,
      };
    }
    case 'pattern':
      return describePattern(error, where, yaml.spanOf(path));
    case 'type':
      return {
        message: `${where} is ${show(error.data)}, expected ${typesOf(params.type)}`,
        span: yaml.spanOf(path),
        hint: undefined,
      };
    default: {
      const what = describeLimit(error) ?? `which ${error.message ?? 'is not allowed'}`;
      return {
        message: `${where} is ${show(error.data)}, ${what}`,
        span: yaml.spanOf(path),
        hint: undefined,
      };
    }
  }
}

function keyHint(key: string, known: readonly string[], places: KeyPlaces): string {
  const elsewhere = Object.hasOwn(places, key) ? (places[key] ?? []) : [];
  if (elsewhere.length > 0) {
    const shown = elsewhere.slice(0, PLACES_SHOWN).map(placeText);
    return `\`${key}\` belongs ${shown.join(', or ')}`;
  }
  const near = didYouMean(key, known);
  return near === undefined ? `known keys: ${listed(known)}` : `did you mean \`${near}\`?`;
}

/** `streams[]` → in an entry of `streams`. */
function placeText(parent: string): string {
  if (parent === '') return 'at the top of the configuration';
  if (parent.endsWith('[]')) return `in an entry of \`${parent.slice(0, -2)}\``;
  return `in \`${parent}\``;
}

const TYPES: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  null: 'nothing',
  number: 'a number',
  object: 'a mapping',
  string: 'text',
};

function typesOf(written: unknown): string {
  const types: readonly unknown[] = Array.isArray(written) ? written : [written];
  return types.map((type) => TYPES[String(type)] ?? String(type)).join(' or ');
}

/** Limits of a schema: what there must be at least, or at most. */
function describeLimit({ keyword, params }: ErrorObject): string | undefined {
  const { limit } = params as { limit?: number };
  switch (keyword) {
    case 'minimum':
      return `expected ${limit} or more`;
    case 'maximum':
      return `expected ${limit} or less`;
    case 'minLength':
      return limit === 1 ? 'expected some text' : `expected ${limit} characters or more`;
    case 'maxLength':
      return `expected ${limit} characters or fewer`;
    case 'minItems':
      return `expected ${limit} entries or more`;
    case 'maxItems':
      return `expected ${limit} entries or fewer`;
    default:
      return undefined;
  }
}

function describePattern(error: ErrorObject, where: string, span: Span): Violation {
  // The message shows examples instead of the pattern: few people can read a pattern.
  const examples = ((error.parentSchema as { examples?: unknown[] })?.examples ?? []).map(String);
  const near = didYouMean(String(error.data), examples);
  const expected =
    examples.length === 0
      ? `, which ${error.message ?? 'is not allowed'}`
      : `, expected ${examples.length === 1 ? 'a form like' : 'one of'} ${examples.join(', ')}`;
  return {
    message: `${where} is ${show(error.data)}${expected}`,
    span,
    hint: near === undefined ? undefined : `did you mean \`${near}\`?`,
  };
}

const KEYS_SHOWN = 20;

function listed(keys: readonly string[]): string {
  const more = keys.length > KEYS_SHOWN ? `, … (${keys.length} in all)` : '';
  return keys.slice(0, KEYS_SHOWN).join(', ') + more;
}

const SHOWN_SIZE_MAX = 60;

function show(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = JSON.stringify(value) ?? String(value);
  return shorten(text);
}

function shorten(text: string): string {
  return text.length > SHOWN_SIZE_MAX ? `${text.slice(0, SHOWN_SIZE_MAX)}…` : text;
}

/** JSON pointer to path; numbers stay text, which is enough to find a node. */
function toPath(instancePath: string): Path {
  if (instancePath === '') return [];
  return instancePath
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
