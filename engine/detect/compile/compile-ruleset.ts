/*
 * Checked rules → predicates over slots and trees over their bitsets. The stored sets are the sparse
 * side: `a != x` is "a is present, and not a = x", so that a rule set with a thousand inequalities costs no
 * more than one with a thousand equalities.
 */

import { type FieldRequest, requestKey } from '../../event/field/field.ts';
import type {
  CheckedCondition,
  CheckedOperand,
  CheckedRule,
} from '../../language/check/checked-rule.ts';
import { OPERATORS } from '../../language/match/operators.ts';
import type { ExtractionPlan } from '../plan/extraction-plan.ts';
import { screenOf } from '../plan/screen.ts';
import { visitOperand } from '../plan/visit-requests.ts';
import { compileComparison, literalValue } from './compile-comparison.ts';
import { compileOperand } from './compile-operand.ts';
import type { ConditionNode, SlotPredicates } from './condition-node.ts';
import { isNeverEqual } from './never-equal.ts';
import { PredicateTable } from './predicate-table.ts';

export interface CompiledRuleset {
  readonly rules: readonly CheckedRule[];
  /** By rule. */
  readonly conditions: readonly ConditionNode[];
  /** Where none of these holds no rule does; `undefined`: nothing is known before everything is extracted. */
  readonly screens: readonly ConditionNode[] | undefined;
  readonly slots: readonly SlotPredicates[];
  readonly predicateCount: number;
  readonly nodeCount: number;
}

export function compileRuleset(
  rules: readonly CheckedRule[],
  plan: ExtractionPlan,
): CompiledRuleset {
  const compiler = new Compiler(plan);
  const conditions = rules.map(({ condition }) => compiler.compile(condition));
  return Object.freeze({
    rules,
    conditions,
    screens: compileScreens(rules, plan, compiler),
    slots: compiler.table.slots(),
    predicateCount: compiler.table.count,
    nodeCount: compiler.nodeCount,
  });
}

function compileScreens(
  rules: readonly CheckedRule[],
  { screen }: ExtractionPlan,
  compiler: Compiler,
): readonly ConditionNode[] | undefined {
  if (screen === undefined) return undefined;
  const nodes = new Set<ConditionNode>();
  for (const { condition } of rules) {
    const part = screenOf(condition, screen);
    if (part === undefined) return undefined;
    nodes.add(compiler.compile(part));
  }
  return [...nodes];
}

type NodeParts =
  | { readonly kind: 'predicate'; readonly predicate: number }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly ConditionNode[] }
  | { readonly kind: 'not'; readonly operand: ConditionNode };

class Compiler {
  readonly table = new PredicateTable();
  #nodeCount = 0;
  readonly #plan: ExtractionPlan;
  readonly #nodes = new Map<string, ConditionNode>();

  constructor(plan: ExtractionPlan) {
    this.#plan = plan;
  }

  get nodeCount(): number {
    return this.#nodeCount;
  }

  compile(condition: CheckedCondition): ConditionNode {
    switch (condition.kind) {
      case 'and':
      case 'or': {
        const operands = condition.operands.map((operand) => this.compile(operand));
        return this.#share({ kind: condition.kind, operands: orderByCost(operands) });
      }
      case 'not':
        return this.#share({ kind: 'not', operand: this.compile(condition.operand) });
      case 'exists':
        return this.#compileExists(condition);
      case 'compare':
        return this.#compileComparison(condition);
    }
  }

