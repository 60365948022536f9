import { isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import { didYouMean } from '../../base/did-you-mean.ts';
import { countOf } from '../../base/quantity.ts';
import {
  ALL_OPERATORS,
  LIST_OPERATORS,
  MODIFIERS,
  STRING_OPERATORS,
  STRING_SYMBOLS,
} from '../syntax/operators.ts';
import { operatorHint } from '../syntax/syntax-hint.ts';
import type { ItemPlace } from './item-place.ts';
import { PartReader } from './load-finding.ts';
import { type FilePlace, type PlacedText, placeInFile, plainText } from './placed-text.ts';
import type { FieldProblem, ReadContext } from './read-context.ts';
import type { PartialException } from './rule-collector.ts';
import type { ExceptionValue, RuleException } from './rule-item.ts';
import {
  type Failure,
  fail,
  findPair,
  innerPlace,
  readScalar,
  readText,
  resolveNode,
  spanOf,
} from './yaml-item.ts';

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
  const parts = new PartReader(context.onError);
  for (const item of node.items as (Node | null)[]) {
    const exception = parts.read(
      () => readException(item, { place, rulePlace, context }),
      undefined,
    );
    if (exception === undefined) continue;
    if (exceptions.some(({ name }) => name === exception.name)) {
      const message = `Multiple definitions of exception '${exception.name}' in the same rule`;
      const falcoCode = 'LOAD_EXCEPTION_NAME_NOT_UNIQUE';
      context.warn({ code: 'RULE_EXCEPTION_REPEATED', falcoCode, message }, exception.place);
    }
    exceptions.push(exception);
  }
  parts.end();
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
    hasFields: findPair(item, 'fields') !== undefined,
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
    context.warn({ code: 'RULE_UNKNOWN_KEY', falcoCode: undefined, message, hint }, at);
  }
}

function readWords(
  map: YAMLMap,
  key: string,
  place: ItemPlace,
  context: ReadContext,
): PlacedText | readonly PlacedText[] | undefined {
  const node = resolveNode(findPair(map, key)?.value, context.document);
  if (node === undefined || context.document.isNull(node)) return undefined;
  const inner = innerPlace(place, { itemType: 'value for', itemName: key }, spanOf(node));
  if (isScalar(node)) return readScalar(node, { document: context.document, place: inner });
  if (!isSeq(node)) return fail(inner, { message: 'Value is not a sequence' });
  return node.items.map((item) => {
    if (!isScalar(item)) return fail(inner, { message: 'sequence value is not scalar' });
    return context.document.placeScalar(item);
  });
}

function readValues(
  map: YAMLMap,
  place: ItemPlace,
  context: ReadContext,
): ExceptionValue[] | undefined {
  const pair = findPair(map, 'values');
  if (pair === undefined) return undefined;
  const node = resolveNode(pair.value, context.document);
  const span = node === undefined ? spanOf(pair.key) : spanOf(node);
  const inner = innerPlace(place, { itemType: 'exception values', itemName: '' }, span);
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
  // Falco takes what is neither a text nor a list for an empty text.
  if (value === undefined || context.document.isNull(value) || isMap(value)) return plainText('');
  if (isScalar(value)) return context.document.placeScalar(value);
  if (isSeq(value) && depth < VALUES_DEPTH_MAX) {
    const { documentName } = place;
    return {
      items: value.items.map((item) => readValue(item as Node, place, context, depth + 1)),
      place: { documentName, span: spanOf(value) },
    };
  }
  return fail(place, { message: 'Value is not a scalar value' });
}

