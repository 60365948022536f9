import type { DiagnosticCode } from '../../diagnostic/code/code.ts';
import { createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';

/** What is found in rules when a plugin is missing whose fields, source or version they name. */
const CONSEQUENCES: readonly DiagnosticCode[] = [
  'RULE_UNKNOWN_SOURCE',
  'RULE_VERSION',
  'RULE_EXCEPTION',
  'CONDITION_UNKNOWN_FIELD',
  'RULE_OUTPUT',
];

/** Findings about rules that only follow from missing plugins become one line behind the causes. */
export function foldConsequences(ofRules: readonly Diagnostic[]): Diagnostic[] {
  const kept = ofRules.filter(({ code }) => !CONSEQUENCES.includes(code));
  const count = ofRules.length - kept.length;
  if (count === 0) return kept;
  const findings = count === 1 ? 'finding' : 'findings';
  const message = `${count} more ${findings} about rules may only follow from the missing plugins`;
  return [...kept, createDiagnostic('RULE_CONSEQUENCES', { message })];
}
