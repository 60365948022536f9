import type { Value } from '../../event/column/cell-values.ts';
import type { GetField } from './compile-operand.ts';

/**
 * A condition over bitsets. Equal nodes of all rules are one object, so what rules share is
 * evaluated once a batch; `id` numbers them.
 */
export type ConditionNode =
  /** Rows for which predicate `predicate` of the table holds. */
  | { readonly kind: 'predicate'; readonly id: number; readonly predicate: number }
  | { readonly kind: 'and'; readonly id: number; readonly operands: readonly ConditionNode[] }
  | { readonly kind: 'or'; readonly id: number; readonly operands: readonly ConditionNode[] }
  | { readonly kind: 'not'; readonly id: number; readonly operand: ConditionNode }
  /** What needs more than one field of an event, or a field of the engine: row by row. */
  | { readonly kind: 'row'; readonly id: number; readonly test: (get: GetField) => boolean };

/** A predicate over the values of one slot, computed once for each value of its dictionary. */
export interface UnaryPredicate {
  readonly predicate: number;
  readonly test: (value: Value) => boolean;
}

/** Everything that is asked of one slot. */
export interface SlotPredicates {
  readonly slot: number;
  /** Predicates that hold exactly for certain values: `=` and `in` with literals. */
  readonly byValue: ReadonlyMap<string | bigint, readonly number[]>;
  readonly others: readonly UnaryPredicate[];
  /** Predicates that hold where the value is absent (`equalsEmptyWhenAbsent`). */
  readonly whenAbsent: readonly number[];
  /** The predicate of presence, or -1 when nothing asks. */
  readonly presence: number;
}
