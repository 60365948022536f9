/*
 * Everything collected so far → conditions without lists, exceptions and macros. Nothing is written to: what was read
 * stays, and the same items may be resolved again when there are more.
 */

import { didYouMean } from '../../base/did-you-mean.ts';
import { parseCondition } from '../syntax/parser.ts';
import { expandExceptions } from './exception-expander.ts';
import {
  ALL_EXPANDED_SIZE_MAX,
  type ResolvedLists,
  resolveLists,
  substituteLists,
} from './list-resolver.ts';
import {
  ALL_NODES_MAX,
  type MacroProblem,
  type MacroTable,
  type ParsedCondition,
  problemOfMacro,
  resolveCondition,
  resolveMacros,
  sizeProblem,
  usesOf,
} from './resolve-macros.ts';
import type { ResolvedExpression } from './resolved-condition.ts';
import type { ItemPlace, ListItem, MacroItem, PlacedText, RuleItem } from './rule-item.ts';

/** What is wrong with a text, or with all texts together. */
export type ItemProblem = { readonly place: ItemPlace } & (
  | { readonly kind: 'lists-too-large' }
  /** `isAlone`: the text itself, else all texts together. */
  | { readonly kind: 'text-too-long'; readonly isAlone: boolean }
  | { readonly kind: 'exception'; readonly message: string }
  | {
      readonly kind: 'syntax';
      /** In Falco's words. */
      readonly message: string;
      readonly offset: number;
      readonly text: PlacedText;
      /** Place of the macro or rule that has the text. */
      readonly ofItem: ItemPlace;
    }
  | {
      readonly kind: 'macro';
      readonly problem: MacroProblem;
      readonly text: PlacedText;
      /** A macro that there is, and whose name is like it. */
      readonly near: string | undefined;
    }
);

export interface ResolvedRule {
  readonly item: RuleItem;
  readonly condition: ResolvedExpression;
}

export interface ResolvedItems {
  /** In the order in which they were defined; those of unknown sources are left out. */
  readonly rules: readonly (ResolvedRule | ItemProblem)[];
  /** Problems in lists and macros. */
  readonly problems: readonly ItemProblem[];
  readonly unusedLists: readonly ListItem[];
  readonly unusedMacros: readonly MacroItem[];
}

export interface CollectedItems {
  readonly lists: ReadonlyMap<string, ListItem>;
  readonly macros: ReadonlyMap<string, MacroItem>;
  readonly rules: ReadonlyMap<string, RuleItem>;
}

export function resolveItems({ lists, macros, rules }: CollectedItems): ResolvedItems {
  const resolvedLists = resolveLists(lists.values());
  const parser = new TextParser(resolvedLists);
  const { tooLarge } = resolvedLists;
  const ofLists: ItemProblem[] =
    tooLarge === undefined ? [] : [{ kind: 'lists-too-large', place: tooLarge.place }];
  const parsedMacros = inOrder(macros).map((item) => ({
    item,
    parsed: parser.parse(item.condition, item.place, 'macro condition'),
  }));
  const sound = parsedMacros.flatMap(({ item, parsed }) =>
    'kind' in parsed ? [] : [{ ...parsed, name: item.name, index: item.index, item }],
  );
  const table = resolveMacros(sound);
  const toProblem = (problem: MacroProblem, place: ItemPlace, text: PlacedText): ItemProblem => {
    const near =
      problem.kind === 'unknown' ? didYouMean(problem.name, table.entries.keys()) : undefined;
    return { kind: 'macro', problem, place, text, near };
  };
  const ofMacros = sound.flatMap(({ item, text }) => {
    const problem = problemOfMacro(item.name, item.visibility, table);
    return problem === undefined ? [] : [toProblem(problem, item.place, text)];
  });
  const parsedRules = inOrder(rules)
    .filter(({ isKnownSource }) => isKnownSource)
    .map((item) => ({ item, parsed: parseRule(item, parser) }));
  const resolved = resolveRules(parsedRules, table, toProblem);
  const used = new Set(
    [...sound, ...parsedRules.flatMap(({ parsed }) => ('kind' in parsed ? [] : [parsed]))].flatMap(
      ({ expression }) => usesOf(expression).map(({ name }) => name),
    ),
  );
  return {
    rules: resolved,
    problems: [
      ...ofLists,
      ...parsedMacros.flatMap(({ parsed }) => ('kind' in parsed ? [parsed] : [])),
      ...ofMacros,
    ],
    unusedLists: [...lists.values()].filter(({ name }) => !parser.usedLists.has(name)),
    unusedMacros: [...macros.values()].filter(({ name }) => !used.has(name)),
  };
}

function inOrder<Item extends { readonly index: number }>(
  items: ReadonlyMap<string, Item>,
): Item[] {
  return [...items.values()].sort((a, b) => a.index - b.index);
}

function parseRule(item: RuleItem, parser: TextParser): ParsedCondition | ItemProblem {
  const expanded = expandExceptions(item);
  if ('message' in expanded) return { kind: 'exception', ...expanded };
  return parser.parse(expanded, item.place, 'rule condition');
}

function resolveRules(
  rules: readonly { readonly item: RuleItem; readonly parsed: ParsedCondition | ItemProblem }[],
  table: MacroTable,
  toProblem: (problem: MacroProblem, place: ItemPlace, text: PlacedText) => ItemProblem,
): (ResolvedRule | ItemProblem)[] {
  let nodesLeft = ALL_NODES_MAX;
  return rules.map(({ item, parsed }) => {
    if ('kind' in parsed) return parsed;
    const { text } = parsed;
    const resolved = resolveCondition(parsed, table);
    if ('kind' in resolved) return toProblem(resolved, item.place, text);
    nodesLeft -= resolved.nodes;
    if (nodesLeft < 0) return toProblem(sizeProblem(parsed, table), item.place, text);
    return { item, condition: resolved.expression };
  });
}

/** Parses one text after the other, with lists put in, and knows how much there may be of them still. */
class TextParser {
  readonly usedLists: Set<string>;
  readonly #lists: ResolvedLists;
  #sizeLeft = ALL_EXPANDED_SIZE_MAX;

  constructor(lists: ResolvedLists) {
    this.#lists = lists;
    this.usedLists = new Set(lists.used);
  }

  parse(
    condition: PlacedText,
    place: ItemPlace,
    itemType: 'macro condition' | 'rule condition',
  ): ParsedCondition | ItemProblem {
    const substituted = substituteLists(condition, this.#lists);
    const offset = condition.origins[0] ?? place.span.start;
    const inner = { ...place, locations: [...place.locations, { itemType, itemName: '', offset }] };
    if (substituted === undefined) return { kind: 'text-too-long', isAlone: true, place: inner };
    const { text, used } = substituted;
    for (const name of used) this.usedLists.add(name);
    this.#sizeLeft -= text.text.length;
    if (this.#sizeLeft < 0) return { kind: 'text-too-long', isAlone: false, place: inner };
    const result = parseCondition(text.text);
    if ('expression' in result) return { expression: result.expression, text };
    return { kind: 'syntax', ...result.error, text, place: inner, ofItem: place };
  }
}
