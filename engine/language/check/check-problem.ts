import type { DiagnosticCode } from '../../diagnostic/code/code.ts';
import type { Label } from '../../diagnostic/diagnostic.ts';
import type { Span } from '../../diagnostic/span.ts';
import type { PlacedText } from '../rules/placed-text.ts';
import type { MacroPath } from '../rules/resolved-condition.ts';

/** Where a part of a resolved condition is. */
export interface NodePlace {
  /** That `span` counts in: the rule's, or that of a macro. */
  readonly text: PlacedText;
  readonly span: Span;
  /** The macros through which the rule comes there. */
  readonly path: MacroPath;
}

/** A problem of a condition, and where it is. */
export interface PlacedProblem {
  readonly problem: CheckProblem;
  readonly at: NodePlace;
}

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

/** Several of one comparison. */
export class CheckProblems extends Error {
  override readonly name = 'CheckProblems';
  readonly problems: readonly CheckProblem[];
  constructor(problems: readonly CheckProblem[]) {
    super(problems.map(({ message }) => message).join('; '));
    this.problems = problems;
  }
}
