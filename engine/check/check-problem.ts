import type { DiagnosticCode } from '../diagnostic/code.ts';

/** What does not fit in a condition or an output; thrown within check/, caught where a rule is checked. */
export class CheckProblem extends Error {
  override readonly name = 'CheckProblem';
  readonly code: DiagnosticCode;
  /** In the text of the condition or output. */
  readonly offset: number;
  readonly hint: string | undefined;
  constructor(
    code: DiagnosticCode,
    message: string,
    options: { offset: number; hint?: string | undefined },
  ) {
    super(message);
    this.code = code;
    this.offset = options.offset;
    this.hint = options.hint;
  }
}
