/** One released diagnostic code. A code that appeared in a release is never reused. */
export interface CodeRecord {
  readonly severity: 'error' | 'warning' | 'notice';
  /** A few words for listings. */
  readonly title: string;
  /** What it means and why it matters, for `tiercel explain` and schemas/DIAGNOSTICS.md. */
  readonly explanation: string;
  readonly hint?: string;
  /** Falco's code for the same finding. */
  readonly falcoCode?: string;
}
