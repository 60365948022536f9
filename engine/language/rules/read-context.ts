import type { DiagnosticCode } from '../../diagnostic/code/code.ts';
import type { ItemPlace } from './item-place.ts';
import type { RuleCollector } from './rule-collector.ts';
import type { RulesDocument } from './rules-document.ts';

export interface ReadContext {
  readonly collector: RuleCollector;
  readonly document: RulesDocument;
  /** Event sources that rules may have. */
  readonly knownSources: ReadonlySet<string>;
  readonly engineVersion: string;
  /** What is wrong if `text` is not a field, or a transformer over fields, of any source. */
  readonly checkField: (text: string, source: string) => FieldProblem | undefined;
  readonly warn: (warning: Warning, place: ItemPlace) => void;
  readonly onError: () => void;
}

export interface FieldProblem {
  /** `undefined`: that it is not a field. */
  readonly falcoMessage?: string | undefined;
  readonly detail: string;
  readonly hint: string | undefined;
}

export interface Warning {
  readonly code: DiagnosticCode;
  /** `undefined`: Falco says nothing of it. */
  readonly falcoCode: string | undefined;
  readonly message: string;
  readonly hint?: string;
}
