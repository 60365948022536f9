import type { RuleCollector } from './rule-collector.ts';
import type { ItemPlace } from './rule-item.ts';
import type { RulesDocument } from './rules-document.ts';

export interface ReadContext {
  readonly collector: RuleCollector;
  readonly document: RulesDocument;
  /** Event sources that rules may have. */
  readonly knownSources: ReadonlySet<string>;
  readonly engineVersion: string;
  /** Whether `text` is a field, or a transformer over fields, of the rule's source. */
  readonly isField: (text: string) => boolean;
  readonly warn: (warning: Warning, place: ItemPlace) => void;
}

export interface Warning {
  /** `undefined`: Falco says nothing of it. */
  readonly falcoCode: string | undefined;
  readonly message: string;
  readonly hint?: string;
}
