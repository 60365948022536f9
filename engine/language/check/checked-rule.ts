import type { Priority } from '../../base/priority.ts';
import type { ByteString } from '../../base/text.ts';
import type { FieldRequest } from '../../event/field/field.ts';
import type { ValueType } from '../../event/field/field-type.ts';
import type { IpNetwork } from '../match/ip-address.ts';
import type { CompareOperator } from '../match/operators.ts';
import type { Modifier, OWN_TRANSFORMERS } from '../syntax/operators.ts';

/*
 * What `check/` hands to `compile/`: names resolved, types checked, literals parsed, macros and
 * lists gone. Text to compare is a byte string from here on (see base/text.ts).
 */

export type TransformerName =
  | 'tolower'
  | 'toupper'
  | 'b64'
  | 'basename'
  | 'len'
  | 'join'
  | 'concat'
  | 'getopt'
  | (typeof OWN_TRANSFORMERS)[number];

/** Something with a value per event. `text` and `tuple` occur only as arguments of transformers. */
export type CheckedOperand =
  | { readonly kind: 'field'; readonly request: FieldRequest; readonly type: ValueType }
  | {
      readonly kind: 'transformer';
      readonly name: TransformerName;
      readonly operands: readonly CheckedOperand[];
      /** `getopt(argv, "spec")[c]`: the option letter. */
      readonly option: string | undefined;
      readonly type: ValueType;
    }
  | { readonly kind: 'text'; readonly text: ByteString; readonly type: ValueType }
  | { readonly kind: 'tuple'; readonly items: readonly CheckedOperand[]; readonly type: ValueType };

export type Literal =
  | { readonly type: 'string'; readonly text: ByteString }
  /** uint64, reltime, abstime; bool is 0n or 1n. Values that can never match keep their bigint (-1n). */
  | { readonly type: 'number'; readonly value: bigint }
  /** 4 or 16 bytes in network order. */
  | { readonly type: 'ipaddr'; readonly address: ByteString }
  | { readonly type: 'ipnet'; readonly address: ByteString; readonly prefixLength: number }
  /** To the right of `ip(…)`: addresses are in it or not. An address alone is a network of one. */
  | { readonly type: 'network'; readonly network: IpNetwork };

export type { Modifier };

export type CheckedRight =
  | { readonly kind: 'operand'; readonly operand: CheckedOperand }
  | { readonly kind: 'literals'; readonly literals: readonly Literal[] };

export type CheckedCondition =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly CheckedCondition[] }
  | { readonly kind: 'not'; readonly operand: CheckedCondition }
  | { readonly kind: 'exists'; readonly operand: CheckedOperand }
  | {
      readonly kind: 'compare';
      readonly operator: CompareOperator;
      readonly modifier: Modifier | undefined;
      readonly left: CheckedOperand;
      readonly right: CheckedRight;
    };

/** One piece of an output: literal text, or a value padded or cut to `width` bytes. */
export type OutputSegment =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'value';
      readonly operand: CheckedOperand;
      readonly width: number | undefined;
    };

/** `output_fields` of an alert: key and typed value (`fields` of outputs, `extra_fields`). */
export type OutputField =
  | { readonly kind: 'value'; readonly key: string; readonly operand: CheckedOperand }
  | { readonly kind: 'absent'; readonly key: string }
  /** `extra_fields: [{name: "format"}]`: always a string. */
  | { readonly kind: 'format'; readonly key: string; readonly segments: readonly OutputSegment[] };

export interface CheckedOutput {
  /** The rule's output with what `append_output` adds; no time or priority prefix. */
  readonly segments: readonly OutputSegment[];
  readonly fields: readonly OutputField[];
}

/** A rule that is enabled and ready to be compiled. Rules of a ruleset are in evaluation order. */
export interface CheckedRule {
  readonly name: string;
  readonly description: string;
  readonly source: string;
  readonly priority: Priority;
  /** Sorted, without duplicates. */
  readonly tags: readonly string[];
  readonly condition: CheckedCondition;
  readonly output: CheckedOutput;
}
