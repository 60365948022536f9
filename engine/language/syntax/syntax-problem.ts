import type { Span } from '../../diagnostic/span.ts';

/** Where a text stops being a condition, in Falco's words and in ours. */
export interface ParseError {
  /** Falco's. */
  readonly message: string;
  /** Where Falco stops. */
  readonly offset: number;
  readonly detail: string;
  /** The token that is wrong, or what is never closed. */
  readonly span: Span;
  readonly hint: string | undefined;
}

/** Thrown within syntax/, caught where the parser can go on, or where it began. */
export class SyntaxProblem extends Error {
  override readonly name = 'SyntaxProblem';
  readonly error: ParseError;
  /** Nothing after it can be read: the text is too deep. */
  readonly isFinal: boolean;
  constructor(error: ParseError, { isFinal = false } = {}) {
    super(error.message);
    this.error = error;
    this.isFinal = isFinal;
  }
}