  #compileExists(condition: CheckedCondition & { kind: 'exists' }): ConditionNode {
    const slot = this.#plainSlot(condition.operand);
    if (slot !== undefined) return this.#predicate(this.table.presence(slot));
    const evaluate = compileOperand(condition.operand);
    const only = this.#onlySlot([condition.operand]);
    if (only === undefined) return this.#row((get) => evaluate(get) !== undefined);
    const key = operandKey(condition.operand);
    const test = (value: Parameters<Parameters<PredicateTable['test']>[2]>[0]): boolean =>
      evaluate(() => value) !== undefined;
    return this.#predicate(this.table.test(only, `exists ${key}`, test));
  }

  #compileComparison(condition: CheckedCondition & { kind: 'compare' }): ConditionNode {
    const { left, operator, modifier, right } = condition;
    if (isNeverEqual(condition)) return this.#row(() => false);
    const slot = this.#plainSlot(left);
    if (
      slot !== undefined &&
      right.kind === 'literals' &&
      modifier === undefined &&
      !left.type.isList
    ) {
      const values = right.literals.map(literalValue);
      const { membership } = OPERATORS[operator];
      const isAbsentEqual =
        left.kind === 'field' && left.request.field.properties.equalsEmptyWhenAbsent === true;
      if (membership === 'one of') {
        const whenAbsent = isAbsentEqual && values.includes('');
        return this.#predicate(this.table.oneOf(slot, values, whenAbsent));
      }
      if (membership === 'none of') {
        const operands = [
          this.#predicate(this.table.presence(slot)),
          this.#share({
            kind: 'not',
            operand: this.#predicate(this.table.oneOf(slot, values, false)),
          }),
        ];
        return this.#share({ kind: 'and', operands });
      }
    }
    const evaluate = compileOperand(left);
    const compare = compileComparison(operator, modifier, right);
    const operands = right.kind === 'operand' ? [left, right.operand] : [left];
    const only = this.#onlySlot(operands);
    if (only === undefined) {
      return this.#row((get) => {
        const value = evaluate(get);
        return value !== undefined && compare(value, get);
      });
    }
    const key = `${operator} ${modifier ?? ''} ${operandKey(left)} ${rightKey(condition)}`;
    const predicate = this.table.test(only, key, (value) => {
      const get = () => value;
      const leftValue = evaluate(get);
      return leftValue !== undefined && compare(leftValue, get);
    });
    return this.#predicate(predicate);
  }

  /** The slot of a field without transformers; engine fields have none. */
  #plainSlot(operand: CheckedOperand): number | undefined {
    if (operand.kind !== 'field') return undefined;
    return this.#plan.conditions.slots.get(requestKey(operand.request));
  }

  /** The one slot that operands read; `undefined` when they read several, none, or a field of the engine. */
  #onlySlot(operands: readonly CheckedOperand[]): number | undefined {
    const requests = new Map<string, FieldRequest>();
    for (const operand of operands) {
      visitOperand(operand, (request) => requests.set(requestKey(request), request));
    }
    const [key] = requests.keys();
    return requests.size === 1 && key !== undefined
      ? this.#plan.conditions.slots.get(key)
      : undefined;
  }

  #predicate(predicate: number): ConditionNode {
    return this.#share({ kind: 'predicate', predicate });
  }

  #row(test: (ConditionNode & { kind: 'row' })['test']): ConditionNode {
    this.#nodeCount += 1;
    return { kind: 'row', id: this.#nodeCount - 1, test };
  }

  #share(parts: NodeParts): ConditionNode {
    const key = nodeKey(parts);
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const node = { ...parts, id: this.#nodeCount } as ConditionNode;
    this.#nodeCount += 1;
    this.#nodes.set(key, node);
    return node;
  }
}

function nodeKey(parts: NodeParts): string {
  if (parts.kind === 'predicate') return `p${parts.predicate}`;
  if (parts.kind === 'not') return `n${parts.operand.id}`;
  return `${parts.kind} ${parts.operands.map(({ id }) => id).join(' ')}`;
}

/** Sparse ones first, negations after them, row by row at the end, where few candidates are left. */
function orderByCost(operands: readonly ConditionNode[]): ConditionNode[] {
  const cost = ({ kind }: ConditionNode): number => {
    return { predicate: 0, and: 1, or: 2, not: 3, row: 4 }[kind];
  };
  return [...operands].sort((a, b) => cost(a) - cost(b));
}

function operandKey(operand: CheckedOperand): string {
  switch (operand.kind) {
    case 'field':
      return requestKey(operand.request);
    case 'text':
      return JSON.stringify(operand.text);
    case 'tuple':
      return `(${operand.items.map(operandKey).join(',')})`;
    case 'transformer': {
      const option = operand.option === undefined ? '' : JSON.stringify(operand.option);
      return `${operand.name}(${operand.operands.map(operandKey).join(',')})${option}`;
    }
  }
}

function rightKey({ right }: CheckedCondition & { kind: 'compare' }): string {
  if (right.kind === 'operand') return operandKey(right.operand);
  return JSON.stringify(
    right.literals.map((literal) => [literal.type, String(literalValue(literal))]),
  );
}
