/*
 * Everything collected so far → conditions without lists, exceptions and macros. Nothing is written to: what was read
 * stays, and the same items may be resolved again when there are more.
 */

import { parseParts } from '../syntax/parser.ts';
import { expandExceptions } from './exception-expander.ts';
import type { ItemPlace } from './item-place.ts';
import type { ItemProblem, ParsedText } from './item-problem.ts';
import {
  ALL_EXPANDED_SIZE_MAX,
  type ResolvedLists,
  resolveLists,
  substituteLists,
} from './list-resolver.ts';
import { MacroProblems } from './macro-problems.ts';
import { type PlacedText, placeInFile } from './placed-text.ts';
import { ALL_NODES_MAX, resolveCondition, sizeProblem, usesOf } from './resolve-macros.ts';
import type { ResolvedExpression } from './resolved-condition.ts';
import type { ListItem, MacroItem, RuleItem } from './rule-item.ts';

export interface ResolvedRule {
  readonly item: RuleItem;
  /** Without the parts that have problems; `undefined`: all parts have. */
  readonly condition: ResolvedExpression | undefined;
  readonly problems: readonly ItemProblem[];
}

export interface ResolvedItems {
  /** In the order in which they were defined; those of unknown sources are left out. */
  readonly rules: readonly ResolvedRule[];
  /** Problems in lists and macros. */
  readonly problems: readonly ItemProblem[];
  readonly unusedLists: readonly ListItem[];
  readonly unusedMacros: readonly MacroItem[];
}

export interface CollectedItems {
  readonly lists: ReadonlyMap<string, ListItem>;
  readonly macros: ReadonlyMap<string, MacroItem>;
  readonly rules: ReadonlyMap<string, RuleItem>;
  /** Names of items with errors, which are not among the others: a use of one is not wrong. */
  readonly broken: Readonly<Record<'list' | 'macro' | 'rule', ReadonlySet<string>>>;
}

export function resolveItems({ lists, macros, rules, broken }: CollectedItems): ResolvedItems {
  const resolvedLists = resolveLists(lists.values());
  const parser = new TextParser(resolvedLists);
  const { tooLarge } = resolvedLists;
  const ofLists: ItemProblem[] =
    tooLarge === undefined ? [] : [{ kind: 'lists-too-large', place: tooLarge.place }];
  const parsedMacros = inOrder(macros).map((item) => ({
    item,
    parsed: parser.parse(item.condition, item.place, 'macro condition'),
  }));
  const judged = new MacroProblems(parsedMacros, broken.macro);
  const parsedRules = inOrder(rules)
    .filter(({ isKnownSource }) => isKnownSource)
    .map((item) => ({ item, parsed: parseRule(item, parser) }));
  const resolved = resolveRules(parsedRules, judged);
  const texts = [...parsedMacros, ...parsedRules].flatMap(({ parsed }) => parsed.condition ?? []);
  const used = new Set(
    texts.flatMap(({ expression }) => usesOf(expression).map(({ name }) => name)),
  );
  return {
    rules: resolved,
    problems: [...ofLists, ...judged.ofMacros()],
    unusedLists: [...lists.values()].filter(({ name }) => !parser.usedLists.has(name)),
    unusedMacros: [...macros.values()].filter(({ name }) => !used.has(name)),
  };
}

function inOrder<Item extends { readonly index: number }>(
  items: ReadonlyMap<string, Item>,
): Item[] {
  return [...items.values()].sort((a, b) => a.index - b.index);
}

function parseRule(item: RuleItem, parser: TextParser): ParsedText {
  // Reported as missing.
  if (item.condition.text === '') return { condition: undefined, problems: [] };
  const expanded = expandExceptions(item);
  if (!('exception' in expanded)) return parser.parse(expanded, item.place, 'rule condition');
  const problem = { kind: 'exception' as const, place: item.place, ...expanded };
  const { condition, problems } = parser.parse(item.condition, item.place, 'rule condition');
  // Falco stops before it reads the condition.
  return { condition, problems: [problem, ...problems] };
}

function resolveRules(
  rules: readonly { readonly item: RuleItem; readonly parsed: ParsedText }[],
  macros: MacroProblems,
): ResolvedRule[] {
  const { table } = macros;
  let nodesLeft = ALL_NODES_MAX;
  return rules.map(({ item, parsed }) => {
    const { condition: text } = parsed;
    if (text === undefined) return { item, condition: undefined, problems: parsed.problems };
    const { resolved, problems } = resolveCondition(text, table);
    const ofMacros = problems.map((problem) => macros.inRule(problem, item, text.text));
    const found = [...parsed.problems, ...ofMacros];
    if (resolved === undefined) return { item, condition: undefined, problems: found };
    nodesLeft -= resolved.nodes;
    if (nodesLeft >= 0) return { item, condition: resolved.expression, problems: found };
    const tooLarge = macros.inRule(sizeProblem(text, table), item, text.text);
    return { item, condition: undefined, problems: [...found, tooLarge] };
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
  ): ParsedText {
    const substituted = substituteLists(condition, this.#lists);
    const offset = placeInFile(condition, { start: 0, end: 1 })?.span.start ?? place.span.start;
    const inner = { ...place, locations: [...place.locations, { itemType, itemName: '', offset }] };
    const tooLong = (isAlone: boolean): ParsedText => {
      const problem = { kind: 'text-too-long' as const, isAlone, place: inner };
      return { condition: undefined, problems: [problem] };
    };
    if (substituted === undefined) return tooLong(true);
    const { text, used } = substituted;
    for (const name of used) this.usedLists.add(name);
    this.#sizeLeft -= text.text.length;
    if (this.#sizeLeft < 0) return tooLong(false);
    const { expression, errors } = parseParts(text.text);
    return {
      condition: expression && { expression, text },
      problems: errors.map((error) => ({ kind: 'syntax', error, text, place: inner })),
    };
  }
}
