import type { DiagnosticCode } from '../diagnostic/code.ts';
import type { Span } from '../diagnostic/span.ts';

/** One step of the way to a finding, outermost first: Falco's `item_type` and `item_name`. */
export interface Location {
  readonly itemType: string;
  readonly itemName: string;
  readonly offset: number;
}

/** What a load finds in a rules file: Falco's code and words, our code, and the place. */
export interface LoadFinding {
  readonly falcoCode: string;
  readonly falcoMessage: string;
  readonly code: DiagnosticCode;
  /** Ours, where it says more than Falco's. */
  readonly message: string | undefined;
  readonly locations: readonly Location[];
  readonly documentName: string;
  readonly span: Span;
  readonly hint: string | undefined;
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
