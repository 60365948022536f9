/*
 * Lists are text: their names are replaced in lists (one level) and in conditions, in the order of
 * definition, wherever the name stands between blanks, commas, parentheses or `=` (Falco, also in quotes).
 */

import type { ListItem, PlacedText } from './rule-item.ts';

/** So much text a condition may grow to: a bound for files from others. */
export const EXPANDED_SIZE_MAX = 4_000_000;

export interface ResolvedLists {
  /** In order of definition; items with names of visible lists replaced. */
  readonly lists: readonly { readonly name: string; readonly items: readonly string[] }[];
  readonly used: Set<string>;
}

export function resolveLists(all: Iterable<ListItem>): ResolvedLists {
  const byIndex = [...all].sort((a, b) => a.index - b.index);
  const byName = new Map(byIndex.map((list) => [list.name, list]));
  const used = new Set<string>();
  const lists = byIndex.map((list) => {
    const items: string[] = [];
    for (const item of list.items) {
      const inner = byName.get(item);
      if (inner !== undefined && inner.index < list.visibility) {
        used.add(inner.name);
        items.push(...inner.items);
      } else items.push(item);
    }
    return { name: list.name, items };
  });
  return { lists, used };
}

/** A word with a blank in it needs quotes, unless it has some. */
export function quoteItem(item: string): string {
  return item.includes(' ') && !/^["']/.test(item) ? `"${item}"` : item;
}

const DELIMITER_BEFORE = /[\s(),=]/;
const DELIMITER_AFTER = /[\s(),=]/;
const BLANK = /[ \t\n\r]/;

/** Replaces the names of all lists in a text; `undefined` when it grows beyond all bounds. */
export function substituteLists(text: PlacedText, resolved: ResolvedLists): PlacedText | undefined {
  let current = text;
  for (const { name, items } of resolved.lists) {
    if (name === '' || !current.text.includes(name)) continue;
    const replaced = substituteOne(current, name, items.map(quoteItem).join(', '));
    if (replaced !== current) resolved.used.add(name);
    current = replaced;
    if (current.text.length > EXPANDED_SIZE_MAX) return undefined;
  }
  return current;
}

function substituteOne(text: PlacedText, name: string, replacement: string): PlacedText {
  let at = text.text.indexOf(name);
  if (at === -1) return text;
  let source = text.text;
  let origins = text.origins;
  let isChanged = false;
  while (at !== -1) {
    const before = source[at - 1];
    const after = source[at + name.length];
    const isWhole =
      (before === undefined || DELIMITER_BEFORE.test(before)) &&
      (after === undefined || DELIMITER_AFTER.test(after));
    if (!isWhole) {
      at = source.indexOf(name, at + 1);
      continue;
    }
    isChanged = true;
    const range = widen(source, at, at + name.length, replacement === '');
    const inserted = replacement === '' ? ' ' : ` ${replacement} `;
    const origin = origins[at] ?? -1;
    source = source.slice(0, range.start) + inserted + source.slice(range.end);
    origins = [
      ...origins.slice(0, range.start),
      ...new Array<number>(inserted.length).fill(origin),
      ...origins.slice(range.end),
    ];
    at = source.indexOf(name, range.start + inserted.length);
  }
  return isChanged ? { text: source, origins, documentName: text.documentName } : text;
}

/** Blanks around the name go; for an empty list one comma beside it goes too. */
function widen(
  source: string,
  nameStart: number,
  nameEnd: number,
  isEmpty: boolean,
): { start: number; end: number } {
  let start = nameStart;
  let end = nameEnd;
  while (start > 0 && BLANK.test(source[start - 1] ?? '')) start -= 1;
  while (end < source.length && BLANK.test(source[end] ?? '')) end += 1;
  if (!isEmpty) return { start, end };
  if (source[start - 1] === ',') return { start: start - 1, end };
  if (source[end] === ',') return { start, end: end + 1 };
  return { start, end };
}
