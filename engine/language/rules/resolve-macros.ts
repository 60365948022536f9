/*
 * Macros put in for their names. Each macro is resolved once and shared by all that use it, in an order in which none
 * waits for another; what a condition would come to is counted before it is built. Nothing here recurses over macros:
 * they may be nested thousands deep.
 */

import type { Span } from '../../diagnostic/span.ts';
import type { Expression } from '../syntax/ast.ts';
import { visitExpression } from '../syntax/visit.ts';
import type { PlacedText } from './placed-text.ts';
import type { MacroUse, ResolvedExpression } from './resolved-condition.ts';

/** Nodes that one condition may come to, and all conditions together. */
export const CONDITION_NODES_MAX = 200_000;
export const ALL_NODES_MAX = 800_000;
/** Levels of `not`, `and`, `or` and parentheses within each other. */
export const CONDITION_DEPTH_MAX = 500;

/** A condition as it was parsed. */
export interface ParsedCondition {
  readonly expression: Expression;
  /** With its lists put in: what the spans of its nodes count in. */
  readonly text: PlacedText;
}

export interface ParsedMacro extends ParsedCondition {
  readonly name: string;
  /** Position of its first definition among all items. */
  readonly index: number;
}

export interface MacroProblem {
  /** `size`: it would come to more than it may. */
  readonly kind: 'unknown' | 'loop' | 'size';
  readonly name: string;
  /** In the text of the condition or macro that has the problem. */
  readonly span: Span;
  /** Macros through which it leads to `name`. */
  readonly path: readonly string[];
}

interface Resolved {
  readonly expression: ResolvedExpression;
  readonly nodes: number;
  readonly depth: number;
  /** The latest `index` among the macros in it, with its own. */
  readonly lastIndex: number;
}

/** Why there is no resolved form: a reference that leads nowhere or in a circle, or its size. */
type Outcome = Resolved | 'broken' | 'size';

interface Entry {
  readonly macro: ParsedMacro;
  /** Macros that it names, in the order of its text. */
  readonly uses: readonly MacroUse[];
}

