import type { DiagnosticCode } from '../diagnostic/code.ts';
import type { Label } from '../diagnostic/diagnostic.ts';
import type { Span } from '../diagnostic/span.ts';

export interface CheckProblemOptions {
  /** In the text of the condition, macro or output that the problem is in. */
  readonly span: Span;
  readonly hint?: string | undefined;
  /** For people, where it says more than Falco's words. */
  readonly detail?: string | undefined;
}

/**
 * What does not fit in a condition or an output; thrown within check/, caught where a rule is checked. The
 * message is Falco's.
 */
export class CheckProblem extends Error {
  override readonly name = 'CheckProblem';
  readonly code: DiagnosticCode;
  readonly span: Span;
  readonly hint: string | undefined;
  readonly detail: string | undefined;
  constructor(code: DiagnosticCode, message: string, options: CheckProblemOptions) {
    super(message);
    this.code = code;
    this.span = options.span;
    this.hint = options.hint;
    this.detail = options.detail;
  }
}

/** The same in what `append_output` of the configuration adds to a rule's output. */
export class AppendProblem extends CheckProblem {
  /** Where the configuration says it; `undefined`: in an option. */
  readonly label: Label | undefined;
  constructor({ code, message, span, hint, detail }: CheckProblem, label: Label | undefined) {
    super(code, message, { span, hint, detail: `\`append_output\`: ${detail ?? message}` });
    this.label = label;
  }
}
