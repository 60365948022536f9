import type { ParseError } from '../syntax/syntax-problem.ts';
import type { ExceptionProblem } from './exception-expander.ts';
import type { ItemPlace } from './item-place.ts';
import type { PlacedText } from './placed-text.ts';
import type { MacroProblem, ParsedCondition } from './resolve-macros.ts';

/** What is wrong with a text, or with all texts together. */
export type ItemProblem = { readonly place: ItemPlace } & (
  | { readonly kind: 'lists-too-large' }
  /** `isAlone`: the text itself, else all texts together. */
  | { readonly kind: 'text-too-long'; readonly isAlone: boolean }
  | ({ readonly kind: 'exception' } & ExceptionProblem)
  | { readonly kind: 'syntax'; readonly error: ParseError; readonly text: PlacedText }
  | {
      readonly kind: 'macro';
      readonly problem: MacroProblem;
      readonly text: PlacedText;
      /** A macro that there is, and whose name is like it. */
      readonly near: string | undefined;
      /** Explained by a problem of a macro that it names. */
      readonly isConsequence: boolean;
    }
) & {
    /** Rules that cannot be used because of this problem of a macro. */
    readonly affected?: readonly ItemPlace[];
  };

/** A text as far as it can be read. */
export interface ParsedText {
  /** `undefined`: no part of it can. */
  readonly condition: ParsedCondition | undefined;
  readonly problems: readonly ItemProblem[];
}
