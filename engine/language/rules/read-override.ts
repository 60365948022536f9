import { isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import { didYouMean } from '../../base/did-you-mean.ts';
import type { ItemPlace } from './item-place.ts';
import { PartReader } from './load-finding.ts';
import type { ReadContext, Warning } from './read-context.ts';
import { fail, findPair, hasKey, innerPlace, readOptionalBoolean, spanOf } from './yaml-item.ts';

export interface OverrideRules {
  readonly append: readonly string[];
  readonly replace: readonly string[];
  /** Keys that need no entry: the item's name and `override` itself. */
  readonly free: readonly string[];
}

export interface Override {
  readonly append: ReadonlySet<string>;
  readonly replace: ReadonlySet<string>;
}

const APPEND_DEPRECATED: Warning = {
  code: 'RULE_DEPRECATED',
  falcoCode: 'LOAD_DEPRECATED_ITEM',
  message:
    "'append' key is deprecated. Add an 'append' entry (e.g. 'condition: append') under 'override' instead.",
};

const LIST_AS_MAP = {
  falcoCode: 'LOAD_ERR_VALIDATE',
  message:
    'invalid node; this may result from using a map iterator as a sequence iterator, or vice-versa',
};

/** `append: true`, with Falco's warning; together with `override` it is an error. */
export function readAppend(map: YAMLMap, place: ItemPlace, context: ReadContext): boolean {
  const isAppend = readOptionalBoolean(map, 'append', { document: context.document, place });
  if (isAppend !== true) return false;
  context.warn(APPEND_DEPRECATED, place);
  if (hasKey(map, 'override')) {
    fail(place, {
      code: 'RULE_OVERRIDE',
      message:
        "Keys 'override' and 'append: true' cannot be used together. " +
        "Add an 'append' entry (e.g. 'condition: append') under 'override' instead.",
    });
  }
  return true;
}

/** The `override` mapping of an item, or `undefined`. */
export function readOverride(
  map: YAMLMap,
  place: ItemPlace,
  rules: OverrideRules,
  context: ReadContext,
): Override | undefined {
  const node = findPair(map, 'override')?.value;
  if (isSeq(node)) {
    const rootPlace = { ...place, locations: place.locations.slice(0, 1) };
    const detail = '`override` is a list';
    const hint = 'write a mapping, such as `override: {condition: append}`';
    const span = spanOf(node);
    const code = 'RULE_OVERRIDE';
    return fail(rootPlace, { ...LIST_AS_MAP, code, detail, hint, span });
  }
  if (node === undefined || !isMap(node) || node.items.length === 0) return undefined;
  const overridesPlace = innerPlace(place, { itemType: 'overrides', itemName: '' }, place.span);
  const append = new Set<string>();
  const replace = new Set<string>();
  const parts = new PartReader(context.onError);
  for (const pair of node.items) {
    const key = String((pair.key as { value?: unknown } | null)?.value ?? '');
    const span = spanOf(pair.key as Node | null);
    const operation = isScalar(pair.value) ? String(pair.value.value) : '';
    const entry = { key, operation, span, node: pair.value as Node | null };
    parts.read(() => checkOperation(entry, overridesPlace, rules), undefined);
    if (operation === 'append') append.add(key);
    else replace.add(key);
  }
  const known = new Set([...rules.append, ...rules.replace]);
  for (const pair of map.items)
    parts.read(
      () => checkCounterpart(pair, place, { free: rules.free, known, append, replace }),
      undefined,
    );
  for (const [operation, keys] of [
    ['append', append],
    ['replace', replace],
  ] as const) {
    for (const key of keys) {
      const isTwice = operation === 'replace' && append.has(key);
      if (hasKey(map, key) && !isTwice) continue;
      const message = `An ${operation} override for '${key}' was specified but '${key}' is not defined`;
      const detail = isTwice
        ? `\`${key}\` is both appended and replaced`
        : `\`override\` names \`${key}\`, which the item does not have`;
      const hint = isTwice ? 'remove one of the two entries' : `add \`${key}:\` to the item`;
      parts.read(() => fail(place, { code: 'RULE_OVERRIDE', message, detail, hint }), undefined);
    }
  }
  parts.end();
  return { append, replace };
}

function checkOperation(
  entry: { key: string; operation: string; span: ItemPlace['span']; node: Node | null },
  place: ItemPlace,
  rules: OverrideRules,
): void {
  const { key, operation, span } = entry;
  const canAppend = rules.append.includes(key);
  const canReplace = rules.replace.includes(key);
  const allowed = `${canAppend ? 'append ' : ''}${canReplace ? 'replace ' : ''}`;
  const keyPlace = innerPlace(place, { itemType: 'overrides', itemName: key }, span);
  if (operation === 'append' && !canAppend) {
    fail(keyPlace, {
      code: 'RULE_OVERRIDE',
      message: `Key '${key}' cannot be appended to, use 'replace' instead`,
    });
  }
  if (operation === 'replace' && !canReplace) {
    fail(keyPlace, { code: 'RULE_OVERRIDE', message: `Key '${key}' cannot be replaced` });
  }
  if (operation !== 'append' && operation !== 'replace') {
    const valuePlace = innerPlace(
      place,
      { itemType: 'value for', itemName: key },
      spanOf(entry.node),
    );
    const near = didYouMean(operation, ['append', 'replace']);
    fail(valuePlace, {
      code: 'RULE_OVERRIDE',
      message: `Invalid override operation for key '${key}': '${operation}'. Allowed values are: ${allowed}`,
      ...(near === undefined ? {} : { hint: `did you mean \`${near}\`?` }),
    });
  }
}

/** Data keys without an entry under `override` are an error. */
function checkCounterpart(
  pair: YAMLMap['items'][number],
  place: ItemPlace,
  keys: Override & Pick<OverrideRules, 'free'> & { readonly known: ReadonlySet<string> },
): void {
  const key = String((pair.key as { value?: unknown } | null)?.value ?? '');
  const isOverridden = keys.append.has(key) || keys.replace.has(key);
  if (keys.free.includes(key) || isOverridden || !keys.known.has(key)) return;
  const span = spanOf(pair.key as Node | null);
  fail(innerPlace(place, { itemType: 'overrides', itemName: key }, span), {
    code: 'RULE_OVERRIDE',
    message: `Unexpected key '${key}': no corresponding entry under 'override' is defined.`,
    hint: `add \`${key}: replace\` under \`override\``,
  });
}