/** The checks and defaults of a complete exception (Falco, `validate_exception_info`). */
export function completeException(
  exception: PartialException,
  checkField: ((text: string) => FieldProblem | undefined) | undefined,
): RuleException {
  const { name, place, fields } = exception;
  const wrong = (message: string, more: Partial<Failure> = {}): never =>
    fail(place, { falcoCode: 'LOAD_ERR_VALIDATE', code: 'RULE_EXCEPTION', message, ...more });
  if (fields === undefined) {
    const falcos = exception.hasFields
      ? { falcoCode: 'LOAD_ERR_VALIDATE', message: NO_FIELDS }
      : { falcoCode: 'LOAD_ERR_YAML_VALIDATE', message: "Item has no mapping for key 'fields'" };
    return wrong(falcos.message, {
      ...falcos,
      detail: 'the exception has no `fields`',
      hint: 'add `fields: [FIELD, …]`',
    });
  }
  const comparisons = completeComparisons(exception.comparisons, fields, wrong);
  for (const field of 'text' in fields ? [fields] : fields) {
    const problem = checkField?.(field.text);
    if (problem === undefined) continue;
    const at = placeInFile(field, { start: 0, end: field.text.length });
    const { falcoMessage = `'${field.text}' is not a supported filter field`, ...ours } = problem;
    wrong(falcoMessage, { ...ours, at });
  }
  return { name, place, fields, comparisons, values: exception.values ?? [] };
}

const NO_FIELDS = 'Rule exception item must have fields property with a list of fields';

type Wrong = (message: string, more?: Partial<Failure>) => never;

function completeComparisons(
  given: PlacedText | readonly PlacedText[] | undefined,
  fields: PlacedText | readonly PlacedText[],
  wrong: Wrong,
): PlacedText | readonly PlacedText[] {
  if ('text' in fields) return completeSingle(given, fields, wrong);
  const comparisons = given ?? fields.map(() => plainText('='));
  if ('text' in comparisons || comparisons.length !== fields.length) {
    const count = 'text' in comparisons ? 'one operator' : countOf(comparisons.length, 'operator');
    return wrong('Fields and comps lists must have equal length', {
      detail: `\`comps\` is ${count}, and \`fields\` a list of ${fields.length}`,
      hint: `write one operator for each field, as in \`comps: [${fields.map(() => '=').join(', ')}]\``,
      at: placeOfWords(comparisons),
    });
  }
  for (const comparison of comparisons) {
    const { text } = comparison;
    if (ALL_OPERATORS.includes(text) || hasModifier(text)) continue;
    wrong(`'${text}' is not a supported comparison operator`, {
      detail: `unknown operator \`${text}\` in \`comps\``,
      hint: operatorHint(text) ?? `operators are ${ALL_OPERATORS.join(', ')}`,
      at: placeOfWords(comparison),
    });
  }
  return comparisons;
}

function completeSingle(
  given: PlacedText | readonly PlacedText[] | undefined,
  field: PlacedText,
  wrong: Wrong,
): PlacedText {
  const comparison = given ?? plainText('in');
  if ('text' in comparison) {
    const { text } = comparison;
    if (SINGLE_COMPARISONS.includes(text) || hasModifier(text)) return comparison;
  }
  const written = 'text' in comparison ? `\`${comparison.text}\`` : 'a list';
  return wrong(
    'When fields is a single value, comps must be one of (in, pmatch, intersects) ' +
      'or a modifier operator (e.g. startswith oneof)',
    {
      detail: `\`comps\` is ${written}: with the single field \`${field.text}\` it has to take a list`,
      hint: `write \`in\`, \`pmatch\` or \`intersects\`; or \`fields: [${field.text}]\` with one list for each case`,
      at: placeOfWords(comparison),
    },
  );
}

function placeOfWords(words: PlacedText | readonly PlacedText[]): FilePlace | undefined {
  const first = 'text' in words ? words : words[0];
  return first && placeInFile(first, { start: 0, end: first.text.length });
}

/** An operator and a modifier, with one blank between. */
function hasModifier(comparison: string): boolean {
  const match = /^(\S+) (\S+)$/.exec(comparison);
  if (match === null) return false;
  const operators: readonly string[] = [...STRING_SYMBOLS, ...STRING_OPERATORS];
  return (
    operators.includes(match[1] ?? '') && (MODIFIERS as readonly string[]).includes(match[2] ?? '')
  );
}
