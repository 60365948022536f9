/*
 * Parts of a condition that hold for every event, or for none: contradictions and tautologies among the operands of one
 * `and` or `or`, as far as they can be seen without looking at values.
 */

import type { Span } from '../../diagnostic/span.ts';
import {
  type MacroPath,
  pathTo,
  type ResolvedExpression,
  type ResolvedLeaf,
  wordsOf,
} from '../rules/resolved-condition.ts';
import type { Operand } from '../syntax/ast.ts';
import type { ConditionWarning } from './condition-warning.ts';

/** Operands of one `and` or `or` that are compared with each other. */
const OPERANDS_MAX = 200;

export function findConstantParts(condition: ResolvedExpression): ConditionWarning[] {
  const warnings: ConditionWarning[] = [];
  visit(condition, [], warnings);
  return warnings;
}

function visit(node: ResolvedExpression, around: MacroPath, into: ConditionWarning[]): void {
  const path = pathTo(node, around);
  const warn = (holds: boolean, span: Span, message: string): void => {
    const code = holds ? 'CONDITION_ALWAYS_HOLDS' : 'CONDITION_NEVER_HOLDS';
    into.push({ code, falcoCode: undefined, message, at: { text: node.text, span, path } });
  };
  if (node.kind === 'not') visit(node.operand, path, into);
  if (node.kind === 'compare' && node.right.kind === 'list' && node.right.words.length === 0) {
    const isTrueOfNone = node.operator === 'in' || node.operator === 'intersects';
    if (isTrueOfNone || node.operator === 'pmatch')
      warn(false, node.span, `\`${node.operator} ()\` never holds: the list is empty`);
  }
  if (node.kind !== 'and' && node.kind !== 'or') return;
  for (const one of node.operands) visit(one, path, into);
  if (node.operands.length > OPERANDS_MAX) return;
  const opposite = findOpposite(node.operands);
  if (opposite !== undefined) {
    const what =
      node.kind === 'and' ? 'and its opposite never hold together' : 'or its opposite always holds';
    warn(node.kind === 'or', opposite.span, `a part ${what}`);
  }
  const other = node.kind === 'and' ? findOtherValue(node.operands) : undefined;
  if (other !== undefined)
    warn(false, other.leaf.span, `\`${other.field}\` has two values here, and an event has one`);
}

function findOpposite(operands: readonly ResolvedExpression[]): ResolvedExpression | undefined {
  if (operands.every(({ kind }) => kind !== 'not')) return undefined;
  const plain = new Set(operands.filter(({ kind }) => kind !== 'not').map(keyOf));
  return operands.find((one) => one.kind === 'not' && plain.has(keyOf(one.operand)));
}

/** `a = x and a = y`. */
function findOtherValue(
  operands: readonly ResolvedExpression[],
): { readonly field: string; readonly leaf: ResolvedLeaf } | undefined {
  const values = new Map<string, string>();
  for (const leaf of operands) {
    if (leaf.kind !== 'compare' || leaf.modifier !== undefined) continue;
    if (leaf.operator !== '=' && leaf.operator !== '==') continue;
    const [word, ...rest] = wordsOf(leaf);
    if (word === undefined || rest.length > 0) continue;
    const field = operandKey(leaf.left);
    const known = values.get(field);
    if (known !== undefined && known !== word.text) return { field, leaf };
    values.set(field, word.text);
  }
  return undefined;
}

function keyOf(node: ResolvedExpression): string {
  switch (node.kind) {
    case 'and':
    case 'or':
      return `(${node.operands.map(keyOf).join(` ${node.kind} `)})`;
    case 'not':
      return `not ${keyOf(node.operand)}`;
    case 'exists':
      return `${operandKey(node.left)} exists`;
    case 'compare': {
      const operator = node.operator === '==' ? '=' : node.operator;
      const right =
        node.right.kind === 'operand'
          ? `val(${operandKey(node.right.operand)})`
          : JSON.stringify(wordsOf(node).map(({ text }) => text));
      return `${operandKey(node.left)} ${operator} ${node.modifier ?? ''} ${right}`;
    }
  }
}

function operandKey(operand: Operand): string {
  switch (operand.kind) {
    case 'field':
      return operand.argument === undefined ? operand.name : `${operand.name}[${operand.argument}]`;
    case 'transformer':
      return `${operand.name}(${operand.operands.map(operandKey).join(', ')})[${operand.option ?? ''}]`;
    case 'text':
      return JSON.stringify(operand.text);
    case 'tuple':
      return `(${operand.items.map(operandKey).join(', ')})`;
  }
}
