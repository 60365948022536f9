import type { Span } from '../../diagnostic/span.ts';
import type { Modifier } from './operators.ts';

/** Syntax of a condition: names as written, nothing looked up. Spans are offsets in the condition's text. */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Expression[]; readonly span: Span }
  | { readonly kind: 'not'; readonly operand: Expression; readonly span: Span }
  | { readonly kind: 'macro'; readonly name: string; readonly span: Span }
  | { readonly kind: 'exists'; readonly left: Operand; readonly span: Span }
  | {
      readonly kind: 'compare';
      readonly operator: string;
      /** With its modifier. */
      readonly operatorSpan: Span;
      readonly modifier: Modifier | undefined;
      readonly left: Operand;
      readonly right: RightSide;
      readonly span: Span;
    };

export type Operand =
  | {
      readonly kind: 'field';
      readonly name: string;
      readonly argument: string | undefined;
      readonly span: Span;
    }
  | {
      readonly kind: 'transformer';
      readonly name: string;
      readonly operands: readonly Operand[];
      readonly option: string | undefined;
      readonly span: Span;
    }
  | { readonly kind: 'text'; readonly text: string; readonly span: Span }
  | { readonly kind: 'tuple'; readonly items: readonly Operand[]; readonly span: Span };

export interface Word {
  readonly text: string;
  readonly isQuoted: boolean;
  readonly span: Span;
}

export type RightSide =
  | { readonly kind: 'word'; readonly word: Word }
  | { readonly kind: 'list'; readonly words: readonly Word[] }
  /** `val(field)` is the field itself here. */
  | { readonly kind: 'operand'; readonly operand: Operand };
