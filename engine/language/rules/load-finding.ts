import type { DiagnosticCode } from '../../diagnostic/code/code.ts';
import type { Label } from '../../diagnostic/diagnostic.ts';
import type { Span } from '../../diagnostic/span.ts';

/** One step of the way to a finding, outermost first: Falco's `item_type` and `item_name`. */
export interface Location {
  readonly itemType: string;
  readonly itemName: string;
  readonly offset: number;
}

/** What a load finds in a rules file: Falco's code and words, our code, and the place. */
export interface LoadFinding {
  /** `undefined`: Falco does not find it, and its results do not have it. */
  readonly falcoCode: string | undefined;
  readonly falcoMessage: string;
  readonly code: DiagnosticCode;
  /** Ours, where it says more than Falco's. */
  readonly message: string | undefined;
  readonly locations: readonly Location[];
  readonly documentName: string;
  readonly span: Span;
  readonly hint: string | undefined;
  /** The place to show, when it is not in the rules file. */
  readonly label?: Label | undefined;
  /** The rule through which one came there, when the place is in a macro. */
  readonly usedBy?:
    | { readonly documentName: string; readonly span: Span; readonly name: string }
    | undefined;
}

/** Ends the load of a file: Falco stops at its first error. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
  readonly finding: LoadFinding;
  constructor(finding: LoadFinding) {
    super(finding.falcoMessage);
    this.finding = finding;
  }
}
