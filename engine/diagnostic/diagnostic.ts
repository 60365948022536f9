import type { DiagnosticCode } from './code/code.ts';
import { DIAGNOSTIC_CODES } from './code/code.ts';
import type { Span } from './span.ts';
import type { TextDocument } from './text-document.ts';

export type Severity = 'error' | 'warning' | 'notice';

/** A place in a document, and a text about it. */
export interface Label {
  readonly document: TextDocument;
  readonly span: Span;
  readonly text: string;
}

/** What is wrong, where, and what to do about it. Collected, never thrown. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** What was found and what was expected: lower case, no full stop, names in backticks. */
  readonly message: string;
  readonly primary: Label | undefined;
  /** The other parties: definitions, the chain rule → macro → list. */
  readonly context: readonly Label[];
  /** Something to type. */
  readonly hint: string | undefined;
  /** Falco's own code (`LOAD_…`), where it has one. */
  readonly falcoCode: string | undefined;
  /** Falco's own sentence, where it is another one. */
  readonly falcoMessage: string | undefined;
}

export interface DiagnosticParts {
  readonly message: string;
  readonly primary?: Label | undefined;
  readonly context?: readonly Label[] | undefined;
  readonly hint?: string | undefined;
  readonly falcoCode?: string | undefined;
  readonly falcoMessage?: string | undefined;
}

/** Severity, the default hint and Falco's default code come from the registry. */
export function createDiagnostic(code: DiagnosticCode, parts: DiagnosticParts): Diagnostic {
  const record = DIAGNOSTIC_CODES[code];
  return Object.freeze({
    code,
    severity: record.severity,
    message: parts.message,
    primary: parts.primary,
    context: parts.context ?? [],
    hint: parts.hint ?? record.hint,
    falcoCode: parts.falcoCode ?? record.falcoCode,
    falcoMessage: parts.falcoMessage,
  });
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}

/** The result of every stage that reads what users wrote. */
export interface Checked<Value> {
  /** `undefined` when errors left nothing usable. */
  readonly value: Value | undefined;
  readonly diagnostics: readonly Diagnostic[];
}
