/*
 * Macros put in for their names. Each macro is resolved once and shared by all that use it, in an order in which none
 * waits for another; what a condition would come to is counted before it is built. Nothing here recurses over macros:
 * they may be nested thousands deep.
 */

import type { Expression } from '../filter/ast.ts';
import { visitExpression } from '../filter/visit.ts';

/** Nodes that one condition may come to, and all conditions together. */
export const CONDITION_NODES_MAX = 200_000;
export const ALL_NODES_MAX = 800_000;
/** Levels of `not`, `and`, `or` and parentheses within each other. */
export const CONDITION_DEPTH_MAX = 500;

export interface MacroProblem {
  /** `size`: it would come to more than it may. */
  readonly kind: 'unknown' | 'loop' | 'size';
  readonly name: string;
  /** Offset in the text of the condition or macro that names it. */
  readonly offset: number;
}

/** A condition as it was parsed. */
export interface ParsedMacro {
  readonly name: string;
  readonly expression: Expression;
  /** Position of its first definition among all items. */
  readonly index: number;
}

interface Reference {
  readonly name: string;
  readonly offset: number;
}

interface Unresolved extends ParsedMacro {
  readonly references: readonly Reference[];
}

interface Resolved {
  readonly expression: Expression;
  readonly nodes: number;
  readonly depth: number;
  /** The latest `index` among the macros in it, with its own. */
  readonly lastIndex: number;
}

/** Why there is no resolved form: a reference that leads nowhere or in a circle, or its size. */
type Outcome = Resolved | 'broken' | 'size';

export class MacroResolution {
  readonly used = new Set<string>();
  readonly #macros: ReadonlyMap<string, Unresolved>;
  readonly #outcomes = new Map<string, Outcome>();
  #nodesLeft = ALL_NODES_MAX;

  constructor(macros: readonly ParsedMacro[]) {
    this.#macros = new Map(
      macros.map((macro) => [macro.name, { ...macro, references: referencesOf(macro.expression) }]),
    );
    for (const name of this.#macros.keys()) this.#settle(name);
  }

  /** What is wrong with a macro itself, which sees those with a smaller index than `visibility`. */
  problemOf(name: string, visibility: number): MacroProblem | undefined {
    const macro = this.#macros.get(name);
    if (macro === undefined) return undefined;
    for (const reference of macro.references) this.#use(reference.name);
    const outcome = this.#outcomes.get(name);
    if (outcome === 'size') return { kind: 'size', name, offset: 0 };
    return this.#findProblem(macro.references, visibility, name);
  }

