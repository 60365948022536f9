/*
 * A condition as it is after lists and macros were put in: no node stands for another text any more, and each knows
 * the text that its span counts in and, where it stands for a macro, what it stands for.
 */

import type { Span } from '../../diagnostic/span.ts';
import type { Expression, Operand, Word } from '../syntax/ast.ts';
import { visitOperand } from '../syntax/visit.ts';
import type { PlacedText } from './placed-text.ts';

/** Where a condition or macro names a macro. */
export interface MacroUse {
  readonly name: string;
  /** In the text that names it. */
  readonly span: Span;
}

interface Origin {
  /** Text of the rule, or of a macro that it uses, with lists put in. */
  readonly text: PlacedText;
  /** The macro that this node is all of, in the text around it; `undefined`: it stands for itself. */
  readonly macro: MacroUse | undefined;
}

type Leaf = Extract<Expression, { kind: 'exists' | 'compare' }>;

export type ResolvedExpression = Origin &
  (
    | {
        readonly kind: 'and' | 'or';
        readonly operands: readonly ResolvedExpression[];
        readonly span: Span;
      }
    | { readonly kind: 'not'; readonly operand: ResolvedExpression; readonly span: Span }
    | Leaf
  );

/** A test of a field, with what is around it. */
export type ResolvedLeaf = Origin & Leaf;

/** The macros that lead to a node of a rule, outermost first. */
export type MacroPath = readonly MacroUse[];

/** The path to a node, when there was this one to the node around it. */
export function pathTo({ macro }: Origin, around: MacroPath): MacroPath {
  return macro === undefined ? around : [...around, macro];
}

/** Every test of a field in a condition, in the order in which they stand there. */
export function visitLeaves(
  expression: ResolvedExpression,
  visit: (leaf: ResolvedLeaf, path: MacroPath) => void,
  around: MacroPath = [],
): void {
  const path = pathTo(expression, around);
  switch (expression.kind) {
    case 'and':
    case 'or':
      for (const operand of expression.operands) visitLeaves(operand, visit, path);
      break;
    case 'not':
      visitLeaves(expression.operand, visit, path);
      break;
    case 'exists':
    case 'compare':
      visit(expression, path);
      break;
    default:
      expression satisfies never;
  }
}

/** The operands on both sides of a test, inner ones after those around them. */
export function operandsOf(leaf: Leaf): Operand[] {
  const operands: Operand[] = [];
  const add = (operand: Operand): unknown => operands.push(operand);
  visitOperand(leaf.left, add);
  if (leaf.kind === 'compare' && leaf.right.kind === 'operand')
    visitOperand(leaf.right.operand, add);
  return operands;
}

/** An operand and those within it. */
export function operandsIn(operand: Operand): Operand[] {
  const operands: Operand[] = [];
  visitOperand(operand, (one) => operands.push(one));
  return operands;
}

/** The words that a test compares with; none where that is a field. */
export function wordsOf(leaf: Leaf): readonly Word[] {
  if (leaf.kind === 'exists' || leaf.right.kind === 'operand') return [];
  return leaf.right.kind === 'word' ? [leaf.right.word] : leaf.right.words;
}
