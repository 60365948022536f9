/*
 * What stands twice where it counts once: Falco takes the first of two equal keys, and the last of two items with one
 * name, in silence. A rule that was copied and not renamed is a detection that is gone.
 */

import { isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import { positionAt } from '../../diagnostic/text-document.ts';
import type { ItemPlace } from './item-place.ts';
import type { ReadContext } from './read-context.ts';
import { hasKey, spanOf } from './yaml-item.ts';

const NAMED = ['rule', 'macro', 'list'] as const;

/** In the item and in the mappings below it. */
export function warnOfRepeatedKeys(node: unknown, place: ItemPlace, context: ReadContext): void {
  if (isSeq(node)) for (const one of node.items) warnOfRepeatedKeys(one, place, context);
  if (!isMap(node)) return;
  const seen = new Map<string, number>();
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : '';
    const span = spanOf(key as Node | null);
    const first = seen.get(name);
    if (first === undefined) seen.set(name, span.start);
    else {
      const message = `the key \`${name}\` is there twice; the first one counts (line ${lineOf(first, context)})`;
      const hint = 'remove one of them';
      const code = 'RULE_KEY_REPEATED';
      context.warn({ code, falcoCode: undefined, message, hint }, { ...place, span });
    }
    warnOfRepeatedKeys(value, place, context);
  }
}

/** Where the names of a file’s items stand; those that append or override change what is there. */
export class SeenNames {
  readonly #starts = new Map<string, number>();

  warnOfRepeated(map: YAMLMap, context: ReadContext): void {
    if (hasKey(map, 'append') || hasKey(map, 'override')) return;
    for (const kind of NAMED) {
      const pair = map.items.find(({ key }) => isScalar(key) && String(key.value) === kind);
      if (pair === undefined || !isScalar(pair.value)) continue;
      const name = String(pair.value.value);
      const span = spanOf(pair.value as Node);
      const first = this.#starts.get(`${kind} ${name}`);
      this.#starts.set(`${kind} ${name}`, span.start);
      if (first === undefined) continue;
      const message = `the ${kind} \`${name}\` replaces the one in line ${lineOf(first, context)}`;
      const hint = 'rename one of them, or change the other with `override`';
      const documentName = context.document.document.name;
      context.warn(
        { code: 'RULE_REPEATED', falcoCode: undefined, message, hint },
        { documentName, span, locations: [] },
      );
      return;
    }
  }
}

function lineOf(offset: number, { document }: ReadContext): number {
  return positionAt(document.document, offset).line;
}