  /** The condition of a rule with all macros put in, or the first problem in it. */
  resolve(expression: Expression): Expression | MacroProblem {
    const references = referencesOf(expression);
    for (const { name } of references) this.#use(name);
    const problem = this.#findProblem(references, Number.POSITIVE_INFINITY, undefined);
    if (problem !== undefined) return problem;
    const result = this.#combine(expression, 0);
    const tooLarge = references.find(({ name }) => this.#outcomes.get(name) === 'size');
    const where = tooLarge ?? references[0] ?? { name: '', offset: 0 };
    if (typeof result === 'string') return { kind: 'size', ...where };
    this.#nodesLeft -= result.nodes;
    return this.#nodesLeft < 0 ? { kind: 'size', ...where } : result.expression;
  }

  #use(name: string): void {
    if (this.#macros.has(name)) this.used.add(name);
  }

  /** All that it refers to first. */
  #settle(first: string): void {
    const waiting = [first];
    const open = new Set<string>();
    while (waiting.length > 0) {
      const name = waiting.at(-1) ?? '';
      const macro = this.#macros.get(name);
      if (macro === undefined || this.#outcomes.has(name)) {
        waiting.pop();
        continue;
      }
      const missing = macro.references.filter(
        (one) => this.#macros.has(one.name) && !this.#outcomes.has(one.name),
      );
      if (!open.has(name) && missing.length > 0) {
        open.add(name);
        for (const one of missing) if (!open.has(one.name)) waiting.push(one.name);
        continue;
      }
      waiting.pop();
      // What is missing still waits for this one: a circle.
      this.#outcomes.set(
        name,
        missing.length > 0 ? 'broken' : this.#combine(macro.expression, macro.index),
      );
    }
  }

  /** Its own nodes and those of the macros in it, whose outcomes are known. */
  #combine(expression: Expression, index: number): Outcome {
    let nodes = 0;
    let lastIndex = index;
    let isBroken = false;
    let isTooLarge = false;
    visitExpression(expression, {
      expression: (node) => {
        nodes += 1;
        if (node.kind !== 'macro') return;
        const outcome = this.#outcomes.get(node.name) ?? 'broken';
        if (outcome === 'broken') isBroken = true;
        else if (outcome === 'size') isTooLarge = true;
        else {
          nodes += outcome.nodes;
          lastIndex = Math.max(lastIndex, outcome.lastIndex);
        }
      },
    });
    if (isBroken) return 'broken';
    const depth = isTooLarge ? 0 : this.#depthOf(expression);
    if (isTooLarge || nodes > CONDITION_NODES_MAX || depth > CONDITION_DEPTH_MAX) return 'size';
    return { expression: this.#replaced(expression), nodes, depth, lastIndex };
  }

  #depthOf(expression: Expression): number {
    if (expression.kind === 'macro') return this.#resolved(expression.name).depth;
    if (expression.kind === 'not') return 1 + this.#depthOf(expression.operand);
    if (expression.kind !== 'and' && expression.kind !== 'or') return 1;
    let most = 0;
    for (const operand of expression.operands) most = Math.max(most, this.#depthOf(operand));
    return 1 + most;
  }

  #replaced(expression: Expression): Expression {
    switch (expression.kind) {
      case 'macro':
        return this.#resolved(expression.name).expression;
      case 'not':
        return { ...expression, operand: this.#replaced(expression.operand) };
      case 'and':
      case 'or':
        return { ...expression, operands: expression.operands.map((one) => this.#replaced(one)) };
      default:
        return expression;
    }
  }

  #resolved(name: string): Resolved {
    const outcome = this.#outcomes.get(name);
    if (outcome === undefined || typeof outcome === 'string')
      throw new Error(`macro ${name} is not resolved`);
    return outcome;
  }

  /** The first problem in the order of the text, wherever it lies; its place is in the text of `references`. */
  #findProblem(
    references: readonly Reference[],
    visibility: number,
    own: string | undefined,
  ): MacroProblem | undefined {
    const guilty = references.find((one) => !this.#isSound(one.name, visibility));
    if (guilty === undefined) return undefined;
    const { offset } = guilty;
    const path = new Set(own === undefined ? [] : [own]);
    for (let name = guilty.name; ; ) {
      const macro = this.#macros.get(name);
      if (macro === undefined || macro.index >= visibility)
        return { kind: 'unknown', name, offset };
      if (path.has(name)) return { kind: 'loop', name, offset };
      path.add(name);
      const next = macro.references.find((one) => !this.#isSound(one.name, visibility));
      // All that it names is sound, and it is not.
      if (next === undefined) return { kind: 'size', name, offset };
      name = next.name;
    }
  }

  #isSound(name: string, visibility: number): boolean {
    const outcome = this.#outcomes.get(name);
    if (outcome === undefined || typeof outcome === 'string') return false;
    return outcome.lastIndex < visibility;
  }
}

export function isProblem(value: Expression | MacroProblem): value is MacroProblem {
  return value.kind === 'unknown' || value.kind === 'loop' || value.kind === 'size';
}

/** Macros that a text names, in its order. */
function referencesOf(expression: Expression): Reference[] {
  const references: Reference[] = [];
  visitExpression(expression, {
    expression: (node) => {
      if (node.kind === 'macro') references.push({ name: node.name, offset: node.span.start });
    },
  });
  return references;
}
