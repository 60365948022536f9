/*
 * Lists are text: their names are replaced in lists (one level) and in conditions, in the order of
 * definition, wherever the name stands between blanks, commas, parentheses or `=` (Falco, also in quotes).
 */

import { type PlacedText, placeInFile, TextBuilder } from './placed-text.ts';
import type { ListItem } from './rule-item.ts';

/** So much text a condition may grow to, and all together: a bound for files from others. */
export const EXPANDED_SIZE_MAX = 4_000_000;
export const ALL_EXPANDED_SIZE_MAX = 20_000_000;
/** Items of all lists, with those of lists in lists. */
export const LIST_ITEMS_MAX = 2_000_000;

export interface ResolvedLists {
  /** In order of definition; items with names of visible lists replaced. */
  readonly lists: readonly { readonly name: string; readonly items: readonly string[] }[];
  /** Names of lists that stand in other lists. */
  readonly used: ReadonlySet<string>;
  /** The first list with which there are more items than allowed; it keeps only its own. */
  readonly tooLarge: ListItem | undefined;
}

export function resolveLists(all: Iterable<ListItem>): ResolvedLists {
  const byIndex = [...all].sort((a, b) => a.index - b.index);
  const byName = new Map(byIndex.map((list) => [list.name, list]));
  const used = new Set<string>();
  let itemsLeft = LIST_ITEMS_MAX;
  let tooLarge: ListItem | undefined;
  const lists = byIndex.map((list) => {
    const items: string[] = [];
    for (const item of list.items) {
      const inner = byName.get(item);
      if (inner === undefined || inner.index >= list.visibility) {
        items.push(item);
        continue;
      }
      used.add(inner.name);
      itemsLeft -= inner.items.length;
      if (itemsLeft < 0) tooLarge ??= list;
      else for (const one of inner.items) items.push(one);
    }
    return { name: list.name, items };
  });
  return { lists, used, tooLarge };
}

/** A word with a blank in it needs quotes, unless it has some. */
export function quoteItem(item: string): string {
  return item.includes(' ') && !/^["']/.test(item) ? `"${item}"` : item;
}

/** Falco: no comma before the first item that is not empty. */
function joinItems(items: readonly string[]): string {
  let text = '';
  for (const item of items) text += text === '' ? quoteItem(item) : `, ${quoteItem(item)}`;
  return text;
}

const DELIMITER = /[\s(),=]/;
const BLANK = /[ \t\n\r]/;

/** A text with its lists put in, and which those are. */
export interface SubstitutedText {
  readonly text: PlacedText;
  readonly used: readonly string[];
}

/** Replaces the names of all lists in a text; `undefined` when it grows beyond all bounds. */
export function substituteLists(
  text: PlacedText,
  { lists }: ResolvedLists,
): SubstitutedText | undefined {
  const used: string[] = [];
  let current = text;
  for (const { name, items } of lists) {
    if (name === '' || !current.text.includes(name)) continue;
    const replaced = substituteOne(current, name, joinItems(items));
    if (replaced === undefined) return undefined;
    if (replaced !== current) used.push(name);
    current = replaced;
  }
  return { text: current, used };
}

function substituteOne(
  text: PlacedText,
  name: string,
  replacement: string,
): PlacedText | undefined {
  const { text: source } = text;
  const written = new TextBuilder();
  let isChanged = false;
  let from = 0;
  for (let at = source.indexOf(name); at !== -1; at = source.indexOf(name, from)) {
    const end = at + name.length;
    const before = at === from ? (written.lastCharacter ?? source[at - 1]) : source[at - 1];
    const isWhole = isDelimiter(before) && isDelimiter(source[end]);
    if (!isWhole) {
      written.append(text, from, at + 1);
      from = at + 1;
      continue;
    }
    isChanged = true;
    written.append(text, from, at);
    from = end;
    while (from < source.length && BLANK.test(source[from] ?? '')) from += 1;
    dropBlanks(written);
    // With an empty list, one comma beside it goes too.
    if (replacement === '' && !dropComma(written) && source[from] === ',') from += 1;
    const place = placeInFile(text, { start: at, end });
    written.insert(replacement === '' ? ' ' : ` ${replacement} `, place);
    if (written.size > EXPANDED_SIZE_MAX) return undefined;
  }
  if (!isChanged) return text;
  written.append(text, from);
  return written.size > EXPANDED_SIZE_MAX ? undefined : written.toText();
}

function dropBlanks(written: TextBuilder): void {
  for (
    let last = written.lastCharacter;
    last !== undefined && BLANK.test(last);
    last = written.lastCharacter
  )
    written.dropLast();
}

/** Whether there was one. */
function dropComma(written: TextBuilder): boolean {
  if (written.lastCharacter !== ',') return false;
  written.dropLast();
  return true;
}

function isDelimiter(character: string | undefined): boolean {
  return character === undefined || DELIMITER.test(character);
}