/** All macros of some rules, and what becomes of each. */
export interface MacroTable {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

/** Macros that a text names, in its order. */
export function usesOf(expression: Expression): MacroUse[] {
  const uses: MacroUse[] = [];
  visitExpression(expression, (node) => {
    if (node.kind === 'macro') uses.push({ name: node.name, span: node.span });
  });
  return uses;
}

export function resolveMacros(macros: readonly ParsedMacro[]): MacroTable {
  const entries = new Map(
    macros.map((macro): [string, Entry] => [macro.name, { macro, uses: usesOf(macro.expression) }]),
  );
  const outcomes = new Map<string, Outcome>();
  for (const name of entries.keys()) settle(name, entries, outcomes);
  return { entries, outcomes };
}

/** The outcome of one, and of all that it names before. */
function settle(
  first: string,
  entries: MacroTable['entries'],
  outcomes: Map<string, Outcome>,
): void {
  const waiting = [first];
  const open = new Set<string>();
  for (let name = waiting.at(-1); name !== undefined; name = waiting.at(-1)) {
    const entry = entries.get(name);
    if (entry === undefined || outcomes.has(name)) {
      waiting.pop();
      continue;
    }
    const missing = entry.uses.filter((one) => entries.has(one.name) && !outcomes.has(one.name));
    if (!open.has(name) && missing.length > 0) {
      open.add(name);
      for (const one of missing) if (!open.has(one.name)) waiting.push(one.name);
      continue;
    }
    waiting.pop();
    // The missing ones still wait for this one: a circle.
    const isInCircle = missing.length > 0;
    outcomes.set(name, isInCircle ? 'broken' : combine(entry.macro, entry.macro.index, outcomes));
  }
}

/** What is wrong with a macro itself, which sees those with a smaller index than `visibility`. */
export function problemsOfMacro(
  name: string,
  visibility: number,
  table: MacroTable,
): readonly MacroProblem[] {
  const entry = table.entries.get(name);
  if (entry === undefined) return [];
  if (table.outcomes.get(name) === 'size')
    return [{ kind: 'size', name, span: { start: 0, end: 1 }, path: [] }];
  return findProblems(entry.uses, { visibility, own: name }, table);
}

/** A condition without macros, and how many nodes it has. */
export interface ResolvedCondition {
  readonly expression: ResolvedExpression;
  readonly nodes: number;
}

/** The condition of a rule with all macros put in that can be, and what is wrong with the others. */
export function resolveCondition(
  condition: ParsedCondition,
  table: MacroTable,
): {
  readonly resolved: ResolvedCondition | undefined;
  readonly problems: readonly MacroProblem[];
} {
  const uses = usesOf(condition.expression);
  const all = { visibility: Number.POSITIVE_INFINITY, own: undefined };
  const problems = findProblems(uses, all, table);
  const unsound = new Set(
    uses.filter(({ name }) => !isSound(name, all.visibility, table)).map(({ name }) => name),
  );
  const expression =
    unsound.size === 0 ? condition.expression : withoutMacros(condition.expression, unsound);
  if (expression === undefined) return { resolved: undefined, problems };
  const part = { ...condition, expression };
  const outcome = combine(part, 0, table.outcomes);
  if (typeof outcome !== 'string') return { resolved: outcome, problems };
  return { resolved: undefined, problems: [...problems, sizeProblem(part, table)] };
}

/** `undefined`: nothing is left. */
function withoutMacros(expression: Expression, names: ReadonlySet<string>): Expression | undefined {
  switch (expression.kind) {
    case 'macro':
      return names.has(expression.name) ? undefined : expression;
    case 'not': {
      const operand = withoutMacros(expression.operand, names);
      return operand && { ...expression, operand };
    }
    case 'and':
    case 'or': {
      const operands = expression.operands.flatMap((one) => withoutMacros(one, names) ?? []);
      return operands.length === 0 ? undefined : { ...expression, operands };
    }
    default:
      return expression;
  }
}

/** Reports that a condition is too large, at the macro that makes it so if one does. */
export function sizeProblem({ expression }: ParsedCondition, table: MacroTable): MacroProblem {
  const uses = usesOf(expression);
  const where = uses.find(({ name }) => table.outcomes.get(name) === 'size') ?? uses[0];
  const span = where?.span ?? { start: 0, end: 1 };
  return { kind: 'size', name: where?.name ?? '', span, path: [] };
}

/** Its own nodes and those of the macros in it, whose outcomes are known. */
function combine(
  { expression, text }: ParsedCondition,
  index: number,
  outcomes: MacroTable['outcomes'],
): Outcome {
  let nodes = 0;
  let lastIndex = index;
  let isBroken = false;
  let isTooLarge = false;
  visitExpression(expression, (node) => {
    nodes += 1;
    if (node.kind !== 'macro') return;
    const outcome = outcomes.get(node.name) ?? 'broken';
    if (outcome === 'broken') isBroken = true;
    else if (outcome === 'size') isTooLarge = true;
    else {
      nodes += outcome.nodes;
      lastIndex = Math.max(lastIndex, outcome.lastIndex);
    }
  });
  if (isBroken) return 'broken';
  const depth = isTooLarge ? 0 : depthOf(expression, outcomes);
  if (isTooLarge || nodes > CONDITION_NODES_MAX || depth > CONDITION_DEPTH_MAX) return 'size';
  return { expression: replaced(expression, text, outcomes), nodes, depth, lastIndex };
}

function depthOf(expression: Expression, outcomes: MacroTable['outcomes']): number {
  if (expression.kind === 'macro') return resolvedOf(expression.name, outcomes).depth;
  if (expression.kind === 'not') return 1 + depthOf(expression.operand, outcomes);
  if (expression.kind !== 'and' && expression.kind !== 'or') return 1;
  let most = 0;
  for (const operand of expression.operands) most = Math.max(most, depthOf(operand, outcomes));
  return 1 + most;
}

function replaced(
  expression: Expression,
  text: PlacedText,
  outcomes: MacroTable['outcomes'],
): ResolvedExpression {
  const origin = { text, macro: undefined };
  switch (expression.kind) {
    case 'macro': {
      const { name, span } = expression;
      return { ...resolvedOf(name, outcomes).expression, macro: { name, span } };
    }
    case 'not': {
      const { span } = expression;
      return {
        ...origin,
        kind: 'not',
        operand: replaced(expression.operand, text, outcomes),
        span,
      };
    }
    case 'and':
    case 'or': {
      const operands = expression.operands.map((one) => replaced(one, text, outcomes));
      return { ...origin, kind: expression.kind, operands, span: expression.span };
    }
    default:
      return { ...expression, ...origin };
  }
}

function resolvedOf(name: string, outcomes: MacroTable['outcomes']): Resolved {
  const outcome = outcomes.get(name);
  if (outcome === undefined || typeof outcome === 'string')
    throw new Error(`macro ${name} is not resolved`);
  return outcome;
}

function isSound(name: string, visibility: number, { outcomes }: MacroTable): boolean {
  const outcome = outcomes.get(name);
  if (outcome === undefined || typeof outcome === 'string') return false;
  return outcome.lastIndex < visibility;
}

interface Viewer {
  readonly visibility: number;
  /** The macro whose text it is. */
  readonly own: string | undefined;
}

/** In the order of the text, one for each macro that it names. */
function findProblems(
  uses: readonly MacroUse[],
  viewer: Viewer,
  table: MacroTable,
): MacroProblem[] {
  const guilty = new Map<string, MacroUse>();
  for (const use of uses) {
    if (guilty.has(use.name) || isSound(use.name, viewer.visibility, table)) continue;
    guilty.set(use.name, use);
  }
  return [...guilty.values()].map((use) => followProblem(use, viewer, table));
}

/** Follows a use to the macro that is missing, closes a circle, or is too large. */
function followProblem(
  { name: first, span }: MacroUse,
  { visibility, own }: Viewer,
  table: MacroTable,
): MacroProblem {
  const { entries } = table;
  const seen = new Set(own === undefined ? [] : [own]);
  const path: string[] = [];
  for (let name = first; ; ) {
    const entry = entries.get(name);
    if (entry === undefined || entry.macro.index >= visibility)
      return { kind: 'unknown', name, span, path };
    if (seen.has(name)) return { kind: 'loop', name, span, path };
    seen.add(name);
    path.push(name);
    const next = entry.uses.find((one) => !isSound(one.name, visibility, table));
    // All that it names is sound, and it is not.
    if (next === undefined) return { kind: 'size', name, span, path };
    name = next.name;
  }
}
