import { isScalar, type Node, type YAMLMap } from 'yaml';
import type { ItemPlace } from './item-place.ts';
import { LoadError } from './load-finding.ts';
import { joinTexts, type PlacedText, placeInFile } from './placed-text.ts';
import type { ReadContext } from './read-context.ts';
import { readAppend, readOverride } from './read-override.ts';
import { fail, findPair, innerPlace, readPlacedSequence, readText, spanOf } from './yaml-item.ts';

const LIST_NAME = /^[^()"'\s=,]+$/;
const MACRO_NAME = /^[a-zA-Z]+[a-zA-Z0-9_]*$/;

/** Falco's place of an item: its kind and name as written, or no name when that is not readable. */
export function itemPlace(map: YAMLMap, itemType: string, key: string, root: ItemPlace): ItemPlace {
  const node = findPair(map, key)?.value;
  const itemName = isScalar(node) ? String(node.value ?? '') : '';
  return innerPlace(root, { itemType, itemName }, spanOf(map as Node));
}

export function readListItem(map: YAMLMap, root: ItemPlace, context: ReadContext): ItemPlace {
  const place = itemPlace(map, 'list', 'list', root);
  const { document, collector } = context;
  const name = readText(map, 'list', { document, place }).text;
  if (!LIST_NAME.test(name)) {
    const message = `List has an invalid name. List names should match a regular expression: ${LIST_NAME.source}`;
    context.warn(
      { code: 'RULE_NAME_UNUSUAL', falcoCode: 'LOAD_INVALID_LIST_NAME', message },
      place,
    );
  }
  const isAppend = readAppend(map, place, context);
  const placed = readPlacedSequence(map, 'items', { document, place });
  const items = placed?.map(({ text }) => text);
  if (placed === undefined || items === undefined) {
    const message = "Item has no mapping for key 'items'";
    return fail(place, { code: 'RULE_MISSING_KEY', message, hint: 'add `items: []`' });
  }
  const override = readOverride(
    map,
    place,
    {
      append: ['items'],
      replace: ['items'],
      free: ['list', 'override'],
    },
    context,
  );
  warnOfRepeatedItems(placed, place, context);
  if (!isAppend && override?.append.has('items') !== true) {
    warnOfReplaced('list', name, {
      known: override === undefined ? collector.lists.get(name) : undefined,
      place,
      context,
    });
    collector.defineList(name, place, items);
    return place;
  }
  const known = collector.lists.get(name);
  if (known === undefined) {
    if (collector.broken.list.has(name)) throw new LoadError([]);
    return fail(place, {
      falcoCode: 'LOAD_ERR_VALIDATE',
      code: 'RULE_TARGET_MISSING',
      message:
        "List uses 'append' or 'override.items: append' but no list by that name already exists",
    });
  }
  collector.defineList(name, known.place, [...known.items, ...items]);
  return place;
}

/** By a definition in a later file; two in one file are another finding. */
function warnOfReplaced(
  kind: 'list' | 'macro',
  name: string,
  {
    known,
    place,
    context,
  }: {
    readonly known: { readonly place: ItemPlace } | undefined;
    readonly place: ItemPlace;
    readonly context: ReadContext;
  },
): void {
  if (known === undefined || known.place.documentName === place.documentName) return;
  const message = `replaces the ${kind} \`${name}\` of ${known.place.documentName}`;
  const hint = `add \`override: {${kind === 'list' ? 'items' : 'condition'}: replace}\` if that is meant`;
  context.warn({ code: 'RULE_REPLACED', falcoCode: undefined, message, hint }, place);
}

function warnOfRepeatedItems(
  items: readonly PlacedText[],
  place: ItemPlace,
  context: ReadContext,
): void {
  const seen = new Set<string>();
  for (const item of items) {
    const { text } = item;
    if (seen.has(text)) {
      const message = `\`${text}\` is there twice`;
      const at = placeInFile(item, { start: 0, end: text.length }) ?? place;
      const warning = { code: 'RULE_ITEM_REPEATED', falcoCode: undefined, message } as const;
      context.warn(warning, { ...place, ...at });
    }
    seen.add(text);
  }
}

export function readMacroItem(map: YAMLMap, root: ItemPlace, context: ReadContext): ItemPlace {
  const place = itemPlace(map, 'macro', 'macro', root);
  const { document, collector } = context;
  const name = readText(map, 'macro', { document, place }).text;
  if (!MACRO_NAME.test(name)) {
    const message = `Macro has an invalid name. Macro names should match a regular expression: ${MACRO_NAME.source}`;
    context.warn(
      { code: 'RULE_NAME_UNUSUAL', falcoCode: 'LOAD_INVALID_MACRO_NAME', message },
      place,
    );
  }
  const isAppend = readAppend(map, place, context);
  const override = readOverride(
    map,
    place,
    {
      append: ['condition'],
      replace: ['condition'],
      free: ['macro', 'override'],
    },
    context,
  );
  const condition = readText(map, 'condition', { document, place });
  if (!isAppend && override?.append.has('condition') !== true) {
    const known = override === undefined ? collector.macros.get(name) : undefined;
    warnOfReplaced('macro', name, { known, place, context });
    collector.defineMacro(name, place, condition);
    return place;
  }
  const known = collector.macros.get(name);
  if (known === undefined) {
    if (collector.broken.macro.has(name)) throw new LoadError([]);
    return fail(place, {
      falcoCode: 'LOAD_ERR_VALIDATE',
      code: 'RULE_TARGET_MISSING',
      message:
        "Macro uses 'append' or 'override.condition: append' but no macro by that name already exists",
    });
  }
  collector.defineMacro(name, known.place, joinTexts(known.condition, condition));
  return place;
}
