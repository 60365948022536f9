/*
 * Decodes keys of a YAML item the way Falco's reader does, with its words for what is wrong. Scalars
 * stay text: quoting is lost, and `=` or `yes` are what is written.
 */

import { isAlias, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import { parseTruth } from '../../base/truth.ts';
import type { DiagnosticCode } from '../../diagnostic/code/code.ts';
import type { Span } from '../../diagnostic/span.ts';
import type { ItemPlace, Location } from './item-place.ts';
import { LoadError } from './load-finding.ts';
import type { FilePlace, PlacedText } from './placed-text.ts';
import type { RulesDocument } from './rules-document.ts';

export interface NodeContext {
  readonly document: RulesDocument;
  readonly place: ItemPlace;
}

export interface Failure {
  readonly falcoCode?: string;
  readonly code?: DiagnosticCode;
  readonly message: string;
  /** For people, where it says more than Falco's message. */
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  /** In the document of the item. */
  readonly span?: Span;
  readonly at?: FilePlace | undefined;
}

export function fail(place: ItemPlace, failure: Failure): never {
  throw new LoadError([
    {
      falcoCode: failure.falcoCode ?? 'LOAD_ERR_YAML_VALIDATE',
      falcoMessage: failure.message,
      code: failure.code ?? 'RULE_SHAPE',
      message: failure.detail,
      place,
      at: failure.at ?? { documentName: place.documentName, span: failure.span ?? place.span },
      hint: failure.hint,
    },
  ]);
}

export function spanOf(node: Node | null | undefined): Span {
  const range = node?.range;
  return range ? { start: range[0], end: Math.max(range[1], range[0]) } : { start: 0, end: 0 };
}

export function innerPlace(
  place: ItemPlace,
  location: Omit<Location, 'offset'>,
  span: Span,
): ItemPlace {
  const locations = [...place.locations, { ...location, offset: span.start }];
  return { documentName: place.documentName, span, locations };
}

/** The first pair of that key: Falco reads the first of equal keys. */
export function findPair(map: YAMLMap, key: string): Pair<Node, Node | null> | undefined {
  return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key) as
    | Pair<Node, Node | null>
    | undefined;
}

export function hasKey(map: YAMLMap, key: string): boolean {
  return findPair(map, key) !== undefined;
}

export function resolveNode(
  node: Node | null | undefined,
  document: RulesDocument,
): Node | undefined {
  if (node === null || node === undefined) return undefined;
  return isAlias(node) ? document.resolveAlias(node) : node;
}

function isEmptyNode(node: Node | undefined): boolean {
  return node === undefined || (isScalar(node) && node.value === null);
}

/** A required, non-empty scalar. */
export function readText(map: YAMLMap, key: string, context: NodeContext): PlacedText {
  const pair = findPair(map, key);
  const { place, document } = context;
  if (pair === undefined) {
    fail(place, {
      message: `Item has no mapping for key '${key}'`,
      code: 'RULE_MISSING_KEY',
      hint: `add \`${key}:\``,
    });
  }
  const node = resolveNode(pair?.value, document);
  if (isEmptyNode(node) || document.isNull(node)) {
    fail(place, {
      message: `Mapping for key '${key}' is empty`,
      code: 'RULE_MISSING_KEY',
      span: spanOf(pair?.key),
    });
  }
  return readScalar(node, {
    document,
    place: innerPlace(place, { itemType: 'value for', itemName: key }, spanOf(node)),
  });
}

export function readScalar(node: Node | undefined, { document, place }: NodeContext): PlacedText {
  if (!isScalar(node)) fail(place, { message: 'Value is not a scalar value' });
  const text = document.placeScalar(node as Node);
  if (text.text === '') fail(place, { message: 'Value must be non-empty' });
  return text;
}

/** An optional scalar. */
export function readOptionalText(
  map: YAMLMap,
  key: string,
  context: NodeContext,
): PlacedText | undefined {
  const pair = findPair(map, key);
  if (pair === undefined) return undefined;
  const node = resolveNode(pair.value, context.document);
  if (isEmptyNode(node) || context.document.isNull(node))
    return fail(context.place, {
      message: `Mapping for key '${key}' is empty`,
      code: 'RULE_MISSING_KEY',
      span: spanOf(pair.key),
    });
  const place = innerPlace(context.place, { itemType: 'value for', itemName: key }, spanOf(node));
  return readScalar(node, { document: context.document, place });
}

/** An optional boolean in YAML 1.1 spelling. */
export function readOptionalBoolean(
  map: YAMLMap,
  key: string,
  context: NodeContext,
): boolean | undefined {
  const text = readOptionalText(map, key, context);
  if (text === undefined) return undefined;
  const word = text.text;
  const truth = parseTruth(word);
  if (truth !== undefined) return truth;
  const node = findPair(map, key)?.value;
  const place = innerPlace(context.place, { itemType: 'value for', itemName: key }, spanOf(node));
  return fail(place, {
    message: "Can't decode YAML scalar value",
    hint: `write \`${key}: true\` or \`${key}: false\``,
  });
}

/** An optional sequence of scalars. */
export function readTextSequence(
  map: YAMLMap,
  key: string,
  context: NodeContext,
): string[] | undefined {
  return readPlacedSequence(map, key, context)?.map(({ text }) => text);
}

export function readPlacedSequence(
  map: YAMLMap,
  key: string,
  context: NodeContext,
): PlacedText[] | undefined {
  const pair = findPair(map, key);
  if (pair === undefined) return undefined;
  const node = resolveNode(pair.value, context.document);
  const span = node === undefined ? spanOf(pair.key) : spanOf(node);
  const place = innerPlace(context.place, { itemType: 'value for', itemName: key }, span);
  if (!isSeq(node)) return fail(place, { message: 'Value is not a sequence' });
  return node.items.map((item) => {
    const value = resolveNode(item as Node, context.document);
    if (!isScalar(value) || context.document.isNull(value)) {
      const itemPlace = innerPlace(place, { itemType: 'list item', itemName: '' }, spanOf(value));
      return fail(itemPlace, { message: 'sequence value is not scalar' });
    }
    return context.document.placeScalar(value);
  });
}

/** An optional whole number, as Falco reads a `uint32`; the value itself is not used. */
export function checkOptionalNumber(map: YAMLMap, key: string, context: NodeContext): void {
  const text = readOptionalText(map, key, context);
  if (text === undefined || /^\d{1,10}$/.test(text.text)) return;
  const node = findPair(map, key)?.value;
  const place = innerPlace(context.place, { itemType: 'value for', itemName: key }, spanOf(node));
  fail(place, {
    message: "Can't decode YAML scalar value",
    detail: `expected a whole number, found \`${text.text}\``,
  });
}
