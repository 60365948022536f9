import { isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import { didYouMean } from '../../base/did-you-mean.ts';
import {
  ALL_OPERATORS,
  LIST_OPERATORS,
  MODIFIERS,
  STRING_OPERATORS,
  STRING_SYMBOLS,
} from '../syntax/operators.ts';
import type { ReadContext } from './read-context.ts';
import type { PartialException } from './rule-collector.ts';
import type { ExceptionValue, ItemPlace, RuleException } from './rule-item.ts';
import { fail, findPair, innerPlace, readText, resolveNode, spanOf } from './yaml-item.ts';

const SINGLE_COMPARISONS: readonly string[] = LIST_OPERATORS;
const VALUES_DEPTH_MAX = 16;

/** The `exceptions` of a rule as written; `undefined`: the key is absent or empty. */
export function readExceptions(
  map: YAMLMap,
  rulePlace: ItemPlace,
  context: ReadContext,
): PartialException[] | undefined {
  const node = resolveNode(findPair(map, 'exceptions')?.value, context.document);
  if (node === undefined || context.document.isNull(node)) return undefined;
  const place = innerPlace(rulePlace, { itemType: 'exceptions', itemName: '' }, spanOf(node));
  if (!isSeq(node)) return fail(place, { message: 'Rule exceptions must be a sequence' });
  const exceptions: PartialException[] = [];
  for (const item of node.items as (Node | null)[]) {
    const exception = readException(item, { place, rulePlace, context });
    if (exceptions.some(({ name }) => name === exception.name)) {
      const message = `Multiple definitions of exception '${exception.name}' in the same rule`;
      context.warn({ falcoCode: 'LOAD_EXCEPTION_NAME_NOT_UNIQUE', message }, exception.place);
    }
    exceptions.push(exception);
  }
  return exceptions;
}

function readException(
  item: Node | null,
  where: { place: ItemPlace; rulePlace: ItemPlace; context: ReadContext },
): PartialException {
  const { document } = where.context;
  const span = spanOf(item);
  if (!isMap(item)) {
    const place = innerPlace(where.place, { itemType: 'exception', itemName: '' }, span);
    return fail(place, { message: 'Rule exception must be a mapping' });
  }
  const unnamed = innerPlace(where.place, { itemType: 'exception', itemName: '' }, span);
  const name = readText(item, 'name', { document, place: unnamed }).text;
  const place = innerPlace(where.rulePlace, { itemType: 'exception', itemName: name }, span);
  warnOfUnknownKeys(item, place, where.context);
  return {
    name,
    place,
    fields: readWords(item, 'fields', place, where.context),
    comparisons: readWords(item, 'comps', place, where.context),
    values: readValues(item, place, where.context),
  };
}

const KEYS = ['name', 'fields', 'comps', 'values'];

/** Falco reads over them: with `value` instead of `values` an exception excepts nothing. */
function warnOfUnknownKeys(map: YAMLMap, place: ItemPlace, context: ReadContext): void {
  for (const { key } of map.items) {
    const name = isScalar(key) ? String(key.value) : '';
    if (KEYS.includes(name)) continue;
    const near = didYouMean(name, KEYS);
    const message = `unknown key \`${name}\` in an exception`;
    const hint = near === undefined ? `keys are ${KEYS.join(', ')}` : `did you mean \`${near}\`?`;
    const at = { ...place, span: spanOf(key as Node | null) };
    context.warn({ falcoCode: undefined, message, hint }, at);
  }
}

function readWords(
  map: YAMLMap,
  key: string,
  place: ItemPlace,
  context: ReadContext,
): string | readonly string[] | undefined {
  const node = resolveNode(findPair(map, key)?.value, context.document);
  if (node === undefined || context.document.isNull(node)) return undefined;
  if (isScalar(node)) return context.document.placeScalar(node).text;
  const inner = innerPlace(place, { itemType: 'value for', itemName: key }, spanOf(node));
  if (!isSeq(node)) return fail(inner, { message: 'Value is not a sequence' });
  return node.items.map((item) => {
    if (!isScalar(item)) return fail(inner, { message: 'sequence value is not scalar' });
    return context.document.placeScalar(item).text;
  });
}

function readValues(
  map: YAMLMap,
  place: ItemPlace,
  context: ReadContext,
): ExceptionValue[] | undefined {
  const node = resolveNode(findPair(map, 'values')?.value, context.document);
  if (node === undefined || context.document.isNull(node)) return undefined;
  const inner = innerPlace(place, { itemType: 'exception values', itemName: '' }, spanOf(node));
  if (!isSeq(node)) return fail(inner, { message: 'Rule exception values must be a sequence' });
  return node.items.map((item) => readValue(item as Node, inner, context, 0));
}

function readValue(
  node: Node | undefined,
  place: ItemPlace,
  context: ReadContext,
  depth: number,
): ExceptionValue {
  const value = resolveNode(node, context.document);
  if (isScalar(value)) return context.document.placeScalar(value).text;
  if (isSeq(value) && depth < VALUES_DEPTH_MAX) {
    return value.items.map((item) => readValue(item as Node, place, context, depth + 1));
  }
  return fail(place, { message: 'Value is not a scalar value' });
}

/** The checks and defaults of a complete exception (Falco, `validate_exception_info`). */
export function completeException(
  exception: PartialException,
  isField: (text: string) => boolean,
): RuleException {
  const { name, place, fields } = exception;
  const wrong = (message: string): never =>
    fail(place, { falcoCode: 'LOAD_ERR_VALIDATE', code: 'RULE_EXCEPTION', message });
  if (fields === undefined) {
    return wrong('Rule exception item must have fields property with a list of fields');
  }
  const isSingle = typeof fields === 'string';
  const comparisons = completeComparisons(exception.comparisons, fields, wrong);
  for (const field of isSingle ? [fields] : fields) {
    if (!isField(field)) wrong(`'${field}' is not a supported filter field`);
  }
  return { name, place, fields, comparisons, values: exception.values ?? [] };
}

function completeComparisons(
  given: string | readonly string[] | undefined,
  fields: string | readonly string[],
  wrong: (message: string) => never,
): string | readonly string[] {
  if (typeof fields === 'string') {
    const comparison = given ?? 'in';
    const isAllowed =
      typeof comparison === 'string' &&
      (SINGLE_COMPARISONS.includes(comparison) || hasModifier(comparison));
    if (!isAllowed) {
      return wrong(
        'When fields is a single value, comps must be one of (in, pmatch, intersects) ' +
          'or a modifier operator (e.g. startswith oneof)',
      );
    }
    return comparison;
  }
  const comparisons = given ?? fields.map(() => '=');
  if (typeof comparisons === 'string' || comparisons.length !== fields.length) {
    return wrong('Fields and comps lists must have equal length');
  }
  for (const comparison of comparisons) {
    const isKnown = ALL_OPERATORS.includes(comparison) || hasModifier(comparison);
    if (!isKnown) wrong(`'${comparison}' is not a supported comparison operator`);
  }
  return comparisons;
}

function hasModifier(comparison: string): boolean {
  const match = /^(\S+)\s+(\S+)$/.exec(comparison);
  if (match === null) return false;
  const operators: readonly string[] = [...STRING_SYMBOLS, ...STRING_OPERATORS];
  return (
    operators.includes(match[1] ?? '') && (MODIFIERS as readonly string[]).includes(match[2] ?? '')
  );
}
